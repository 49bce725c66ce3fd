import type { DocumentInfo } from '@writ/contract'
import { type AbstractValue, exactOf, option, sized, UNKNOWN } from './abstract-value.ts'

/** The documents that a run could list at most, before anything was decided. */
export type Reach = readonly Pick<DocumentInfo, 'bytes' | 'outlineSize'>[]

/** How a corpus is split, where the script says it with plain numbers. */
export interface SplitHow {
  readonly docs?: number | undefined
  readonly bytes?: number | undefined
  readonly outline?: boolean | undefined
}

/**
 * Most parts that `split` makes of documents; undefined when it is not said how, or of how many. What is split may name a
 * document again and again, unless it is known that it does not.
 */
export function mostParts(reach: Reach, what: AbstractValue, how: SplitHow): number | undefined {
  if (what.kind !== 'list') return undefined
  const { docs, bytes, outline } = how
  if (docs !== undefined) return docs >= 1 ? Math.ceil(what.most / docs) : undefined
  if (bytes !== undefined && bytes < 1) return undefined
  if (bytes === undefined && outline !== true) return undefined
  const parts = reach.map((doc) => (bytes === undefined ? doc.outlineSize + 1 : Math.ceil(doc.bytes / bytes)))
  if (what.distinct) return parts.reduce((sum, most) => sum + most, 0)
  return what.most * parts.reduce((most, one) => Math.max(most, one), 0)
}

/** Most merges that `reduce` makes of so many items, when each takes at most `width` of them. */
export function mostMerges(items: number, width: number): number {
  let merges = 0
  for (let left = items; left > 1; ) {
    const groups = Math.ceil(left / width)
    merges += left % width === 1 ? groups - 1 : groups
    left = groups
  }
  return merges
}

/** How a script says that it splits. */
export function splitHow(options: AbstractValue): SplitHow {
  const [docs, bytes, outline] = ['docs', 'bytes', 'outline'].map((name) => option(options, name))
  if (docs) return { docs: exactOf(docs) }
  if (bytes) return { bytes: exactOf(bytes) }
  return { outline: outline?.kind === 'json' && outline.value === true }
}

/** What a combinator makes of the size of its list. */
export interface Combinator {
  /** The option that says how often it asks at most for one item, and the place of the options. */
  readonly per: 'calls' | 'votes'
  readonly at: number
  /** How many items it asks for. */
  readonly times: (size: number, width: number | undefined) => number | undefined
  readonly gives: (size: number | undefined) => AbstractValue
}

const nothingKnown = (): AbstractValue => UNKNOWN
const all = (size: number): number => size

export const COMBINATORS: ReadonlyMap<string, Combinator> = new Map<string, Combinator>([
  ['map', { per: 'calls', at: 2, times: all, gives: sized }],
  ['filter', { per: 'calls', at: 2, times: all, gives: sized }],
  [
    'reduce',
    {
      per: 'calls',
      at: 2,
      times: (size, width) => (width === undefined || width < 2 ? undefined : mostMerges(size, width)),
      gives: nothingKnown,
    },
  ],
  ['vote', { per: 'calls', at: 2, times: all, gives: nothingKnown }],
  ['verify', { per: 'votes', at: 1, times: all, gives: sized }],
])
