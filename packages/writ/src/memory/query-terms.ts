import { MAX_QUERY_CHARS, MAX_QUERY_WORDS } from './limits.ts'

/** Words that say nothing about what is asked, left out when others remain. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a about all also an and any are as at be been but by can could did do does each every find for from give had has
  have how i if in into is it its list many me much my no not of on or our show should so some such tell than that the
  their them then there these they this those to was we were what when where which who whose why will with would you
  your`.split(/\s+/),
)

/**
 * Turns a question into terms: a passage is found that has any of them. None when it has no words. A compound (`GPL-2.0`)
 * also counts as a whole: its words one after another, unless they are more than a query may have.
 */
export function queryTerms(query: string): readonly string[] {
  const terms = new Set<string>()
  for (const word of query.slice(0, MAX_QUERY_CHARS).toLowerCase().split(/\s+/u)) {
    const tokens = word.match(/[\p{L}\p{N}\p{M}\p{Co}]+/gu) ?? []
    for (const token of tokens) terms.add(token)
    if (tokens.length > 1 && tokens.length <= MAX_QUERY_WORDS) terms.add(tokens.join(' '))
  }
  const telling = [...terms].filter((term) => !STOP_WORDS.has(term))
  return (telling.length > 0 ? telling : [...terms]).slice(0, MAX_QUERY_WORDS)
}
