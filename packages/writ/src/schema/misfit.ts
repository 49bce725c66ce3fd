/** A place in a value that does not fit, and why. */
export interface Misfit {
  /** JSON pointer; empty for the value as a whole. */
  readonly at: string
  readonly why: string
}

/** Where a value stands in the one that is checked. */
export interface Place {
  readonly up: Place | null
  readonly key: string | number
}

/** The JSON pointer of a place. */
export function pointer(place: Place | null): string {
  const keys: string[] = []
  for (let at = place; at !== null; at = at.up)
    keys.push(String(at.key).replaceAll('~', '~0').replaceAll('/', '~1'))
  return keys
    .reverse()
    .map((key) => `/${key}`)
    .join('')
}

/** Characters of one misfit in words: it is said to a model, and may hold names that a model made up. */
const MOST_CHARS = 300

/** Misfits in words, one after another. */
export function inWords(misfits: readonly Misfit[]): string {
  return misfits
    .map(({ at, why }) => `${at === '' ? 'the value' : at} ${why}`)
    .map((text) => (text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}…` : text).toWellFormed())
    .join('; ')
}
