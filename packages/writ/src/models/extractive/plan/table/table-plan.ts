import type { TableListing } from '@writ/contract'
import { type Masked, unmask } from '../quoted.ts'
import { type BareValue, bareValueOf } from './bare-value.ts'
import { guardsOf, remarksOf } from './checks.ts'
import { NUMERIC, nameWords, type Place } from './column-names.ts'
import { type Condition, readBare, readSaid } from './conditions.ts'
import { saysCumulative } from './counted-twice.ts'
import type { Guard, Remark } from './guard.ts'
import { type Join, pickPlace } from './joins.ts'
import { queryOf, type Reading } from './query.ts'
import { type Said, saidOfRows } from './said-of-rows.ts'
import { isShadowed, subjectOf } from './subject.ts'
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
  readonly shape: 'number' | 'rows'
}

/**
 * Plans how tables answer a question. What is in doubt is not computed: gives why, where a word of the question is not
 * understood, or may be meant of more than one table or column.
 */
export function planTables(
  question: TableQuestion,
  masked: Masked,
  all: readonly TableListing[],
): TablePlan | string {
  const plain = planSaid(question, [], masked, all)
  if (typeof plain !== 'string') return plain
  const more = saidOfRows(question, all.filter(isReliable))
  if (more === undefined) return plain
  return planSaid(more.question, more.said, masked, all)
}

/** Plans a question beside which something is said of the rows that count. */
function planSaid(
  question: TableQuestion,
  said: readonly Said[],
  { quoted }: Masked,
  all: readonly TableListing[],
): TablePlan | string {
  const tables = all.filter(isReliable)
  const subject = subjectOf(question, tables)
  if (subject === undefined) {
    const doubted = subjectOf(question, all)?.table
    return doubted === undefined || isReliable(doubted)
      ? `no one table or column is called "${unmask(question.of, quoted)}"`
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
  const joins = new Map<TableListing, Join>()
  const pick = (phrase: string): Place | undefined => pickPlace(phrase, table, tables, joins)
  const where = readWhere(question, said, quoted, table, pick)
  if (typeof where === 'string') return where
  const by = question.by === null ? null : pick(question.by)
  if (by === undefined) return `no one column is called "${question.by}"`
  const which = question.which === null ? null : pick(question.which)
  if (which === undefined) return `no one column is called "${question.which}"`
  const reading: Reading = { question, subject, ...where, by, which, joins }
  if (!fits(reading)) return saysMisfit(reading)
  const doubt = saysDoubt(reading)
  if (doubt !== undefined) return doubt
  return {
    query: queryOf(reading),
    guards: guardsOf(reading),
    remarks: remarksOf(reading),
    says: saysOf(reading),
    shape: by === null && which === null ? 'number' : 'rows',
  }
}

function isReliable({ problem, notes }: TableListing): boolean {
  return problem === null && !notes.some((note) => note !== 'named-columns')
}

/** Which rows count; why not, where a phrase is not understood. */
function readWhere(
  { where, when }: TableQuestion,
  said: readonly Said[],
  quoted: readonly string[],
  table: TableListing,
  pick: (phrase: string) => Place | undefined,
): Pick<Reading, 'conditions' | 'bare'> | string {
  const conditions: Condition[] = []
  let bare: BareValue | null = null
  for (const { phrase, isState } of where === null ? said : [{ phrase: where, isState: true }, ...said]) {
    const read = readSaid(phrase, quoted, pick)
    if (read !== undefined) {
      conditions.push(...read)
      continue
    }
    // With a time it would be an event: "were delivered in 2024" says nothing of when they were ordered.
    const value: string | undefined =
      isState && when === null && bare === null && pick(phrase) === undefined
        ? readBare(phrase, quoted)
        : undefined
    const found: BareValue | undefined = value === undefined ? undefined : bareValueOf(table, value)
    if (found === undefined) return `"${unmask(phrase, quoted)}" is not understood as a column and its value`
    bare = found
  }
  const timed = when?.condition(table)
  if (when !== null && timed === undefined) return saysUndated(table)
  return { conditions: timed === undefined ? conditions : [...conditions, timed], bare }
}

/** Whether the columns are of types that can be measured so. */
function fits({ question, subject, by, which }: Reading): boolean {
  const { measure, percent, isTime } = question
  const { column, other, inner, table } = subject
  const of = which === null ? measure : (inner ?? measure)
  if (inner !== null && isTime) return false
  if (which !== null && inner === null && (column === null || which.table !== table)) return false
  if (measure === 'percentile' && (percent < 1 || percent > 99)) return false
  if (column !== null && column === (by ?? which)?.column) return false
  switch (of) {
    case 'count':
      return column === null
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
}

/** Words for times, by which figures are told apart and not divided. */
const TIMES = /^(?:year|quarter|month|week|day|hour)$/

/** Why the words of a question may mean another figure. */
function saysDoubt({ question, subject, by }: Reading): string | undefined {
  const { table, column, counts, inner } = subject
  const measure = inner ?? question.measure
  if (counts !== null) return `a row of ${table.doc} may stand for several, as ${counts.name} says`
  if (
    question.isPer &&
    by !== null &&
    NUMERIC.has(by.column.type) &&
    !TIMES.test(nameWords(by.column.name).at(-1) ?? '')
  )
    return `"per ${question.by}" may divide by ${by.column.name}, or tell rows apart by it`
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
  return saysCumulative(measure, table, column)
}

/** Why columns cannot be measured so. */
function saysMisfit({ question, subject: { table, column } }: Reading): string {
  return column === null
    ? `what is asked of the rows of ${table.doc} does not go together`
    : `the column ${column.name} of ${table.doc} holds values of type ${column.type}, and cannot be measured so (${question.measure})`
}

/** Why the rows of a table have no time. */
function saysUndated({ doc, columns }: TableListing): string {
  const dated = columns.find(({ type }) => type === 'date')
  const say = dated === undefined ? '' : `; say which, as in "with ${dated.name} in 2024"`
  return `no column of ${doc} is called the date of its rows${say}`
}
