import type { QuestionPlan } from './plan/question-plan.ts'
import { stemOf } from './words.ts'

/** What passages are searched for, as the REPL takes it. */
export interface Search {
  /** `find` is a regular expression of JavaScript for the word in any of its forms: for ranking and quoting only. */
  readonly words: readonly { readonly text: string; readonly find: string }[]
  /** Quoted strings and names; `rust` is the pattern for `grep`. */
  readonly phrases: readonly { readonly text: string; readonly find: string; readonly rust: string }[]
  /** Pairs of letters of scripts without spaces. */
  readonly pairs: readonly string[]
}

const [START, END] = ['(?<![\\p{L}\\p{N}])', '(?![\\p{L}\\p{N}])']

/** Makes what a search for passages needs. */
export function searchFor({ words, pairs, literals }: QuestionPlan): Search {
  return {
    words: words.map((text) => {
      const stem = stemOf(text)
      return { text, find: `${START}${escaped(stem)}${stem === text && stem.length < 4 ? END : '\\p{L}*'}` }
    }),
    phrases: literals.map((text) => {
      const parts = text.split(' ').map(escaped)
      return { text, find: parts.join('\\s+'), rust: parts.join('\\s+') }
    }),
    pairs,
  }
}

/** Escaped for both engines. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
