import { isStopWord, languageOf } from './stop-words.ts'

/** Scripts whose words are written without spaces between them. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u')
const UNSPACED_RUNS = new RegExp(`[${UNSPACED}]+`, 'gu')

/** "l’accord", "dell'art". */
const ELISION = /^(?:l|d|qu|n|s|j|c|m|t|dell|all|nell|sull|un)['’](?=\p{L}{2})/u

const MOST_WORDS = 12
const MOST_PAIRS = 24

/** Whether a text holds letters of a script that puts no spaces between words. */
export function isUnspaced(text: string): boolean {
  return HAS_UNSPACED.test(text)
}

/** The words of a text: runs of letters, marks and digits, with hyphens, apostrophes and dots only inside. */
export function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{M}\p{N}_]+(?:[-'’.][\p{L}\p{M}\p{N}_]+)*[+#]*/gu) ?? []
}

/**
 * The words a search for passages goes by, in lower case and each once: those with subject matter, or, when there are
 * none, all of them.
 */
export function searchWords(text: string): string[] {
  const words = wordsOf(text)
    .map((word) =>
      word
        .toLowerCase()
        .replace(ELISION, '')
        .replace(/['’]s?$/, ''),
    )
    .filter((word) => word !== '' && !isUnspaced(word))
  const language = languageOf(words)
  const telling = words.filter((word) => !isStopWord(word, language))
  return [...new Set(telling.length > 0 ? telling : words)].slice(0, MOST_WORDS)
}

/** Pairs of neighbouring letters in scripts without spaces, each once: they stand in for words there. */
export function letterPairs(text: string): string[] {
  const pairs = (text.match(UNSPACED_RUNS) ?? []).flatMap((run) => {
    const letters = Array.from(run)
    return letters.length === 1 ? letters : letters.slice(1).map((letter, at) => `${letters[at]}${letter}`)
  })
  return [...new Set(pairs)].slice(0, MOST_PAIRS)
}

/**
 * What a word shares with its other forms: enough to find them beside it. Only ranking and quoting go by it, no count.
 */
export function stemOf(word: string): string {
  const ending =
    /(?:at(?:e[sd]?|ing|ors?|ions?)|itions?|ments?|ingly|edly|able|ible|ing|ies|ied|ed|es|s|ions?|or|er|e|y)$/
  if (!/^[a-z]+$/.test(word)) return word
  const stem = word.replace(ending, '')
  if (stem.length >= 4) return stem
  return /[^su]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word
}

/** The other number of a common word, and the other apostrophe: counted beside the word that was asked for. */
export function otherForms(literal: string): string[] {
  const forms: string[] = []
  if (/'/.test(literal)) forms.push(literal.replaceAll("'", '’'))
  else if (/’/.test(literal)) forms.push(literal.replaceAll('’', "'"))
  const number = /^[a-z]{3,}$/.test(literal) ? otherNumber(literal) : undefined
  return number === undefined ? forms : [...forms, number]
}

function otherNumber(word: string): string | undefined {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|sh|ch|x|zz)es$/.test(word)) return word.slice(0, -2)
  if (/(?:ss|us|is)$/.test(word)) return `${word}es`
  if (word.endsWith('s')) return word.slice(0, -1)
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:sh|ch|x|z)$/.test(word) ? `${word}es` : `${word}s`
}
