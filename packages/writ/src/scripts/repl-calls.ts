import type { CallExpression, Expression, SpreadElement } from 'acorn'
import {
  type AbstractValue,
  countOf,
  documentsOf,
  exactOf,
  type FunctionValue,
  field,
  option,
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
  /** Whether an object of which nothing is known may have a member `schema`. */
  readonly mayType: boolean
  values(args: readonly (Expression | SpreadElement)[], scope: Scope): readonly AbstractValue[]
  /** A function is called once with what is known of its arguments. */
  enter(called: FunctionValue, values: readonly AbstractValue[]): AbstractValue
  /** A value goes where nobody counts how often it is called. */
  used(value: AbstractValue): void
}

const NO_OPTIONS: AbstractValue = { kind: 'fields', fields: new Map(), open: false }
const SEARCH_DEFAULT = 10
const GREP_DEFAULT = 200
/** A reply that does not fit its schema is asked for once more. */
const TYPED = 2

const LEAVES = new Set(['llm_query', 'llmQuery', 'llm_query_batched', 'llmQueryBatched'])

/** Whether a call of a name of the REPL may ask a model. */
export function asks(name: string): boolean {
  return LEAVES.has(name) || COMBINATORS.has(name)
}

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
  if (combinator !== undefined) return combine(counting, name, combinator, values, node.start)
  for (const value of values) counting.used(value)
  const [first = UNKNOWN, second = NO_OPTIONS] = values
  switch (name) {
    case 'docs':
      return documentsOf(Math.min(reach.length, countOf(field(first, 'limit')) ?? reach.length))
    case 'search':
      return sized(second.kind === 'number' ? countOf(second) : limitOf(second, 'k', SEARCH_DEFAULT))
    case 'grep': {
      const most = limitOf(second, 'limit', GREP_DEFAULT)
      return most === undefined ? UNKNOWN : { kind: 'matches', most }
    }
    case 'split':
      return sized(
        mostParts(reach, values.length === 0 ? documentsOf(reach.length) : first, splitHow(second)),
      )
    case 'llm_query':
    case 'llmQuery':
      tally.add(option(second, 'schema') === null ? 1 : TYPED, node.start)
      return UNKNOWN
    case 'llm_query_batched':
    case 'llmQueryBatched': {
      const each = option(second, 'schema') === null && !counting.mayType ? 1 : TYPED
      tally.times(sizeOf(first), each, 'it sends a batch of unknown length', node.start)
      return sized(sizeOf(first))
    }
    default:
      return UNKNOWN
  }
}

function limitOf(options: AbstractValue, name: string, otherwise: number): number | undefined {
  const said = option(options, name)
  return said === null ? otherwise : countOf(said)
}

/** Its callback asks no more than is stated, which the kernel sees to. */
function combine(
  counting: Counting,
  name: string,
  { per, at, times, gives }: Combinator,
  values: readonly AbstractValue[],
  start: number,
): AbstractValue {
  const { tally } = counting
  for (const [index, value] of values.entries())
    if (index !== 1 || at !== 2) counting.used(value)
    else if (value.kind === 'function')
      // What it leaves behind may be called when nothing is stated any more.
      tally.whileHeld(() => counting.used(counting.enter(value, [])))
  const [over = UNKNOWN] = values
  const options = values[at] ?? NO_OPTIONS
  const stated = option(options, per)
  const each = stated === null ? 1 : countOf(stated)
  const size = name === 'vote' ? countOf(over) : sizeOf(over)
  if (each === undefined && !tally.held)
    throw new Unbounded(`${name} does not state its ${per} as a plain number`, start)
  const said = option(options, 'width')
  const width = said === null ? 2 : exactOf(said)
  const most = size === undefined ? undefined : times(size, width)
  tally.times(most, each ?? 1, `${name} is given a list of unknown length`, start)
  return name === 'filter' && over.kind === 'list' ? over : gives(size)
}
