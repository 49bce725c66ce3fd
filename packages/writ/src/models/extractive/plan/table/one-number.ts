import type { Place } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { quoted } from './sql-text.ts'

/** A cell that is one number, with a sign of money or a unit at most. */
const NUMBER = '[^0-9A-Za-z]{0,3}[0-9][0-9., ]*(?:[^0-9A-Za-z]{0,3}|\\s?[A-Za-z€$£]{1,3})'

/** Of a column of texts, no number is written in two ways, as "1.000,00" and "1000,00" are: told apart, they would count as two. */
export function oneNumber({ table, column }: Place): Guard {
  const name = quoted(column.name)
  const digits = `regexp_replace(${name}, '[^0-9.,-]', '', 'g')`
  const differing = (number: string): string =>
    `count(DISTINCT ${name}) - count(DISTINCT CASE WHEN regexp_full_match(${name}, '${NUMBER}') THEN coalesce(CAST(TRY_CAST(${number} AS DOUBLE) AS VARCHAR), ${name}) ELSE ${name} END)`
  const points = `replace(${digits}, ',', '')`
  const commas = `replace(replace(${digits}, '.', ''), ',', '.')`
  return none(
    `SELECT CASE WHEN count(*) FILTER (WHERE contains(${name}, ',')) = 0 THEN 0 ELSE greatest(${differing(points)}, ${differing(commas)}) END AS n FROM ${quoted(table.name)}`,
    `The column ${column.name} of ${table.doc} may write one number in more than one way.`,
  )
}
