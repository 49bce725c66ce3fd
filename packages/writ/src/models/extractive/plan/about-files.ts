import { readLiterals } from './literals.ts'
import { DOCUMENT, EVERY, FILE, FILE_NAME, IN_EVERYTHING, matcher } from './nouns.ts'
import type { ExactPart, QuestionPlan } from './question-plan.ts'
import { type Masked, unmask } from './quoted.ts'
import { readScope } from './scope.ts'

const LIST = '(?:list|show|name|enumerate|print|give)(?:\\s+me)?'
const COUNT = '(?:how\\s+many|count|(?:what\\s+is\\s+)?(?:the\\s+)?number\\s+of)'
const WHICH = `(?:which|what|find|${LIST}|${COUNT})`
const SUFFIX = '(?:(?<suffix>\\.[\\p{L}\\p{N}]{1,8})\\s+)?'
const EXIST =
  '(?:\\s+(?:are\\s+there|do\\s+(?:we|you|i)\\s+have|exist|are\\s+(?:here|loaded|ingested|indexed|available)))?'

const ALL_DOCUMENTS = [
  matcher(`(?<count>${COUNT})\\s+${EVERY}${SUFFIX}(?<noun>${DOCUMENT})${EXIST}${IN_EVERYTHING}`),
  matcher(`(?:${LIST})\\s+${EVERY}${SUFFIX}(?<noun>${DOCUMENT})(?<=s)${IN_EVERYTHING}`),
  matcher(
    `(?:which|what)\\s+${EVERY}${SUFFIX}(?<noun>${DOCUMENT})(?<=s)\\s+(?:are\\s+there|do\\s+(?:we|you|i)\\s+have|are\\s+(?:here|loaded|ingested|indexed|available))${IN_EVERYTHING}`,
  ),
]

const IN_NAME = '(?:file\\s*)?(?<place>names?|titles?)'
const NAMED = [
  matcher(
    `${WHICH}\\s+${EVERY}${DOCUMENT}${IN_EVERYTHING}\\s+(?:that\\s+)?(?:is\\s+|are\\s+)?(?<place>named|called|titled|entitled)\\s+(?<object>\\S.*)`,
  ),
  matcher(
    `${WHICH}\\s+${EVERY}${DOCUMENT}${IN_EVERYTHING}\\s+(?:that\\s+)?(?:with|have|has|having|contain|contains|include|includes|mention|mentions)\\s+(?<object>\\S.*)\\s+in\\s+(?:the|their|its)\\s+${IN_NAME}`,
  ),
  matcher(
    `${WHICH}\\s+${EVERY}${DOCUMENT}${IN_EVERYTHING}\\s+(?:whose|where\\s+the|with\\s+(?:a\\s+)?)\\s*${IN_NAME}\\s+(?:that\\s+)?(?:contains?|includes?|has|have|holds?|mentions?|containing|with)\\s+(?<object>\\S.*)`,
  ),
  matcher(
    `(?:which|what|${LIST})\\s+(?:all\\s+)?(?:the\\s+)?(?:file\\s*|document\\s+)(?<place>names?|titles?)\\s+(?:that\\s+)?(?:contain|contains|include|includes|have|with|containing)\\s+(?<object>\\S.*)`,
  ),
]

/** Nouns whose size is no matter of meaning; the largest contract may be the one worth most. */
const SIZED_FILE = `(?:${FILE}|books?|novels?)`
const NUMBERS: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4, five: 5, ten: 10 }
const MANY = '(?:(?<many>\\d{1,4}|two|three|four|five|ten)\\s+)?'
const SIZED = '(?<by>largest|biggest|longest|smallest|shortest)'
const BY_SIZE = '(?:\\s+(?:by\\s+(?:file\\s+)?size|in\\s+bytes))?'
const SUPERLATIVES = [
  matcher(
    `(?:(?:what|which)(?:\\s+(?:is|are))?|${LIST}|find)\\s+(?:the\\s+)?${MANY}${SIZED}\\s+${SIZED_FILE}${BY_SIZE}${IN_EVERYTHING}`,
  ),
  matcher(
    `(?:(?:what|which)(?:\\s+(?:is|are))?|${LIST}|find)\\s+(?:the\\s+)?${SIZED}\\s+${MANY}${SIZED_FILE}${BY_SIZE}${IN_EVERYTHING}`,
  ),
  matcher(
    `(?:which|what)\\s+(?:of\\s+(?:the|these|those)\\s+)?${SIZED_FILE}\\s+(?:is|are)\\s+(?:the\\s+)?${SIZED}${BY_SIZE}${IN_EVERYTHING}`,
  ),
]
const ORDERED = matcher(
  `${LIST}\\s+${EVERY}${SIZED_FILE}\\s+(?:sorted\\s+|ordered\\s+)?by\\s+(?:file\\s+)?size`,
)
const TOTAL = matcher(
  `(?:how\\s+(?:big|large)\\s+(?:is|are)|(?:what\\s+is\\s+)?(?:the\\s+)?(?:total\\s+|overall\\s+)?size\\s+of|how\\s+many\\s+bytes\\s+(?:are|do)(?:\\s+there)?(?:\\s+in)?)\\s+(?:all\\s+)?(?:of\\s+)?(?:the|this|these|those|all)\\s+(?:whole\\s+|entire\\s+)?(?:corpus|collection|${FILE}(?<=s))(?:\\s+(?:have|together|in\\s+total))?`,
)
const SIZE_OF = matcher(
  `(?:how\\s+(?:big|large)\\s+is|(?:what\\s+is\\s+)?(?:the\\s+)?(?:file\\s+)?size\\s+of|how\\s+many\\s+bytes\\s+(?:does|is|are\\s+in|has))\\s+(?:the\\s+)?(?:${FILE}\\s+)?(?<name>${FILE_NAME})(?:\\s+(?:have|has|take|long|in\\s+bytes))?`,
)

/** Reads questions about documents as such: which there are, their names, their sizes. */
export function readAboutFiles(masked: Masked): ExactPart | undefined {
  return readSize(masked) ?? readNamed(masked) ?? readAll(masked)
}

const A_FILE = new RegExp(`^${FILE}$`, 'iu')

function readAll({ text }: Masked): ExactPart | undefined {
  for (const form of ALL_DOCUMENTS) {
    const groups = form.exec(text)?.groups
    if (groups === undefined) continue
    const { noun = '', suffix = null } = groups
    return { kind: 'documents', suffix, noun: A_FILE.test(noun) ? null : noun }
  }
  return undefined
}

function readNamed(masked: Masked): ExactPart | undefined {
  for (const form of NAMED) {
    const { object, place = '' } = form.exec(masked.text)?.groups ?? {}
    const literals = object === undefined ? undefined : readLiterals(object, masked)
    if (literals === undefined) continue
    const { texts, combine } = literals
    return { kind: 'files', literals: texts, combine, place: /titl/iu.test(place) ? 'title' : 'name' }
  }
  return undefined
}

function readSize(masked: Masked): ExactPart | undefined {
  const { text, quoted } = masked
  for (const form of SUPERLATIVES) {
    const { by, many } = form.exec(text)?.groups ?? {}
    if (by !== undefined)
      return { kind: 'size', order: orderOf(by), most: many === undefined ? 1 : numberOf(many) }
  }
  if (ORDERED.test(text)) return { kind: 'size', order: 'largest' }
  if (TOTAL.test(text)) return { kind: 'size', order: 'total' }
  const name = SIZE_OF.exec(text)?.groups?.name
  return name === undefined ? undefined : { kind: 'size', within: [unmask(name, quoted)] }
}

function orderOf(word: string): QuestionPlan['order'] {
  return /^s/iu.test(word) ? 'smallest' : 'largest'
}

function numberOf(word: string): number {
  return NUMBERS[word.toLowerCase()] ?? Math.max(1, Number(word))
}

const HEADINGS =
  '(?:section\\s+|chapter\\s+)?(?:headings|section\\s+titles|chapter\\s+titles|outline|table\\s+of\\s+contents)'
const HEADING_LIST = [
  matcher(
    `(?:(?:what|which)(?:\\s+are)?|${LIST}|find)\\s+(?:all\\s+)?(?:of\\s+)?(?:the\\s+)?${HEADINGS}(?:\\s+are\\s+there)?(?<tail>\\s+\\S.*)?`,
  ),
  matcher(`(?:which|what)\\s+headings\\s+(?:does|do)\\s+(?<name>\\S.*?)\\s+have`),
]
const HEADING_COUNT = [
  matcher(`${COUNT}\\s+(?:section\\s+|chapter\\s+)?headings(?:\\s+are\\s+there)?(?<tail>\\s+\\S.*)?`),
  matcher(`${COUNT}\\s+headings\\s+(?:does|do)\\s+(?<name>\\S.*?)\\s+have`),
]
const WITH_HEADING = matcher(
  `(?:which|what|find|${LIST}|(?<count>${COUNT}))\\s+${EVERY}${DOCUMENT}${IN_EVERYTHING}\\s+(?:that\\s+)?(?:with|have|has|having|contain|contains)\\s+(?:a\\s+|an\\s+|the\\s+)?(?:section\\s+|chapter\\s+)?headings?\\s+(?:(?:that\\s+)?(?:titled|called|named|entitled|reading|saying|with|containing|contains?|mentions?|mentioning|says?|includes?|is)\\s+)?(?<object>\\S.*)`,
)

/** Reads questions about headings, as ingestion found them. */
export function readHeadings(masked: Masked): ExactPart | undefined {
  const { object } = WITH_HEADING.exec(masked.text)?.groups ?? {}
  const literals = object === undefined ? undefined : readLiterals(object, masked)
  if (literals !== undefined)
    return { kind: 'headings', unit: 'documents', literals: literals.texts, combine: literals.combine }
  for (const form of [...HEADING_COUNT, ...HEADING_LIST]) {
    const groups = form.exec(masked.text)?.groups
    if (groups === undefined) continue
    const { name, tail = '' } = groups
    const within = readScope(name === undefined ? tail : ` in ${name}`, masked)
    if (within !== undefined) return { kind: 'headings', unit: 'headings', within }
  }
  return undefined
}
