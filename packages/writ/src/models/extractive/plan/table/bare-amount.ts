import type { TableListing } from '@writ/contract'
import { type Column, NUMERIC, onlyOne, saysUnit, unitOf } from './column-names.ts'
import { type Condition, ofBetween, ofOrder } from './conditions.ts'
import { nameWords } from './name-words.ts'
import { calledOf, stemOf } from './table-names.ts'

// "Orders over 400", "parcels over 10 kg": an amount that rows are held against, without the name of its column.

const ABOVE = '(?:greater|more|higher|larger|bigger)\\s+than|above|over|exceeding'
const BELOW = '(?:less|fewer|lower|smaller)\\s+than|below|under'
const SIGNS: readonly (readonly [words: RegExp, sign: string])[] = [
  [/^(?:at\s+least|(?:greater|more|higher)\s+than\s+or\s+equal\s+to|>=|≥)$/iu, '>='],
  [/^(?:at\s+most|(?:less|lower)\s+than\s+or\s+equal\s+to|<=|≤)$/iu, '<='],
  [new RegExp(`^(?:${ABOVE}|>)$`, 'iu'), '>'],
  [new RegExp(`^(?:${BELOW}|<)$`, 'iu'), '<'],
]
const SIGN = `(?:at\\s+least|at\\s+most|(?:greater|more|higher|less|lower)\\s+than\\s+or\\s+equal\\s+to|${ABOVE}|${BELOW}|>=|<=|≥|≤|>|<)`
const NUMBER = '-?\\d[\\d.,]*'
const AMOUNT = `(?:${SIGN}\\s*${NUMBER}|between\\s+${NUMBER}\\s+and\\s+${NUMBER})(?:\\s+\\p{L}+)?`
const BEHIND = new RegExp(
  `^(?<of>\\S.*?)(?:\\s+that)?(?:\\s+(?:are|is|were|was))?(?:\\s+worth)?\\s+(?<said>${AMOUNT})$`,
  'iu',
)
const READ = new RegExp(
  `^(?:(?<sign>${SIGN})\\s*(?<number>${NUMBER})|between\\s+(?<low>${NUMBER})\\s+and\\s+(?<high>${NUMBER}))(?:\\s+(?<unit>\\p{L}+))?$`,
  'iu',
)

/** Words that say of what an amount is, and how it compares. */
const SAID_OF: readonly (readonly [words: RegExp, instead: string])[] = [
  [/\s+exceed(?:s|ed)?\s+(?=\d)/iu, ' over '],
  [/\s+(?:that\s+)?weigh(?:s|ed|ing)?\s+(?=\S)/iu, ' with weight '],
  [/\s+(?:(?:that\s+)?(?:are|is)\s+)?heavier\s+than\s+(?=\d)/iu, ' with weight over '],
  [/\s+(?:(?:that\s+)?(?:are|is)\s+)?lighter\s+than\s+(?=\d)/iu, ' with weight under '],
  [/\s+(?:(?:that\s+)?(?:are|is)\s+)?older\s+than\s+(\d+)(?:\s+years(?:\s+old)?)?$/iu, ' with age over $1'],
  [
    /\s+(?:(?:that\s+)?(?:are|is)\s+)?younger\s+than\s+(\d+)(?:\s+years(?:\s+old)?)?$/iu,
    ' with age under $1',
  ],
  [/\s+(?:(?:that\s+)?(?:are|is)\s+)?(over|under)\s+(\d+)\s+years\s+old$/iu, ' with age $1 $2'],
]

/** A question in which such words are said with the name of the column that they are of. */
export function withProperties(text: string): string {
  return SAID_OF.reduce((said, [words, instead]) => said.replace(words, instead), text)
}

/** The amount that a phrase ends with, and what stands before it. */
export function amountBehind(text: string): { readonly of: string; readonly said: string } | undefined {
  const { of, said } = BEHIND.exec(text)?.groups ?? {}
  return of === undefined || said === undefined ? undefined : { of, said }
}

/** Rows that are deals: how much they are over is said of the money. People "over 50" are of an age. */
const DEALS =
  /^(?:order|sale|invoice|payment|transaction|purchase|expense|bill|receipt|deal|refund|donation|grant|fine|transfer|deposit|withdrawal|quote|booking|reservation)$/
const MONEY = /^(?:amount|total|price|cost|value|sum)$/
/** Words beside them that change nothing. */
const PLAIN = /^(?:amount|total|price|cost|value|sum|grand|overall)$/
/** Names of columns of numbers that nobody means by an amount. */
const NO_AMOUNT = /^(?:id|no|nr|number|year|month|day|week|quarter|line)$/
/** A number that may be a year, and no amount. */
const YEAR = /^(?:19[5-9]\d|200[1-9]|20[1-4]\d)$/

/** A condition on the one column that an amount without a name is of; undefined where it may be of another. */
export function readAmountOf(phrase: string, table: TableListing): Condition | undefined {
  const { sign, number = '', low, high, unit } = READ.exec(phrase.trim())?.groups ?? {}
  if (sign === undefined && low === undefined) return undefined
  const numbers = table.columns.filter(({ type }) => NUMERIC.has(type))
  const found = unit === undefined ? moneyOf(table, numbers) : ofUnit(unit, numbers)
  if (found === undefined || [number, low, high].some((said = '') => YEAR.test(said))) return undefined
  const place = { table, column: found.column }
  const symbol = SIGNS.find(([words]) => words.test(sign ?? ''))?.[1] ?? ''
  const condition =
    sign === undefined ? ofBetween(place, low ?? '', high ?? '') : ofOrder(place, symbol, number)
  return condition && { ...condition, beside: found.beside }
}

interface Found {
  readonly column: Column
  /** Columns that are meant where any of their values fulfils what is said. */
  readonly beside: readonly Column[]
}

function ofUnit(unit: string, numbers: readonly Column[]): Found | undefined {
  const column = unit.length < 2 ? undefined : onlyOne(numbers.filter((one) => saysUnit(unit, one)))
  return column && { column, beside: [] }
}

function rowsOf(table: TableListing): readonly string[] {
  return [...calledOf(table), nameWords(stemOf(table.doc)).join(' ')]
}

/** Whether rows are made by somebody on a day, for an amount. */
export function isOfDeals(table: TableListing): boolean {
  return rowsOf(table).some((row) => DEALS.test(row.split(' ').at(-1) ?? ''))
}

function moneyOf(table: TableListing, numbers: readonly Column[]): Found | undefined {
  if (!isOfDeals(table)) return undefined
  const own = new Set(rowsOf(table).flatMap((row) => row.split(' ')))
  const wordsOf = ({ name }: Column): readonly string[] =>
    nameWords(name).slice(0, unitOf(name) === undefined ? undefined : -1)
  const column = onlyOne(
    numbers.filter((one) => {
      const words = wordsOf(one)
      return MONEY.test(words.at(-1) ?? '') && words.every((word) => PLAIN.test(word) || own.has(word))
    }),
  )
  if (column === undefined) return undefined
  const beside = numbers.filter((one) => one !== column && !NO_AMOUNT.test(wordsOf(one).at(-1) ?? ''))
  // Of a price, how many of it there are decides what a deal comes to.
  return /^(?:price|cost)$/.test(wordsOf(column).at(-1) ?? '') && beside.length > 0
    ? undefined
    : { column, beside }
}
