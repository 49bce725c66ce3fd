import type { TableListing } from '@writ/contract'
import { type Column, columnsNamed, NUMERIC, onlyOne, type Place } from './column-names.ts'
import { nameWords } from './name-words.ts'
import { mayNumber } from './row-numbers.ts'
import { calledOf, stemOf, tablesNamed } from './table-names.ts'
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

export const AGGREGATED: RegExp = new RegExp(`^(?<inner>${AGGREGATES.join('|')})\\s+(?<of>\\S.*)$`, 'u')
/** "of amount in orders.csv": where the thing measured stands. */
export const IN_TABLE: RegExp =
  /^(?<of>\S.*?)\s+(?:are\s+(?:there\s+)?)?(?:in|of|for|from|across|over|among)\s+(?:all\s+)?(?<table>\S.*)$/iu
/** Lines are none of them: a row of a log or of quoted cells may go over several. */
const ROWS = /^(?:rows|records|entries)$/iu
export const THERE: RegExp = /\s+(?:(?:are|is|were|was)\s+there|are\s+listed|do\s+we\s+have|exist)$/iu

/** What a question measures; undefined where a word of it is not understood, or may be meant of more than one. */
export function subjectOf(
  { measure, of, and, which, isCommon }: TableQuestion,
  tables: readonly TableListing[],
  isByNames: boolean = false,
): Subject | undefined {
  if (isCommon) {
    const place = onlyOne(placesIn(which ?? '', tables).places)
    return (
      place && { table: place.table, ...COUNTED, inner: 'count', isNamed: false, key: null, counts: null }
    )
  }
  const groups = which === null ? undefined : AGGREGATED.exec(of)?.groups
  const inner = (groups?.inner ?? null) as Measure | null
  const said = (groups?.of ?? of).replace(THERE, '')
  if (measure === 'count' || measure === 'percentage' || inner === 'count') {
    const rows = isByNames ? rowsByNames(said, tables) : rowsNamed(said, tables)
    return rows && { ...rows, ...COUNTED, inner, isNamed: !isByNames }
  }
  if (and !== null) return pairOf(of, and, tables)
  const { places, isNamed } = placesIn(said, tables)
  const numbered = places.length === 0 ? placesIn(said.replace(/^number\s+of\s+/iu, ''), tables).places : []
  const place = onlyOne(places) ?? onlyOne(numbered.filter(({ column }) => NUMERIC.has(column.type)))
  return place === undefined ? undefined : { ...place, other: null, inner, isNamed, key: null, counts: null }
}

const COUNTED = { column: null, other: null } as const

/** The table whose rows a phrase names, by what they are or as rows. */
export function rowsNamed(
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
    return named.includes(table) ? { table, key: keyOf(table), counts: countsOf(table) } : undefined
  }
  const rowsOf = /^(?<called>\S.*?)\s+(?:rows|records|entries)$/iu.exec(said)?.groups?.called
  const isAll = ROWS.test(said)
  const table = onlyOne(isAll ? tables : tablesNamed(rowsOf ?? said, tables))
  if (isAll || rowsOf !== undefined) return table && { table, key: null, counts: null }
  if (table !== undefined) return { table, key: keyOf(table), counts: countsOf(table) }
  return tablesNamed(said, tables).length === 0 ? rowsByKey(said, tables) : undefined
}

/** The table whose first column names its rows by a word: "respondent_id" of respondents. */
function rowsByKey(
  said: string,
  tables: readonly TableListing[],
): Pick<Subject, 'table' | 'key' | 'counts'> | undefined {
  const words = nameWords(said.replace(/^(?:the|all)\s+/iu, '')).join(' ')
  if (words === '') return undefined
  const table = onlyOne(
    tables.filter(({ columns: [first] }) => {
      const name = first === undefined ? '' : nameWords(first.name).join(' ')
      return ['id', 'number', 'no'].some((end) => name === `${words} ${end}`)
    }),
  )
  const key = table?.columns[0]
  return table === undefined || key === undefined ? undefined : { table, key, counts: countsOf(table) }
}

/** The table whose first column names what its rows are: "vehicle" of vehicles, where each has one row. */
function rowsByNames(
  said: string,
  tables: readonly TableListing[],
): Pick<Subject, 'table' | 'key' | 'counts'> | undefined {
  const place = onlyOne(columnsNamed(said, tables))
  if (place === undefined || place.column !== place.table.columns[0]) return undefined
  const { table, column } = place
  const counts = countsOf(table)
  if (column.type === 'text') return { table, key: column, counts }
  return mayNumber(column, table) ? { table, key: null, counts: counts ?? column } : undefined
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
  const counts = table.columns.filter(isCount)
  return counts.find((column) => !mayNumber(column, table)) ?? counts[0] ?? null
}

/** The columns that a phrase may name, in the table that it may name besides. */
export function placesIn(
  said: string,
  tables: readonly TableListing[],
): { readonly places: readonly Place[]; readonly isNamed: boolean } {
  const whole = columnsNamed(said, tables)
  if (whole.length > 0) return { places: whole, isNamed: false }
  const within = IN_TABLE.exec(said)?.groups ?? ofRows(said, tables)
  const table = tableOf(within?.table ?? '', tables)
  return { places: table === undefined ? [] : columnsNamed(within?.of ?? '', [table]), isNamed: true }
}

/** "Order amount": the amount of orders. */
function ofRows(
  said: string,
  tables: readonly TableListing[],
): { readonly of: string; readonly table: string } | undefined {
  const words = said.replace(/^(?:the|all)\s+/iu, '').split(/\s+/)
  for (let at = 1; at < words.length; at += 1) {
    const table = words.slice(0, at).join(' ')
    if (tableOf(table, tables) !== undefined) return { of: words.slice(at).join(' '), table }
  }
  return undefined
}

/** The table that a phrase names, or whose rows it does. */
function tableOf(said: string, tables: readonly TableListing[]): TableListing | undefined {
  const named = tablesNamed(said, tables)
  return named.length === 0 ? rowsByKey(said, tables)?.table : onlyOne(named)
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
  if (isNamed) return false
  if (column === null) return others.length > 0
  return others.some(({ problem }) => problem !== null) || columnsNamed(column.name, others).length > 0
}
