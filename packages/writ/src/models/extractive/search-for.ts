import type { QuestionPlan } from './plan/question-plan.ts'
import { stemOf } from './words.ts'

/** What passages are searched for, as the REPL takes it. */
export interface Search {
  /**
   * `find` is a regular expression of JavaScript for the word in any of its forms, `rust` one for `grep`, `also` another
   * spelling: for ranking and quoting only.
   */
  readonly words: readonly {
    readonly text: string
    readonly also: string | null
    readonly find: string
    readonly rust: string
  }[]
  /** Quoted strings and names; `rust` is the pattern for `grep`. */
  readonly phrases: readonly { readonly text: string; readonly find: string; readonly rust: string }[]
  /** Pairs of letters of scripts without spaces. */
  readonly pairs: readonly string[]
}

/** Makes what a search for passages needs. */
export function searchFor({ words, pairs, literals }: QuestionPlan): Search {
  return {
    words: words.map((text) => ({ text, also: otherSpelling(text), ...anyForm(text) })),
    phrases: literals.map((text) => {
      const phrase = text.split(' ').map(escaped).join('\\s+')
      return { text, find: phrase, rust: phrase }
    }),
    pairs,
  }
}

/** A word and its other forms. What stands before is looked at last: classes of characters are slow in the REPL. */
function anyForm(word: string): { readonly find: string; readonly rust: string } {
  const stem = stemOf(word)
  const [, root = null] = OF_THREE_LETTERS.exec(word) ?? []
  const short = root !== null || (stem === word && word.length < 4)
  const other = otherSpelling(word)
  const stems = [stem, ...(other === null ? [] : [stemOf(other)])].map(escaped)
  const any =
    root !== null ? `${root}${ENDINGS}` : stems.length === 1 ? stems.join('') : `(?:${stems.join('|')})`
  return {
    find: `${any}(?<![\\p{L}\\p{N}]${any})${short ? '(?![\\p{L}\\p{N}])' : '\\p{L}*'}`,
    rust: `(?:^|[^\\p{L}\\p{N}])${any}${short ? '(?:[^\\p{L}\\p{N}]|$)' : ''}`,
  }
}

/** A verb of three letters with an ending, such as "ended". Its root alone would begin too many other words. */
const OF_THREE_LETTERS = /^([a-z]{3})(?:ed|ing)$/
const ENDINGS = '(?:s|ed|ing)?'

/** The American spelling of a British word and the other way round, where the two share few letters. */
function otherSpelling(word: string): string | null {
  if (/licenc/.test(word)) return word.replace('licenc', 'licens')
  if (/licens/.test(word)) return word.replace('licens', 'licenc')
  if (/(?:def|off)enc/.test(word)) return word.replace(/enc(?=e)/, 'ens')
  if (/.{3}is(?:e[ds]?|ing|ation)$/.test(word)) return word.replace(/is(?=(?:e[ds]?|ing|ation)$)/, 'iz')
  if (/.{3}iz(?:e[ds]?|ing|ation)$/.test(word)) return word.replace(/iz(?=(?:e[ds]?|ing|ation)$)/, 'is')
  return null
}

/** Escaped for both engines. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
