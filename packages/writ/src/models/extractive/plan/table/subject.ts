import type { TableListing } from '@writ/contract'
import {
  type Column,
  calledOf,
  columnsNamed,
  NUMERIC,
  nameWords,
  onlyOne,
  type Place,
  stemOf,
  tablesNamed,
} from './column-names.ts'
import { AGGREGATES, type Measure, type TableQuestion } from './table-question.ts'

/** What is measured, and in which table. */
export interface Subject {
  readonly table: TableListing
  /** Null for rows as such. */
  readonly column: Column | null
  readonly other: Column | null
  /** The measure that the highest or lowest of is asked for. */
  readonly inner: Measure | null
  /** Where rows are counted by what they are: a column that may say how many of them a row stands for. */
  readonly counts: Column | null
  /** Whether the question names the table. */
  readonly isNamed: boolean
  /** What names each of the things that are counted; null for rows as such, and where no column does. */
  readonly key: Column | null
}

const AGGREGATED = new RegExp(`^(?<inner>${AGGREGATES.join('|')})\\s+(?<of>\\S.*)$`, 'u')
/** "of amount in orders.csv": where the thing measured stands. */
export const IN_TABLE: RegExp =
  /^(?<of>\S.*?)\s+(?:are\s+(?:there\s+)?)?(?:in|of|for|from|across|over|among)\s+(?:all\s+)?(?<table>\S.*)$/iu
/** Lines are none of them: a row of a log or of quoted cells may go over several. */
const ROWS = /^(?:rows|records|entries)$/iu
export const THERE: RegExp = /\s+(?:are\s+there|are\s+listed|do\s+we\s+have|exist)$/iu

/** What a question measures; undefined where a word of it is not understood, or may be meant of more than one. */
export function subjectOf(
  { measure, of, and, which }: TableQuestion,
  tables: readonly TableListing[],
): Subject | undefined {
  const groups = which === null ? undefined : AGGREGATED.exec(of)?.groups
  const inner = (groups?.inner ?? null) as Measure | null
  const said = (groups?.of ?? of).replace(THERE, '')
  if (measure === 'count' || inner === 'count') {
    const rows = rowsNamed(said, tables)
    return rows && { ...rows, column: null, other: null, inner, isNamed: true }
  }
  if (and !== null) return pairOf(of, and, tables)
  const { places, isNamed } = placesIn(said, tables)
  const place = onlyOne(places)
  return place === undefined ? undefined : { ...place, other: null, inner, isNamed, key: null, counts: null }
}

/** The table whose rows a phrase names, by what they are or as rows. */
function rowsNamed(
  said: string,
  tables: readonly TableListing[],
): Pick<Subject, 'table' | 'key' | 'counts'> | undefined {
  const { of = said, table: within } = IN_TABLE.exec(said)?.groups ?? {}
  const isRows = ROWS.test(of)
  const named = tablesNamed(of, tables)
  if (within !== undefined && (isRows || named.length > 0)) {
    const table = onlyOne(tablesNamed(within, tables))
    if (table === undefined) return undefined
    if (isRows) return { table, key: null, counts: null }
    return onlyOne(named) === table ? { table, key: keyOf(table), counts: countsOf(table) } : undefined
  }
  const isAll = ROWS.test(said)
  const table = onlyOne(isAll ? tables : tablesNamed(said, tables))
  if (isAll) return table && { table, key: null, counts: null }
  return table && { table, key: keyOf(table), counts: countsOf(table) }
}

/** The column whose name says that it names the rows: "order_id" of orders, else "id", else "order". */
function keyOf(table: TableListing): Column | null {
  const rows = [...calledOf(table), nameWords(stemOf(table.doc)).join(' ')]
  const keys = [...['id', 'number', 'no'].flatMap((key) => rows.map((row) => `${row} ${key}`)), 'id', ...rows]
  const called = (words: string): Column | undefined =>
    table.columns.find(({ name }) => nameWords(name).join(' ') === words)
  return keys.map(called).find((column) => column !== undefined) ?? null
}

/** Words that say how many. */
const COUNTS = /^(?:count|cnt|number|n|frequency|freq|headcount)$/

/** The column of numbers that says how many of what its table is called a row stands for: "tickets" of tickets, "count", "number_of_visits". */
function countsOf(table: TableListing): Column | null {
  const rows = [...calledOf(table), nameWords(stemOf(table.doc)).join(' ')]
  const isCount = ({ name, type }: Column): boolean => {
    const words = nameWords(name)
    const called = words.join(' ')
    return (
      NUMERIC.has(type) &&
      (COUNTS.test(called) ||
        rows.includes(called) ||
        rows.some((row) =>
          [`number of ${row}`, `no of ${row}`, `num ${row}`, `${row} count`].includes(called),
        ))
    )
  }
  return table.columns.find(isCount) ?? null
}

/** The columns that a phrase may name, in the table that it may name besides. */
function placesIn(
  said: string,
  tables: readonly TableListing[],
): { readonly places: readonly Place[]; readonly isNamed: boolean } {
  const whole = columnsNamed(said, tables)
  if (whole.length > 0) return { places: whole, isNamed: false }
  const within = IN_TABLE.exec(said)?.groups
  const table = onlyOne(tablesNamed(within?.table ?? '', tables))
  return { places: table === undefined ? [] : columnsNamed(within?.of ?? '', [table]), isNamed: true }
}

function pairOf(of: string, and: string, tables: readonly TableListing[]): Subject | undefined {
  const { places, isNamed } = placesIn(and, tables)
  const pairs = places.flatMap(({ table, column }) =>
    columnsNamed(of, [table]).map((first) => ({
      table,
      column: first.column,
      other: column,
      inner: null,
      isNamed,
      key: null,
      counts: null,
    })),
  )
  return onlyOne(pairs)
}

/** Whether a table that cannot be relied on may be the one that is meant. */
export function isShadowed({ table, column, isNamed }: Subject, others: readonly TableListing[]): boolean {
  if (calledOf(table).some((name) => tablesNamed(name, others).length > 0)) return true
  if (isNamed || column === null) return false
  return others.some(({ problem }) => problem !== null) || columnsNamed(column.name, others).length > 0
}
