import type { TableListing } from '@writ/contract'
import { type Column, NUMERIC, onlyOne, unitOf } from './column-names.ts'
import { nameWords, wordsOf } from './name-words.ts'
import type { SaidOfRows } from './said-of-rows.ts'
import { AGGREGATED, placesIn, rowsNamed, THERE } from './subject.ts'

/** What a row may be, or hold one of: different values of a column called so are not how many there are. */
const NOT_TOLD_APART =
  /^(?:order|sale|purchase|payment|transaction|delivery|shipment|visit|call|comment|message|mail|email|review|note|remark|answer|response|result|name|title|description|text|event|booking|ticket|error|item|entry|record|case|time|date|value|number)$/

/**
 * What is counted may be a column: "how many comments are there" asks for their sum where it holds numbers, and "how many teams are
 * there" for how many different ones it names. Undefined where it is none, or rows are called so.
 */
export function countedColumn(read: SaidOfRows, tables: readonly TableListing[]): SaidOfRows | undefined {
  const { question, said, event } = read
  const inner = question.which === null ? undefined : AGGREGATED.exec(question.of)?.groups
  if (question.measure !== 'count' && inner?.inner !== 'count') return undefined
  const of = (inner?.of ?? question.of).replace(THERE, '')
  if (
    question.isCommon ||
    // Of one is not asked how many there are: the word is a value.
    /^(?:an?|each|every)\s/iu.test(of) ||
    question.lacks !== null ||
    question.not !== null ||
    rowsNamed(of, tables) !== undefined
  )
    return undefined
  const place = onlyOne(placesIn(of, tables).places)
  if (place === undefined) return undefined
  if (NUMERIC.has(place.column.type)) {
    // The numbers of "trip" or of "trip_km" are none of trips.
    if (!saysWholly(of, place.column.name) || !isHowMany(place.column)) return undefined
    return inner === undefined
      ? { ...read, isSummed: true, question: { ...question, measure: 'sum', of } }
      : { ...read, isSummed: true, question: { ...question, of: `sum ${of}` } }
  }
  const { by, where, when } = question
  const isPlain = said.length === 0 && event === null && by === null && where === null && when === null
  const called = nameWords(place.column.name).at(-1) ?? ''
  return inner === undefined && isPlain && !NOT_TOLD_APART.test(called) && place.column.type === 'text'
    ? { ...read, question: { ...question, measure: 'distinct', of } }
    : undefined
}

/** What columns hold of each of several, or in money: their sums are how much, and not how many. */
const HOW_MUCH =
  /^(?:sale|revenue|expense|cost|spending|income|payment|budget|turnover|price|fee|tax|salary|wage|amount|profit|value|fare|rent|discount|debt|loan|score|age|weight|height|size|id|date)$/

/** Whether the numbers of a column say how many there are: whole ones, or of units. */
function isHowMany({ name, type }: Column): boolean {
  const last = nameWords(name).at(-1) ?? ''
  return !HOW_MUCH.test(last) && (type === 'integer' || unitOf(`of ${last}`) !== undefined)
}

/** Whether a phrase has the words of a name as they are, in the plural where that is. */
function saysWholly(phrase: string, name: string): boolean {
  const said = wordsOf(phrase.replace(/^(?:the|all)\s+/iu, '')).join(' ')
  return said === wordsOf(name).join(' ')
}
