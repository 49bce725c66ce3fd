import { isObject, type Json } from '@writ/contract'
import type { ArrowFunctionExpression, Function as FunctionNode } from 'acorn'

/** A function of a script, and the names it sees. */
export interface FunctionValue {
  readonly kind: 'function'
  readonly node: FunctionNode | ArrowFunctionExpression
  readonly scope: Scope
}

/**
 * What is known of a value before a script runs: that it is a list of at most so many items, a number of at most so much,
 * a function, a name of the REPL that asks, a value of the input, or nothing. `later` is what a name stands for that is
 * not bound yet.
 */
export type AbstractValue =
  | { readonly kind: 'list'; readonly most: number; readonly distinct?: true }
  | { readonly kind: 'number'; readonly most: number; readonly exact: boolean }
  | { readonly kind: 'matches'; readonly most: number }
  | { readonly kind: 'json'; readonly value: Json | undefined }
  | { readonly kind: 'fields'; readonly fields: ReadonlyMap<string, AbstractValue>; readonly open: boolean }
  | FunctionValue
  | { readonly kind: 'asking'; readonly name: string; readonly at: number }
  | { readonly kind: 'later'; readonly at: number }
  | { readonly kind: 'unknown' }

export const UNKNOWN: AbstractValue = Object.freeze({ kind: 'unknown' })

export const listOf = (most: number): AbstractValue => ({ kind: 'list', most })

/** Documents, none of them twice. */
export const documentsOf = (most: number): AbstractValue => ({ kind: 'list', most, distinct: true })

export const numberOf = (most: number, exact: boolean): AbstractValue => ({ kind: 'number', most, exact })

/** A value of the input as what it is. */
export function ofJson(value: Json | undefined): AbstractValue {
  if (Array.isArray(value)) return listOf(value.length)
  return typeof value === 'number' ? numberOf(value, true) : { kind: 'json', value }
}

/** What holds of either of two values. */
export function either(a: AbstractValue, b: AbstractValue): AbstractValue {
  if (a.kind === 'list' && b.kind === 'list') return listOf(Math.max(a.most, b.most))
  if (a.kind === 'number' && b.kind === 'number') return numberOf(Math.max(a.most, b.most), false)
  return UNKNOWN
}

/** Names and what is known of them. */
export class Scope {
  readonly #names = new Map<string, AbstractValue>()
  readonly #above: Scope | undefined

  constructor(above?: Scope) {
    this.#above = above
  }

  set(name: string, value: AbstractValue): void {
    this.#names.set(name, value)
  }

  /** Undefined for a name the script does not give a meaning. */
  get(name: string): AbstractValue | undefined {
    return this.#names.get(name) ?? this.#above?.get(name)
  }
}

export function sized(most: number | undefined): AbstractValue {
  return most === undefined ? UNKNOWN : listOf(most)
}

export function sizeOf(value: AbstractValue): number | undefined {
  return value.kind === 'list' ? value.most : undefined
}

/** At most so many, of a value that counts something. */
export function countOf(value: AbstractValue): number | undefined {
  return value.kind === 'number' && Number.isSafeInteger(value.most) && value.most >= 0
    ? value.most
    : undefined
}

/** A number that is known exactly. */
export function exactOf(value: AbstractValue): number | undefined {
  return value.kind === 'number' && value.exact ? value.most : undefined
}

/** What an option is: left out, which is null, or what is known of it. */
export function option(options: AbstractValue, name: string): AbstractValue | null {
  const { kind } = options
  if (kind === 'json' && isObject(options.value)) return name in options.value ? field(options, name) : null
  if (kind === 'number' || kind === 'list') return null
  if (kind !== 'fields') return UNKNOWN
  return options.fields.get(name) ?? (options.open ? UNKNOWN : null)
}

/** What is known of a property of a value. */
export function field(value: AbstractValue, name: string): AbstractValue {
  if (value.kind === 'fields') return value.fields.get(name) ?? UNKNOWN
  if (value.kind === 'matches') return name === 'matches' ? listOf(value.most) : UNKNOWN
  if (value.kind === 'list') return name === 'length' ? numberOf(value.most, false) : UNKNOWN
  return value.kind === 'json' && isObject(value.value) ? ofJson(value.value[name]) : UNKNOWN
}
