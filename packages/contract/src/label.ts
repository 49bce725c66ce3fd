/** How sensitive something is, from open to most protected. The index is the number policies compare. */
export const LEVELS = ['public', 'internal', 'confidential', 'restricted', 'secret'] as const

export type Level = (typeof LEVELS)[number]

/** Categories that a label may have: a record with more is none. */
export const MAX_CATEGORIES = 1_024

/**
 * What the runtime knows about the sensitivity of a piece of data. Labels form a join-semilattice: level by maximum,
 * categories by union, `untrusted` by or. They only ever rise.
 */
export interface Label {
  readonly level: Level
  /** Sorted, without duplicates. */
  readonly categories: readonly string[]
  /** True when any of the data came from a source nobody vouches for (documents by default, model output). */
  readonly untrusted: boolean
}

/** The bottom of the lattice: public, no categories, trusted. */
export const BOTTOM: Label = Object.freeze({
  level: 'public',
  categories: Object.freeze([]),
  untrusted: false,
})

/** The number of a level, 0 (public) to 4 (secret). */
export function levelNumber(level: Level): number {
  return LEVELS.indexOf(level)
}

/** Builds a label with its categories sorted and without duplicates. */
export function label(level: Level, categories: Iterable<string> = [], untrusted = false): Label {
  return { level, categories: [...new Set(categories)].sort(), untrusted }
}

/** The least label above both. Takes time with the categories of both. */
export function joinLabels(a: Label, b: Label): Label {
  if (flowsTo(b, a)) return a
  if (flowsTo(a, b)) return b
  const level = levelNumber(a.level) >= levelNumber(b.level) ? a.level : b.level
  return {
    level,
    categories: mergeSorted(a.categories, b.categories),
    untrusted: a.untrusted || b.untrusted,
  }
}

/** Whether data labelled `from` may be held where everything is labelled `to` (`from` ≤ `to`). */
export function flowsTo(from: Label, to: Label): boolean {
  return (
    levelNumber(from.level) <= levelNumber(to.level) &&
    (!from.untrusted || to.untrusted) &&
    from.categories.length <= to.categories.length &&
    from.categories.every((category) => holdsSorted(to.categories, category))
  )
}

/** Whether a sorted list holds a text. */
function holdsSorted(list: readonly string[], text: string): boolean {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((list[middle] ?? '') < text) low = middle + 1
    else high = middle
  }
  return list[low] === text
}

/** The texts of two sorted lists, each once, sorted. */
function mergeSorted(a: readonly string[], b: readonly string[]): readonly string[] {
  const merged: string[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [left, right] = [a[i], b[j]]
    const takeLeft = right === undefined || (left !== undefined && left <= right)
    const next = takeLeft ? left : right
    if (left === next) i += 1
    if (right === next) j += 1
    if (next !== undefined) merged.push(next)
  }
  return merged
}

export function labelsEqual(a: Label, b: Label): boolean {
  return flowsTo(a, b) && flowsTo(b, a)
}

/** Parses `level[:category,…]`; returns undefined when the text is not a label. */
export function parseLabel(text: string): Label | undefined {
  const [level, categories = '', ...rest] = text.split(':')
  if (rest.length > 0 || !LEVELS.includes(level as Level)) return undefined
  const names = categories.split(',').filter((name) => name !== '')
  return label(level as Level, names)
}

/** The text form of a label, for people: `confidential:PII (untrusted)`. */
export function formatLabel(value: Label): string {
  const categories = value.categories.length > 0 ? `:${value.categories.join(',')}` : ''
  return `${value.level}${categories}${value.untrusted ? ' (untrusted)' : ''}`
}
