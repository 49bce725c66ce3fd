import {
  type AbstractValue,
  countOf,
  exactOf,
  field,
  listOf,
  sized,
  sizeOf,
  UNKNOWN,
} from './abstract-value.ts'
import type { Counting } from './repl-calls.ts'

/** List methods that call what they are given once an item; the first ones give a list no longer than theirs. */
const KEEPING = new Set(['map', 'filter', 'toReversed', 'reverse', 'entries', 'keys', 'values'])
const VISITING = new Set([
  'flatMap',
  'forEach',
  'some',
  'every',
  'find',
  'findIndex',
  'findLast',
  'reduce',
  'reduceRight',
])
/** They call what they are given nobody knows how often, and give a list no longer than theirs. */
const SORTING = new Set(['sort', 'toSorted'])
const PROMISED = new Set(['all', 'allSettled', 'resolve'])
/** They give what the list had, and nothing twice. */
const SAME = new Set(['filter', 'toReversed', 'reverse'])
const CHAINED = new Set(['then', 'catch', 'finally'])

const EACH_ITEM = 'it asks a model for each item of a list of unknown length'

/** A call of a method: `owner` is the name it is a method of, where that is a name. */
export interface MethodCall {
  readonly owner: string
  readonly name: string
  readonly object: AbstractValue
  readonly values: readonly AbstractValue[]
  readonly at: number
}

/** What methods of lists and promises make of their arguments; any other makes nothing of them that is known. */
export function methodCall(counting: Counting, call: MethodCall): AbstractValue {
  const { owner, name, object, values } = call
  const [first = UNKNOWN] = values
  if (owner === 'Promise' && PROMISED.has(name)) {
    for (const value of values.slice(1)) counting.used(value)
    return first
  }
  if (owner === 'Array' && name === 'from') return arrayFrom(counting, call)
  if (CHAINED.has(name)) {
    for (const value of values) counting.used(value.kind === 'function' ? counting.enter(value, []) : value)
    return UNKNOWN
  }
  const size = sizeOf(object)
  if (KEEPING.has(name) || VISITING.has(name)) {
    eachItem(counting, size, first, call.at)
    for (const value of values.slice(1)) counting.used(value)
    if (!KEEPING.has(name)) return UNKNOWN
    return SAME.has(name) && object.kind === 'list' ? object : sized(size)
  }
  for (const value of values) counting.used(value)
  if (size === undefined) return UNKNOWN
  if (SORTING.has(name)) return object
  if (name === 'slice') return sliced(size, values)
  return name === 'concat' ? joined(size, values) : UNKNOWN
}

function eachItem(counting: Counting, size: number | undefined, work: AbstractValue, at: number): void {
  if (work.kind !== 'function') {
    counting.used(work)
    return
  }
  const calls = counting.tally.once(() => counting.used(counting.enter(work, [])))
  counting.tally.times(size, calls, EACH_ITEM, at)
}

function arrayFrom(counting: Counting, { values, at }: MethodCall): AbstractValue {
  const [from = UNKNOWN, each = UNKNOWN] = values
  const size =
    from.kind === 'fields' ? (from.open ? undefined : countOf(field(from, 'length'))) : sizeOf(from)
  eachItem(counting, size, each, at)
  for (const value of [from, ...values.slice(2)]) counting.used(value)
  return sized(size)
}

function sliced(size: number, values: readonly AbstractValue[]): AbstractValue {
  const [first = UNKNOWN, second = UNKNOWN] = values
  const from = values.length === 0 ? 0 : exactOf(first)
  const to = exactOf(second)
  const known = from !== undefined && to !== undefined && from >= 0 && to >= 0
  return listOf(known ? Math.min(size, Math.max(0, to - from)) : size)
}

function joined(size: number, values: readonly AbstractValue[]): AbstractValue {
  let most: number | undefined = size
  for (const value of values) {
    const more = sizeOf(value)
    most = most === undefined || more === undefined ? undefined : most + more
  }
  return sized(most)
}
