import type { TableListing } from '@writ/contract'
import type { Masked } from '../quoted.ts'
import { type Guard, guardsOf, type Remark, remarksOf } from './checks.ts'
import { NUMERIC, type Place } from './column-names.ts'
import { readConditions } from './conditions.ts'
import { type Join, pickPlace } from './joins.ts'
import { queryOf, type Reading } from './query.ts'
import { isShadowed, subjectOf } from './subject.ts'
import type { TableQuestion } from './table-question.ts'
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
 * Plans how tables answer a question. Undefined where a word of the question is not understood, or may be meant of more than
 * one table or column: whatever is in doubt is not computed.
 */
export function planTables(
  question: TableQuestion,
  { quoted }: Masked,
  all: readonly TableListing[],
): TablePlan | undefined {
  const tables = all.filter(
    ({ problem, notes }) => problem === null && !notes.includes('ragged') && !notes.includes('totals'),
  )
  const subject = subjectOf(question, tables)
  if (subject === undefined) return undefined
  const { table } = subject
  if (
    isShadowed(
      subject,
      all.filter((one) => !tables.includes(one)),
    )
  )
    return undefined
  const joins = new Map<TableListing, Join>()
  const pick = (phrase: string): Place | undefined => pickPlace(phrase, table, tables, joins)
  const conditions = question.where === null ? [] : readConditions(question.where, quoted, pick)
  const when = question.when?.condition(table)
  if (conditions === undefined || (question.when !== null && when === undefined)) return undefined
  const by = question.by === null ? null : pick(question.by)
  const which = question.which === null ? null : pick(question.which)
  if (by === undefined || which === undefined) return undefined
  const every = when === undefined ? conditions : [...conditions, when]
  const reading: Reading = { question, subject, conditions: every, by, which, joins }
  if (!fits(reading)) return undefined
  return {
    query: queryOf(reading),
    guards: guardsOf(reading),
    remarks: remarksOf(reading),
    says: saysOf(reading),
    shape: by === null && which === null ? 'number' : 'rows',
  }
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
