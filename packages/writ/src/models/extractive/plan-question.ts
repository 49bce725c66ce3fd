import type { LinkList, Steps, TableListing } from '@writ/contract'
import { readDuplicates } from './plan/about-duplicates.ts'
import { readAboutFiles, readHeadings } from './plan/about-files.ts'
import { type CodeQuestion, isExactAnswer, readCodeQuestion } from './plan/code/code-question.ts'
import { readDocumentsWith } from './plan/documents-with.ts'
import { readOccurrences } from './plan/occurrences.ts'
import type { ExactPart, QuestionPlan } from './plan/question-plan.ts'
import { type Masked, maskQuoted } from './plan/quoted.ts'
import { reasonFor } from './plan/reason.ts'
import { columnsNamed } from './plan/table/column-names.ts'
import { tablesNamed } from './plan/table/table-names.ts'
import { planTables, type TablePlan } from './plan/table/table-plan.ts'
import { readTableQuestion } from './plan/table/table-question.ts'
import { letterPairs, searchWords } from './words.ts'

/** A longer question is never exact: its form could not be told apart from what it is about. */
const LONGEST_EXACT = 400
/** Only this much of a question is looked at (characters). */
const LONGEST_READ = 4_000

const POLITE =
  /^(?:(?:please|kindly|hey|hi|hello)[,\s]+)*(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?(?=tell|list|show|find|count|give|name|print|identify))?(?:please\s+)?(?:(?:tell\s+me|let\s+me\s+know|i\s+(?:want|would\s+like)\s+to\s+know|do\s+you\s+know)[,:]?\s+)?/iu

/** Words that may point back to what was said before, where something was. Of "this", not what all that is searched is called by. */
const POINTS_BACK =
  /^(?:and|or|but|then|now|so|what about|how about)\b|\b(?:them|they|their|theirs|those|these|it|its|he|she|him|his|hers?|both|others?|another|same|former|latter|previous(?:ly)?|earlier|above|remaining|ones?|else|again|too|also|such|besides|instead|this(?!\s+(?:corpus|collection|library|folder|directory|archive|repository|repo)\b)|the\s+(?:first|second|third|last|rest)|(?:of|in|about|for|with|from|by|on|do(?:es)?|is|was)\s+that)\b/iu

/**
 * Plans how to answer a question: a pure function of its text, and of whether something was said before. A question that may
 * point back to that is never exact: what it points to is not understood here. Else only forms that are known to ask for literal strings,
 * names, sizes or headings are exact; whatever is in doubt gets passages.
 */
export function planQuestion(question: string, goesOn: boolean = false): QuestionPlan {
  const plain = question.slice(0, LONGEST_READ).replace(/\s+/g, ' ').trim()
  const words = searchWords(plain)
  const pairs = letterPairs(plain)
  if (goesOn && POINTS_BACK.test(maskedOf(plain).text))
    return { ...NOTHING, literals: phrasesIn(plain), words, pairs, because: 'what was said before' }
  const exact = question.length <= LONGEST_EXACT ? readExact(plain) : undefined
  if (exact !== undefined) return { ...NOTHING, words, pairs, ...exact, basis: 'exact' }
  const figure = question.length <= LONGEST_EXACT && readTableQuestion(maskedOf(plain), true) !== undefined
  const code =
    (question.length <= LONGEST_EXACT ? readCodeQuestion(plain.replace(POLITE, '')) : undefined) ?? null
  return { ...NOTHING, literals: phrasesIn(plain), words, pairs, figure, code, because: reasonFor(plain) }
}

/** A longer list of tables is not looked at: a cell cannot show it. */
export const MOST_LISTED_CHARS = 12_000

/** Plans how tables answer a question that asks for a figure; undefined where they may not. A pure function of both. */
export function planOverTables(
  question: string,
  tables: readonly TableListing[],
  goesOn: boolean = false,
): TablePlan | undefined {
  const plan = readOverTables(question, tables, goesOn)
  return typeof plan === 'string' ? undefined : plan
}

/** The same, with why tables cannot answer where the question is of a form that they could. */
export function readOverTables(
  question: string,
  tables: readonly TableListing[],
  goesOn: boolean = false,
): TablePlan | string | undefined {
  if (JSON.stringify(tables).length > MOST_LISTED_CHARS || !planQuestion(question, goesOn).figure)
    return undefined
  const masked = maskedOf(question.replace(/\s+/g, ' ').trim())
  let why: string | undefined
  for (const said of [masked, ...ofTotal(masked, tables)])
    for (const timed of [true, false]) {
      const read = readTableQuestion(said, timed)
      const plan = read === undefined ? undefined : planTables(read, said, tables)
      if (typeof plan === 'object') return plan
      why ??= plan
    }
  return why !== undefined && namesOf(masked.text, tables) ? `${why}. ${saysColumns(tables)}` : undefined
}

/** "Total by customer" is of a column that is called "total", where there is one; "the total of orders" may be how many there are. */
function ofTotal({ text, quoted }: Masked, tables: readonly TableListing[]): readonly Masked[] {
  const doubled = text.replace(
    /^((?:what(?:\s+(?:is|was)|['’]s)\s+)?(?:the\s+)?total)(?=\s+(?:by|per|for|in|where|with)\s|\s+of\s.*(?:\d|\s(?:by|per|for|in|where|with)\s))/iu,
    '$1 total',
  )
  const isThere = tables.some(({ columns }) => columns.some(({ name }) => /^total$/iu.test(name)))
  return isThere && doubled !== text ? [{ text: doubled, quoted }] : []
}

/** Whether a question has a word that a table or a column is called by. */
function namesOf(text: string, tables: readonly TableListing[]): boolean {
  const words = text.split(/[^\p{L}\p{N}_]+/u)
  return words.some((word) => columnsNamed(word, tables).length + tablesNamed(word, tables).length > 0)
}

const MOST_SAID = 5

/** What there is to ask of, in words. */
function saysColumns(tables: readonly TableListing[]): string {
  return tables
    .filter(({ problem }) => problem === null)
    .slice(0, MOST_SAID)
    .map(({ name, columns }) => `Columns of ${name}: ${columns.map((column) => column.name).join(', ')}.`)
    .join(' ')
}

/** The query whose result answers a question exactly; null where there is none. */
export function exactQuery(
  question: string,
  tables: readonly TableListing[],
  goesOn: boolean = false,
): string | null {
  return planOverTables(question, tables, goesOn)?.query ?? null
}

/** Whether what was told of source answers a question exactly. */
export function exactLinks(
  question: string,
  asked: Steps['context.links']['request'],
  told: LinkList,
  goesOn: boolean = false,
): boolean {
  const code: CodeQuestion | null = planQuestion(question, goesOn).code
  return code !== null && isExactAnswer(code, asked, told)
}

function maskedOf(plain: string): Masked {
  const { text, quoted } = maskQuoted(plain)
  return { text: text.replace(POLITE, '').replace(/[\s?.!]+$/u, ''), quoted }
}

const NOTHING: QuestionPlan = {
  basis: 'passages',
  kind: 'passages',
  literals: [],
  combine: 'all',
  unit: 'documents',
  within: [],
  place: 'name',
  suffix: null,
  noun: null,
  order: 'name',
  most: null,
  words: [],
  pairs: [],
  figure: false,
  code: null,
  because: null,
}

const MOST_PHRASES = 4

/** Quoted strings, and names of several words: they count as a whole in a search for passages. */
function phrasesIn(question: string): string[] {
  const { text, quoted } = maskQuoted(question)
  const names =
    text.match(
      /(?<=\S\s)\p{Lu}[\p{L}\p{N}.&'’-]*(?:\s(?:of|the|and|de|von|van|&)(?=\s\p{Lu})|\s\p{Lu}[\p{L}\p{N}.&'’-]*)+/gu,
    ) ?? []
  return [...new Set([...quoted, ...names])].slice(0, MOST_PHRASES)
}

function readExact(question: string): ExactPart | undefined {
  const masked = maskedOf(question)
  // The most special form first: a heading or a name that "contains" something is no text that does.
  const part =
    readDuplicates(masked) ??
    readHeadings(masked) ??
    readAboutFiles(masked) ??
    readDocumentsWith(masked) ??
    readOccurrences(masked)
  // A question all in capitals says nothing of how its words are written.
  const shouted = !/\p{Ll}/u.test(question)
  return shouted && part?.literals !== undefined
    ? { ...part, literals: part.literals.map((literal) => literal.toLowerCase()) }
    : part
}
