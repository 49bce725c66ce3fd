import type { TableListing } from '@writ/contract'
import { type Masked, unmask } from '../quoted.ts'
import { namedBy } from './bare-value.ts'
import { countsOnce, guardsOf, namesEachOnce, remarksOf } from './checks.ts'
import { columnsNamed, NUMERIC, onlyOne, type Place } from './column-names.ts'
import { datesOf } from './conditions.ts'
import { countedColumn } from './counted-column.ts'
import { saysCumulative } from './counted-twice.ts'
import { fewestGuards, saysFewest } from './fewest.ts'
import type { Guard, Remark } from './guard.ts'
import { type Join, joinable, pickPlace } from './joins.ts'
import { nameWords, singular } from './name-words.ts'
import { markOf, type Named } from './named.ts'
import { saysNoSum } from './no-sum.ts'
import { queryOf, type Reading } from './query.ts'
import { readWhere } from './read-where.ts'
import { mayNumber } from './row-numbers.ts'
import { type SaidOfRows, saidOfRows } from './said-of-rows.ts'
import { isShadowed, rowsNamed, type Subject, subjectOf } from './subject.ts'
import { yearOf } from './table-names.ts'
import type { Measure, TableQuestion } from './table-question.ts'
import { saysOf } from './words.ts'

/** How tables answer a question: JSON. */
export type TablePlan = {
  /** What is asked of the tables. Its result is the answer. */
  readonly query: string
  readonly guards: readonly Guard[]
  readonly remarks: readonly Remark[]
  /** What was computed, in words. */
  readonly says: string
  /** What stands for the marks in the words. */
  readonly named: readonly Named[]
  readonly shape: 'number' | 'rows'
}

/** A longer plan does not fit a turn (characters). */
const LONGEST_PLAN = 15_000

/**
 * Plans how tables answer a question. What is in doubt is not computed: gives why, where a word of the question is not
 * understood, or may be meant of more than one table or column.
 */
export function planTables(
  question: TableQuestion,
  masked: Masked,
  all: readonly TableListing[],
): TablePlan | string {
  const tables = all.filter(isReliable)
  const readings = [{ question, said: [], event: null }, ...otherwise(question, tables)]
  let why: string | undefined
  for (const read of readings) {
    const plan = planSaid(read, masked, tables, all)
    if (typeof plan !== 'string') return plan
    why = plan
  }
  const last = readings.at(-1)
  const plan = last && planSaid(last, masked, tables, all, true)
  return typeof plan === 'object' ? plan : (why ?? '')
}

/** Whether all rows are asked for, and nothing of them. */
function isPlain({ question, said, event }: SaidOfRows): boolean {
  const { where, when, by, lacks, not } = question
  return said.length === 0 && [event, where, when, by, lacks, not].every((one) => one === null)
}

/** Other readings of a question, the nearest first. */
function otherwise(question: TableQuestion, tables: readonly TableListing[]): readonly SaidOfRows[] {
  const said = saidOfRows(question, tables)
  const read = said ?? { question, said: [], event: null }
  const counted = countedColumn(read, tables)
  return [...(said === undefined ? [] : [said]), ...(counted === undefined ? [] : [counted])]
}

/** Plans a question beside which something is said of the rows that count. */
function planSaid(
  read: SaidOfRows,
  masked: Masked,
  tables: readonly TableListing[],
  all: readonly TableListing[],
  isByNames: boolean = false,
): TablePlan | string {
  const { question, said, event, isSummed } = read
  const subject = subjectOf(question, tables, isByNames)
  // How many texts there are that name rows is said by how many different ones there are.
  if (subject === undefined || (isByNames && subject.key !== null && isPlain(read))) {
    const doubted = subjectOf(question, all)?.table
    return doubted === undefined || isReliable(doubted)
      ? saysNoSubject(question.of.replace(/^(?:sum|count)\s+/u, ''), masked, tables)
      : `rows of ${doubted.doc} may be no records, be hidden, or lack cells, or its first row may name no columns (${doubted.notes.join(', ')})`
  }
  const { table } = subject
  if (
    isShadowed(
      subject,
      all.filter((one) => !tables.includes(one)),
    )
  )
    return 'another document that may be meant is no table that can be relied on'
  const year = yearOf(table)
  if (year !== undefined && (masked.text.match(/\b(?:19|20)\d\d\b/g) ?? []).some((said) => said !== year))
    return `${table.doc} is of ${year} by its name, and another year is asked for`
  const joins = new Map<TableListing, Join>()
  const pick = (phrase: string): Place | undefined => pickPlace(phrase, table, tables, joins)
  const where = readWhere(question, said, event, masked.quoted, table, pick, joinable(table, tables))
  if (typeof where === 'string') return where
  const compared = where.conditions.find((one) => isCompared(one, table))
  if (isSummed === true && compared !== undefined)
    return `${compared.column.name} of ${table.doc} may be of a row, or of each that it stands for`
  const each = rowsOf(question, subject, tables)
  const by =
    question.by === null || each !== undefined ? null : (pick(question.by) ?? timeOf(question.by, table))
  if (by === undefined) return `no one column is called "${question.by}"`
  const which = question.which === null ? null : pick(question.which)
  if (which === undefined) return `no one column is called "${question.which}"`
  const reading: Reading = { question, subject, ...where, by, which, joins }
  if (!fits(reading)) return saysMisfit(reading)
  const doubt = saysDoubt(reading) ?? saysFewest(reading, tables)
  if (doubt !== undefined) return doubt
  const plan: TablePlan = {
    query: queryOf(reading),
    guards: [
      ...guardsOf(reading),
      ...(isByNames ? namesEachOnce(subject) : []),
      ...(each === undefined ? [] : countsOnce(each)),
      ...fewestGuards(reading, tables),
    ],
    remarks: remarksOf(reading),
    says: saysOf(reading),
    named: where.bare.map((one, at) => namedBy(one, markOf(at))),
    shape: by === null && which === null ? 'number' : 'rows',
  }
  return JSON.stringify(plan).length > LONGEST_PLAN
    ? `${table.doc} has too many columns to look into for this`
    : plan
}

/** Whether numbers are held against one that says more than when. */
function isCompared({ column, table }: Place, of: TableListing): boolean {
  return table === of && NUMERIC.has(column.type) && !TIMES.test(nameWords(column.name).at(-1) ?? '')
}

/** Why a phrase names nothing that can be measured or counted. */
function saysNoSubject(of: string, { quoted }: Masked, tables: readonly TableListing[]): string {
  const [first, second] = columnsNamed(of, tables)
  const said = unmask(of, quoted)
  if (first !== undefined && second !== undefined)
    return `"${said}" may be ${first.column.name} of ${first.table.doc} or ${second.column.name} of ${second.table.doc}; say of which`
  return first === undefined
    ? `no one table or column is called "${said}"`
    : `${first.column.name} of ${first.table.doc} does not tell how many "${said}" there are`
}

function isReliable({ problem, notes }: TableListing): boolean {
  return problem === null && !notes.some((note) => note !== 'named-columns')
}

/** The days of the rows, or their years, which may be asked for without the name of their column. */
function timeOf(by: string, table: TableListing): Place | undefined {
  const [, time] = /^(?:calendar\s+)?(year|day|date)$/iu.exec(by) ?? []
  const column = time === undefined ? undefined : onlyOne(datesOf(table))
  if (column === undefined) return undefined
  return time?.toLowerCase() === 'year' ? { table, column, part: 'year' } : { table, column }
}

/** What rows are called, where "per order" says of an average no more than that it is one of orders. */
function rowsOf(
  { by, isPer, measure }: TableQuestion,
  { table }: Subject,
  tables: readonly TableListing[],
): ReturnType<typeof rowsNamed> {
  const named = by !== null && isPer && measure === 'average' ? rowsNamed(by, tables) : undefined
  return named?.table === table ? named : undefined
}

/** Whether the columns are of types that can be measured so. */
function fits({ question, subject, by, which, conditions, bare, joins }: Reading): boolean {
  const { measure, percent, isTime, isCommon, lacks, not } = question
  const { column, other, inner, table } = subject
  const of = which === null ? measure : (inner ?? measure)
  if (inner !== null && isTime) return false
  if (not !== null && measure !== 'count' && measure !== 'percentage') return false
  if (lacks !== null && measure !== 'count' && measure !== 'percentage') return false
  if (isCommon && which?.column.type !== 'text') return false
  if (which !== null && inner === null && (column === null || which.table !== table)) return false
  if (measure === 'percentile' && (percent < 1 || percent > 99)) return false
  if (by?.part !== undefined && column === null && table.columns.some(({ name }) => /^year$/i.test(name)))
    return false
  if (column !== null && column === (by ?? which)?.column) return false
  switch (of) {
    case 'count':
      return column === null
    case 'percentage':
      return column === null && by === null && joins.size === 0 && conditions.length + bare.length === 1
    case 'value':
      return column !== null && by === null && joins.size === 0 && conditions.length + bare.length > 0
    case 'distinct':
      return column !== null
    case 'highest':
    case 'lowest':
      return column !== null && (isTime ? column.type === 'date' : NUMERIC.has(column.type))
    case 'correlation':
      return (
        column !== null &&
        other !== null &&
        column !== other &&
        NUMERIC.has(column.type) &&
        NUMERIC.has(other.type)
      )
    default:
      return column !== null && NUMERIC.has(column.type)
  }
}

/** Words that say a measure, in front of or behind the name of a column that holds it. */
const SAID: Readonly<Record<Measure, RegExp>> = {
  count: /^$/,
  distinct: /^(?:distinct|unique|different)$/,
  sum: /^(?:total|sum|overall|combined)$/,
  average: /^(?:average|avg|mean)$/,
  median: /^median$/,
  percentile: /^percentile$/,
  highest: /^(?:highest|max|maximum|largest|latest|last)$/,
  lowest: /^(?:lowest|min|minimum|smallest|earliest|first)$/,
  correlation: /^correlation$/,
  percentage: /^(?:percentage|percent|pct|share)$/,
  value: /^$/,
}

/** Words for times, by which figures are told apart and not divided. */
const TIMES = /^(?:year|quarter|month|week|day|hour)$/

/** Rows that are called by what they come to. */
const AMOUNTS =
  /^(?:sale|revenue|expense|cost|spending|income|payment|budget|turnover|vote|traffic|usage|consumption|energy|production|population|stock|inventory|time|hour)$/iu

/** Why the words of a question may mean another figure. */
function saysDoubt(reading: Reading): string | undefined {
  const { question, subject, by } = reading
  const { table, column, counts, inner } = subject
  const measure = inner ?? question.measure
  if (counts !== null && !mayNumber(counts, table))
    return `a row of ${table.doc} may stand for several, as ${counts.name} says`
  if (question.isPer && by !== null && measure !== 'sum' && measure !== 'count' && isTime(by))
    return `"per ${question.by}" may be of rows, or of what they come to in each`
  if (
    question.isPer &&
    by !== null &&
    NUMERIC.has(by.column.type) &&
    !TIMES.test(nameWords(by.column.name).at(-1) ?? '')
  )
    return `"per ${question.by}" may divide by ${by.column.name}, or tell rows apart by it`
  if (measure === 'percentage' && AMOUNTS.test(singular(question.of.split(/\s+/).at(-1) ?? '')))
    return `a share of ${question.of} may be one of rows, or of what they come to`
  if (column === null) return undefined
  const name = nameWords(column.name).join(' ')
  const other = table.columns.find((one) => {
    const words = nameWords(one.name)
    return (
      (SAID[measure].test(words[0] ?? '') && nameWords(words.slice(1).join(' ')).join(' ') === name) ||
      (SAID[measure].test(words.at(-1) ?? '') && nameWords(words.slice(0, -1).join(' ')).join(' ') === name)
    )
  })
  if (other !== undefined && name !== '')
    return `${other.name} of ${table.doc} may be meant, or a figure of ${column.name}`
  return saysCumulative(measure, column, reading) ?? saysNoSum(measure, column, reading)
}

function isTime({ column, part }: Place): boolean {
  return part !== undefined || column.type === 'date' || TIMES.test(nameWords(column.name).at(-1) ?? '')
}

/** Why columns cannot be measured so. */
function saysMisfit({ question, subject: { table, column } }: Reading): string {
  return column === null
    ? `what is asked of the rows of ${table.doc} does not go together`
    : `the column ${column.name} of ${table.doc} holds values of type ${column.type}, and cannot be measured so (${question.measure})`
}
