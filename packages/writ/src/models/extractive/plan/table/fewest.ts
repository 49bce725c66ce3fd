import type { TableListing } from '@writ/contract'
import type { Place } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { joinOf } from './joins.ts'
import { nameWords } from './name-words.ts'
import { fromOf, nameIn, type Reading } from './query.ts'
import { quoted } from './sql-text.ts'
import { tablesNamed } from './table-names.ts'

/**
 * What has the fewest rows, or the lowest sum, may have no row that counts at all. Such a one is in no group of the result, so each
 * that the tables know has to be in one.
 */
export function fewestGuards(reading: Reading, tables: readonly TableListing[]): Guard[] {
  const { which } = reading
  const { table } = reading.subject
  if (which === null || !isFewest(reading)) return []
  return [which, ...namedElsewhere(which, table, tables)].map(({ table: of, column }) => {
    const name = quoted(column.name)
    return none(
      `SELECT count(*) AS n FROM (SELECT ${name} FROM ${quoted(of.name)} WHERE ${name} IS NOT NULL EXCEPT SELECT ${nameIn(reading, which)} ${fromOf(reading)})`,
      `Some values of ${column.name} of ${of.doc} have no row of ${table.doc} that counts, and may be those with the fewest.`,
    )
  })
}

/** Why a table of what has the fewest may know of more of them than the rows do; undefined where none is called so. */
export function saysFewest(reading: Reading, tables: readonly TableListing[]): string | undefined {
  const { which } = reading
  const { table } = reading.subject
  if (which?.table !== table || !isFewest(reading) || namedElsewhere(which, table, tables).length > 0)
    return undefined
  const words = nameWords(which.column.name)
  const thing = words.length > 1 && words.at(-1) === 'name' ? words.slice(0, -1) : words
  const called = tablesNamed(thing.join(' '), tables).find((one) => one !== table)
  return called && `${called.doc} may know of some that no row of ${table.doc} names`
}

function isFewest({ question, subject: { inner } }: Reading): boolean {
  return question.measure === 'lowest' && (inner === 'count' || inner === 'sum')
}

/** The columns of other tables that a column names rows by. */
function namedElsewhere(which: Place, table: TableListing, tables: readonly TableListing[]): Place[] {
  if (which.table !== table) return []
  return tables.flatMap((other) => {
    const join = other === table ? undefined : joinOf(table, other, '')
    return join?.own === which.column ? [{ table: other, column: join.key }] : []
  })
}
