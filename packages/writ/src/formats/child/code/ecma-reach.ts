import type { CodeReach } from '@writ/contract'
import { bare, type EcmaSource, memberName, NOWHERE, required } from './ecma-source.ts'
import { INSTANCE_STEP, THIS_STEP } from './path-steps.ts'
import type { Binding, Scope } from './scopes.ts'
import { field, type Syntax } from './syntax.ts'

/** Longer chains of members are not followed. */
const LONGEST_PATH = 12

/** Says what expressions of a file name. */
export class Reaches {
  readonly #source: EcmaSource
  readonly #anonymous = new Map<string, number>()

  constructor(source: EcmaSource) {
    this.#source = source
  }

  of(given: Syntax, scope: Scope): CodeReach {
    const node = bare(given)
    const source = this.#source
    const defined = source.defined.get(node)
    if (defined !== undefined) return { root: 'own', n: defined, path: [], loose: false }
    switch (node.type) {
      case 'identifier':
      case 'shorthand_property_identifier':
      case 'type_identifier':
        return this.#named(source.said(node), scope)
      case 'this':
        return scope.thisReach ?? NOWHERE
      case 'super': {
        const self = scope.thisReach
        // What `super` calls is no other class's method, whichever instance it is.
        if (self?.root !== 'own') return NOWHERE
        return { ...self, root: 'super', path: self.path.map(() => INSTANCE_STEP) }
      }
      case 'member_expression':
      case 'subscript_expression':
      case 'nested_identifier':
        return this.#member(node, scope)
      case 'new_expression': {
        const made = field(node, 'constructor')
        return made === undefined ? NOWHERE : further(this.of(made, scope), INSTANCE_STEP)
      }
      case 'array':
        return { root: 'free', n: 0, path: ['Array', INSTANCE_STEP], loose: false }
      case 'call_expression':
        return this.#required(node, scope)
      default:
        return NOWHERE
    }
  }

  #member(node: Syntax, scope: Scope): CodeReach {
    const object = field(node, 'object') ?? node.kids[0]
    const key = field(node, 'property') ?? field(node, 'index') ?? node.kids[1]
    const name =
      node.type === 'subscript_expression' && key?.type !== 'string'
        ? undefined
        : memberName(this.#source, key)
    if (object === undefined || name === undefined) return NOWHERE
    return further(this.of(object, scope), name === 'prototype' ? INSTANCE_STEP : name)
  }

  #required(node: Syntax, scope: Scope): CodeReach {
    const found = required(this.#source, node, scope)
    if (found === undefined) return NOWHERE
    const key = `${found.common} ${found.from}`
    const n = this.#anonymous.get(key) ?? this.#source.import(found.from, '*', found.common)
    this.#anonymous.set(key, n)
    return { root: 'import', n, path: [], loose: false }
  }

  #named(name: string, scope: Scope): CodeReach {
    const binding = scope.find(name)
    if (binding === undefined) return { root: 'free', n: 0, path: [name], loose: false }
    const loose = binding.writes > 0 || binding.declared > 1
    if (binding.is === 'import') return { root: 'import', n: binding.n, path: [], loose }
    if (binding.is === 'own') return { root: 'own', n: binding.n, path: [], loose }
    return this.held(binding)
  }

  /** What a variable holds. One that is assigned again may hold anything. */
  held(binding: Binding): CodeReach {
    if (binding.reach !== undefined) return binding.reach
    if (binding.asked) return NOWHERE
    binding.asked = true
    binding.reach = this.#held(binding)
    return binding.reach
  }

  #held({ given, path, type, scope, writes, declared }: Binding): CodeReach {
    if (given !== null && declared === 1) {
      const reach = path.reduce(further, this.of(given, scope))
      if (reach.root !== 'value') return { ...reach, loose: reach.loose || writes > 0 }
    }
    if (type === null) return NOWHERE
    const typed = this.of(type, scope)
    // Something else may look like an instance of that class.
    return typed.root === 'free' ? NOWHERE : { ...further(typed, THIS_STEP), loose: true }
  }
}

function further(reach: CodeReach, name: string): CodeReach {
  if (reach.path.length >= LONGEST_PATH) return NOWHERE
  return { ...reach, path: [...reach.path, name] }
}
