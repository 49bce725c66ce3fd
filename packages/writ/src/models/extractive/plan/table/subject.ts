import type { TableListing } from '@writ/contract'
import { type Column, columnsNamed, onlyOne, type Place, tablesNamed } from './column-names.ts'
import { AGGREGATES, type Measure, type TableQuestion } from './table-question.ts'

/** What is measured, and in which table. */
export interface Subject {
  readonly table: TableListing
  /** Null for rows as such. */
  readonly column: Column | null
  readonly other: Column | null
  /** The measure that the highest or lowest of is asked for. */
  readonly inner: Measure | null
  /** Whether the question names the table. */
  readonly isNamed: boolean
}

const AGGREGATED = new RegExp(`^(?<inner>${AGGREGATES.join('|')})\\s+(?<of>\\S.*)$`, 'u')
/** "of amount in orders.csv": where the thing measured stands. */
const IN_TABLE =
  /^(?<of>\S.*?)\s+(?:are\s+(?:there\s+)?)?(?:in|of|for|from|across|over|among)\s+(?:all\s+)?(?<table>\S.*)$/iu
const ROWS = /^(?:rows|records|entries|lines)$/iu
const THERE = /\s+(?:are\s+there|are\s+listed|do\s+we\s+have|exist)$/iu

/** What a question measures; undefined where a word of it is not understood, or may be meant of more than one. */
export function subjectOf(
  { measure, of, and, which }: TableQuestion,
  tables: readonly TableListing[],
): Subject | undefined {
  const groups = which === null ? undefined : AGGREGATED.exec(of)?.groups
  const inner = (groups?.inner ?? null) as Measure | null
  const said = (groups?.of ?? of).replace(THERE, '')
  if (measure === 'count' || inner === 'count') {
    const table = rowsNamed(said, tables)
    return table === undefined ? undefined : { table, column: null, other: null, inner, isNamed: true }
  }
  if (and !== null) return pairOf(of, and, tables)
  const { places, isNamed } = placesIn(said, tables)
  const place = onlyOne(places)
  return place === undefined ? undefined : { ...place, other: null, inner, isNamed }
}

/** The table whose rows a phrase names. */
function rowsNamed(said: string, tables: readonly TableListing[]): TableListing | undefined {
  const within = IN_TABLE.exec(said)?.groups
  if (
    within !== undefined &&
    (ROWS.test(within.of ?? '') || tablesNamed(within.of ?? '', tables).length > 0)
  ) {
    const named = onlyOne(tablesNamed(within.table ?? '', tables))
    const rows = ROWS.test(within.of ?? '') || onlyOne(tablesNamed(within.of ?? '', tables)) === named
    return rows ? named : undefined
  }
  if (ROWS.test(said)) return onlyOne(tables)
  return onlyOne(tablesNamed(said, tables))
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
    })),
  )
  return onlyOne(pairs)
}

/** Whether a table that cannot be relied on may be the one that is meant. */
export function isShadowed({ table, column, isNamed }: Subject, others: readonly TableListing[]): boolean {
  if (tablesNamed(table.name, others).length > 0) return true
  if (isNamed || column === null) return false
  return others.some(({ problem }) => problem !== null) || columnsNamed(column.name, others).length > 0
}
