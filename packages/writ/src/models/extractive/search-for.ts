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

/** Makes what a search for passages needs. */
export function searchFor({ words, pairs, literals }: QuestionPlan): Search {
  return {
    words: words.map((text) => ({ text, find: anyForm(text) })),
    phrases: literals.map((text) => {
      const phrase = text.split(' ').map(escaped).join('\\s+')
      return { text, find: phrase, rust: phrase }
    }),
    pairs,
  }
}

/** A word and its other forms. What stands before is looked at last: classes of characters are slow in the REPL. */
function anyForm(word: string): string {
  const stem = escaped(stemOf(word))
  const rest = stem === word && word.length < 4 ? '(?![\\p{L}\\p{N}])' : '\\p{L}*'
  return `${stem}(?<![\\p{L}\\p{N}]${stem})${rest}`
}

/** Escaped for both engines. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
