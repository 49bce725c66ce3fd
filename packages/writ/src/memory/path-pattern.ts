import { matchRuns } from './match-runs.ts'
import type { NameMatcher } from './name-pattern.ts'

/** Stands in a pattern for any number of names. */
export const ANY_NAMES: unique symbol = Symbol('any number of names')

/** A pattern of the names of a path. */
export type PathPattern = readonly (NameMatcher | typeof ANY_NAMES)[]

/** Whether a pattern matches all names of a path. */
export function matchPath(pattern: PathPattern, names: readonly string[]): boolean {
  return matchRuns(
    pattern.length,
    names.length,
    (at) => pattern[at] === ANY_NAMES,
    (patternAt, at) => {
      const matcher = pattern[patternAt]
      return typeof matcher === 'function' && matcher(names[at] ?? '')
    },
  )
}
