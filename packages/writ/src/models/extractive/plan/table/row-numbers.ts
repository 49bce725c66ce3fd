import type { TableListing } from '@writ/contract'
import { type Column, NUMERIC } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { singular, wordsOf } from './name-words.ts'
import { quoted } from './sql-text.ts'

// A column of numbers that is called as rows are may name each of them, or say how many a row stands for.

/** Whether a column may number the rows: "number" of issues with a title and a state, "trip" before what is said of it. */
export function mayNumber(column: Column, table: TableListing): boolean {
  return isNumber(column, table) || mayName(column, table)
}

function isNumber({ name, type }: Column, { columns }: TableListing): boolean {
  const texts = columns.filter((one) => one.type === 'text').length
  return type === 'integer' && /^(?:number|no)$/i.test(name) && texts > 1
}

/** Whether a column may name each row: it stands first, is called as one thing is, and others say what that is. */
function mayName(column: Column, { columns }: TableListing): boolean {
  const [first, ...others] = columns
  return (
    column === first &&
    column.type === 'integer' &&
    isOfOne(column) &&
    others.length > 1 &&
    others.some(({ type }) => type === 'text' || type === 'date')
  )
}

/** Whether the name of a column is that of one thing, of which there may be more. */
function isOfOne({ name }: Column): boolean {
  const last = wordsOf(name).at(-1) ?? ''
  return /\p{L}$/u.test(last) && singular(`${last}s`) === last && singular(last) === last
}

/** That a column numbers rows one after the other, and does not say how many each stands for. */
export function numbered(column: Column, table: TableListing): Guard {
  const evidence = mayName(column, table) ? namesRows(table) : NUMBERS
  return none(
    `SELECT CASE WHEN ${evidence} THEN 0 ELSE 1 END AS n ${inOrder(column, table)}`,
    `A row of ${table.doc} may stand for several, as ${column.name} says.`,
  )
}

/** That a column does not number rows, whose numbers are nothing to be computed with. */
export function notNumbered(column: Column, table: TableListing): Guard[] {
  if (!mayName(column, table)) return []
  return [
    none(
      `SELECT CASE WHEN ${namesRows(table)} THEN 1 ELSE 0 END AS n ${inOrder(column, table)}`,
      `The column ${column.name} of ${table.doc} seems to number its rows.`,
    ),
  ]
}

const ONCE = 'count(DISTINCT v) = count(*)'
const ASCENDING = 'bool_and(before IS NULL OR v > before)'
const DESCENDING = 'bool_and(before IS NULL OR v < before)'
const NUMBERS = `count(*) >= 8 AND ${ONCE} AND max(v) - min(v) <= 5 * count(*) AND (${ASCENDING} OR ${DESCENDING})`

/** Numbers without a gap, or in order and with few. How many there are of each would repeat, or lie apart. */
function namesRows({ columns }: TableListing): string {
  // People number from 0, 1 or a high number on. Few rows may be classes by how many they hold: flats of one room, of two.
  const isOfClasses = columns.some(({ name, type }) => NUMERIC.has(type) && /[^su]s$/iu.test(name))
  const unbroken = `max(v) - min(v) = count(*) - 1 AND (count(*) >= 8 OR ${ASCENDING})`
  const nearly = `count(*) >= 20 AND ${ASCENDING} AND max(v) - min(v) < 2 * count(*)`
  return `count(*) >= ${isOfClasses ? 15 : 5} AND (min(v) IN (0, 1) OR min(v) >= 100) AND ${ONCE} AND ((${unbroken}) OR (${nearly}))`
}

/** The values of a column as they stand, each with the one before. */
function inOrder({ name }: Column, table: TableListing): string {
  const n = quoted(name)
  return `FROM (SELECT t0.${n} AS v, lag(t0.${n}) OVER (ORDER BY t0._span.start) AS before FROM ${quoted(table.name)} t0)`
}
