import { type Column, NUMERIC } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { nameWords } from './name-words.ts'
import { fromOf, measured, type Reading } from './query.ts'
import { quoted, textLiteral } from './sql-text.ts'
import type { Measure } from './table-question.ts'

// Figures that say how much for each of something, or which way money went, are added up to nothing.

const RATIO = /^(?:rate|ratio|percent|percentage|pct|share|margin|yield|fraction|proportion)$/
/** What is no amount, or one of a figure already. */
const NO_AMOUNT =
  /^(?:temperature|temp|grade|rating|rank|percentile|latitude|longitude|lat|lon|year|avg|average|mean|median|per|peak|max|maximum|min|minimum|highest|lowest)$/
const PRICE = /^price$/
const QUANTITY = /^(?:quantity|qty|units?|pieces|pcs)$/
/** May be an amount or a share of one. */
const SHARE = /^(?:discount|tax|vat|commission|fee|weight|probability|growth|change|coverage|utilization)$/
/** Columns of numbers that say nothing of how much a row weighs. */
const NO_WEIGHT = /(?:^|\s)(?:id|year|month|day|number|no|rank)$/

/** Why a figure over the rows of a column would be none; undefined where its name does not tell. */
export function saysNoSum(
  measure: Measure,
  column: Column,
  { subject: { table } }: Reading,
): string | undefined {
  const words = nameWords(column.name)
  const isRatio = words.some((word) => RATIO.test(word))
  const others = table.columns.filter(
    ({ name, type }) =>
      name !== column.name && NUMERIC.has(type) && !NO_WEIGHT.test(nameWords(name).join(' ')),
  )
  if (measure === 'sum') {
    const isEach = words.slice(0, -1).includes('unit')
    const isPrice =
      words.some((word) => PRICE.test(word)) && !words.some((word) => /^(?:total|line|sum)$/.test(word))
    const isCounted = others.some(({ name }) => nameWords(name).some((word) => QUANTITY.test(word)))
    if (isRatio || isEach || words.some((word) => NO_AMOUNT.test(word)) || (isPrice && isCounted))
      return `the column ${column.name} of ${table.doc} seems to say how much for each, and is not added up`
  }
  return isRatio && /^(?:average|median|percentile)$/.test(measure) && others.length > 0
    ? `the column ${column.name} of ${table.doc} holds ratios, and its rows may not weigh the same`
    : undefined
}

/** Pairs of words for the two ways of money and goods. */
const WAYS = [
  ['debit', 'credit'],
  ['dr', 'cr'],
  ['income', 'expense'],
  ['in', 'out'],
  ['deposit', 'withdrawal'],
  ['buy', 'sell'],
  ['purchase', 'sale'],
  ['sale', 'refund'],
  ['payment', 'refund'],
  ['inbound', 'outbound'],
  ['import', 'export'],
  ['incoming', 'outgoing'],
] as const

/** A column of more values names other things. */
const MOST_WAYS = 8

/** What makes figures together no sum of one thing. */
export function sumGuards(measure: Measure, column: Column, reading: Reading): Guard[] {
  const { table } = reading.subject
  const guards: Guard[] = []
  if (measure === 'sum' && nameWords(column.name).some((word) => SHARE.test(word)))
    guards.push(
      none(
        `SELECT CASE WHEN max(abs(${measured(column)})) <= 1 AND bool_or(${measured(column)} <> floor(${measured(column)})) THEN 1 ELSE 0 END AS n FROM ${quoted(table.name)} t0`,
        `The values of ${column.name} of ${table.doc} are all up to 1 and may be shares, which are not added up.`,
      ),
    )
  if (!/^(?:sum|average|median|percentile)$/.test(measure)) return guards
  const ways = table.columns.filter(
    (one) =>
      one.type === 'text' &&
      one !== reading.by?.column &&
      !reading.conditions.some((held) => held.column === one),
  )
  if (ways.length === 0) return guards
  const pairs = WAYS.map((way) => `list_has_all(v, [${way.map(textLiteral).join(', ')}])`).join(' OR ')
  const values = ways.map((way) => `list(DISTINCT regexp_replace(lower(trim(${measured(way)})), 's$', ''))`)
  // Where the sign of a figure says it, a sum is the difference.
  guards.push(
    none(
      `SELECT count(*) AS n FROM (SELECT unnest([${values.join(', ')}]) AS v, min(${measured(column)}) AS low ${fromOf(reading)}) WHERE low >= 0 AND len(v) <= ${MOST_WAYS} AND (${pairs})`,
      `A column of ${table.doc} says which way ${column.name} goes, and both ways are not added up; say which.`,
    ),
  )
  return guards
}
