import type { TableListing } from '@writ/contract'
import { type Column, columnsNamed, onlyOne, type Place } from './column-names.ts'
import { nameWords, singular } from './name-words.ts'
import { calledOf, yearOf } from './table-names.ts'

/** How another table is joined to the one that is measured: each of its rows to one row there. */
export interface Join {
  readonly as: string
  readonly own: Column
  readonly key: Column
}

/** The one column that a phrase names: of the table itself, else of one that is joined to it, which is noted in `joins`. */
export function pickPlace(
  phrase: string,
  table: TableListing,
  tables: readonly TableListing[],
  joins: Map<TableListing, Join>,
): Place | undefined {
  const here = columnsNamed(phrase, [table])
  if (here.length > 0) return onlyOne(here)
  const there = columnsNamed(
    phrase,
    tables.filter((one) => one !== table),
  ).flatMap((place) => {
    const join = joins.get(place.table) ?? joinOf(table, place.table, `t${joins.size + 1}`)
    return join === undefined ? [] : [{ place, join }]
  })
  const found = onlyOne(there)
  if (found === undefined) return undefined
  joins.set(found.place.table, found.join)
  return found.place
}

/** The one column of a table that names rows of another: of the same name, or that of the table with its key. */
export function joinOf(table: TableListing, other: TableListing, as: string): Join | undefined {
  // Of orders of one year, others may be named as well.
  const stems = yearOf(other) === undefined ? calledOf(other).map(singular) : []
  // A name that several columns were given is no key.
  const named = (one: TableListing): readonly Column[] =>
    one.columns.filter(({ name }) => columnsNamed(name, [one]).length === 1)
  const pairs = named(table).flatMap((own) => {
    const words = nameWords(own.name).join(' ')
    const keys = named(other).filter(({ name }) => {
      const key = nameWords(name).join(' ')
      const same = key === words && /(?:^|\s)(?:id|code|key|number|no|sku)$/.test(key) && key !== 'id'
      return same || (key === 'id' && stems.some((stem) => words === `${stem} id`))
    })
    return keys.filter(({ type }) => type === own.type).map((key) => ({ as, own, key }))
  })
  return onlyOne(pairs)
}

/** Tables whose rows those of a table name, or that name its rows. */
export function joinable(table: TableListing, tables: readonly TableListing[]): readonly TableListing[] {
  return tables.filter(
    (one) => one !== table && (joinOf(table, one, '') !== undefined || joinOf(one, table, '') !== undefined),
  )
}
