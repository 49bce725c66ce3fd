import type { TableListing } from '@writ/contract'
import type { Place } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { joinOf } from './joins.ts'
import { fromOf, nameIn, type Reading } from './query.ts'
import { quoted } from './sql-text.ts'

/**
 * What has the fewest rows, or the lowest sum, may have no row that counts at all. Such a one is in no group of the result, so each
 * that the tables know has to be in one.
 */
export function fewestGuards(reading: Reading, tables: readonly TableListing[]): Guard[] {
  const { question, subject, which } = reading
  const { inner, table } = subject
  if (which === null || question.measure !== 'lowest' || (inner !== 'count' && inner !== 'sum')) return []
  return [which, ...namedElsewhere(which, table, tables)].map(({ table: of, column }) => {
    const name = quoted(column.name)
    return none(
      `SELECT count(*) AS n FROM (SELECT ${name} FROM ${quoted(of.name)} WHERE ${name} IS NOT NULL EXCEPT SELECT ${nameIn(reading, which)} ${fromOf(reading)})`,
      `Some values of ${column.name} of ${of.doc} have no row of ${table.doc} that counts, and may be those with the fewest.`,
    )
  })
}

/** The columns of other tables that a column names rows by. */
function namedElsewhere(which: Place, table: TableListing, tables: readonly TableListing[]): Place[] {
  if (which.table !== table) return []
  return tables.flatMap((other) => {
    const join = other === table ? undefined : joinOf(table, other, '')
    return join?.own === which.column ? [{ table: other, column: join.key }] : []
  })
}
