import { DOCUMENT, FILE_NAME, IN_EVERYTHING, matcher } from './nouns.ts'
import { type Masked, unmask } from './quoted.ts'

/** Parts of documents: "in section 4" names no document. */
const PART =
  /\b(?:sections?|chapters?|clauses?|pages?|paragraphs?|articles?|parts?|lines?|append(?:ix|ices)|exhibits?|schedules?|annex(?:es)?|titles?|headings?|volumes?|books? (?:\d|one|two|three|[ivx]+\b)|footnotes?|introduction|conclusion|preface|prologue|epilogue|beginning|end|total|general|english)\b/iu

const EVERYTHING_ONLY = matcher(IN_EVERYTHING)
const IN = /^\s+(?:in|within|inside|throughout|of|from|across)\s+(.+)$/iu
const WITH_NOUN = new RegExp(`^(?:the\\s+)?${DOCUMENT}\\s+(?:named\\s+|called\\s+|titled\\s+)?(.+)$`, 'iu')
const BEFORE_NOUN = new RegExp(`^(?:the\\s+)?(.+?)\\s+${DOCUMENT}$`, 'iu')
/** What may stand before a file name; other nouns ("lease") begin some. */
const LEAD = '(?:the\\s+)?(?:(?:file|document|text|book)\\s+)?'
const LEADING = new RegExp(`^${LEAD}`, 'iu')
const FILE = matcher(`${LEAD}${FILE_NAME}`)
/** A file name with spaces in it. */
const SPACED_FILE = matcher(`${LEAD}(\\S.*\\.\\p{L}[\\p{L}\\p{N}]{1,7})`)
const MOST_WORDS = 8

/**
 * The documents that the end of a question names: none for everything there is, undefined when it is no name of a
 * document. Whether such a document exists is found out where the corpus is.
 */
export function readScope(tail: string, masked: Masked): readonly string[] | undefined {
  if (EVERYTHING_ONLY.test(tail)) return []
  const [, place] = IN.exec(tail) ?? []
  if (place === undefined) return undefined
  const files = place.split(/\s*,\s*(?:and\s+)?|\s+and\s+/u)
  if (files.every((file) => FILE.test(file)))
    return files.map((file) => unmask(file.replace(LEADING, ''), masked.quoted).trim())
  const [, file] = SPACED_FILE.exec(place) ?? []
  const name = file ?? WITH_NOUN.exec(place)?.[1] ?? BEFORE_NOUN.exec(place)?.[1] ?? place
  const plain = unmask(name, masked.quoted).trim()
  return file !== undefined || isName(plain) || plain !== name ? [plain] : undefined
}

/** A title of a few words with a capital letter, not a part of a document or a place described. */
function isName(text: string): boolean {
  const words = text.split(/\s+/)
  const described = /^(?:the|this|that|these|those|a|an|any|each|every|all|which|what|my|our|your)\s+\p{Ll}/u
  const named = /(?:^|\s)[\p{Lu}\p{Lo}\p{N}]/u.test(text)
  return (
    named && words.length <= MOST_WORDS && !described.test(text) && !PART.test(text) && !/[?!;]/.test(text)
  )
}
