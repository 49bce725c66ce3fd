import type { CallExpression, Expression, SpreadElement } from 'acorn'
import {
  type AbstractValue,
  countOf,
  exactOf,
  type FunctionValue,
  field,
  has,
  listOf,
  type Scope,
  sized,
  sizeOf,
  UNKNOWN,
} from './abstract-value.ts'
import { COMBINATORS, type Combinator, mostParts, type Reach, splitHow } from './call-bounds.ts'
import { type Tally, Unbounded } from './tally.ts'

/** What the calls of names are counted with. */
export interface Counting {
  readonly reach: Reach
  readonly tally: Tally
  values(args: readonly (Expression | SpreadElement)[], scope: Scope): readonly AbstractValue[]
  /** A function is called once with what is known of its arguments. */
  enter(called: FunctionValue, values: readonly AbstractValue[]): AbstractValue
  /** A value goes where nobody counts how often it is called. */
  used(value: AbstractValue): void
}

const NO_OPTIONS: AbstractValue = { kind: 'fields', fields: new Map() }
const SEARCH_DEFAULT = 10
const GREP_DEFAULT = 200

/** What the names of the REPL make of their arguments; any other name makes nothing of them that is known. */
export function replCall(
  counting: Counting,
  name: string,
  node: CallExpression,
  scope: Scope,
): AbstractValue {
  const { reach, tally } = counting
  const values = counting.values(node.arguments, scope)
  const combinator = COMBINATORS.get(name)
  if (combinator !== undefined) return combine(tally, name, combinator, values, node.start)
  for (const value of values) counting.used(value)
  const [first = UNKNOWN, second = UNKNOWN] = values
  switch (name) {
    case 'docs':
      return listOf(Math.min(reach.length, countOf(field(first, 'limit')) ?? reach.length))
    case 'search':
      return listOf(countOf(second) ?? countOf(field(second, 'k')) ?? SEARCH_DEFAULT)
    case 'grep':
      return { kind: 'matches', most: countOf(field(second, 'limit')) ?? GREP_DEFAULT }
    case 'split':
      return sized(mostParts(reach, splitHow(second)))
    case 'llm_query':
    case 'llmQuery':
      tally.add(1, node.start)
      return UNKNOWN
    case 'llm_query_batched':
    case 'llmQueryBatched':
      tally.times(sizeOf(first), 1, 'it sends a batch of unknown length', node.start)
      return first
    default:
      return UNKNOWN
  }
}

/** Its callback asks no more than is stated, which the kernel sees to. */
function combine(
  tally: Tally,
  name: string,
  { per, at, times, gives }: Combinator,
  values: readonly AbstractValue[],
  start: number,
): AbstractValue {
  const [over = UNKNOWN] = values
  const options = values[at] ?? NO_OPTIONS
  const each = has(options, per) ? countOf(field(options, per)) : options.kind === 'fields' ? 1 : undefined
  if (each === undefined) throw new Unbounded(`${name} does not state its ${per} as a plain number`, start)
  const size = name === 'vote' ? countOf(over) : sizeOf(over)
  const width = has(options, 'width') ? exactOf(field(options, 'width')) : 2
  const most = size === undefined ? undefined : times(size, width)
  tally.times(most, each, `${name} is given a list of unknown length`, start)
  return gives(size)
}
