import type { ParsedColumn, ParsedTable } from '@writ/contract'
import type { MergedRows, SheetCell, SheetRow } from './sheet-row.ts'

/** A sheet says where cells are, and nowhere what is a table. */
type Found = Omit<ParsedTable, 'part'>

/** Thrown where it is not certain what belongs to a table. */
export class Doubt extends Error {}

/**
 * The tables of a sheet: rows that stand together below a row of names. Throws `Doubt` where a row may or may not belong to
 * one: a figure over half of a table looks as right as one over all of it.
 */
export function sheetTables(rows: readonly SheetRow[], merged: readonly MergedRows[]): readonly Found[] {
  const tables: { readonly found: Found; readonly proved: boolean }[] = []
  for (const block of blocks(rows)) {
    const [first] = block
    if (first === undefined) continue
    const outcome = tableOf(block, merged)
    if (outcome !== undefined) {
      const names = namesOf(outcome.found)
      if (tables.some(({ found }) => namesOf(found) === names))
        throw new Doubt(`row ${first.at + 1} names the columns of a table above again: they may be one`)
      tables.push(outcome)
      if (tables.length > 1 && tables.some(({ proved }) => !proved))
        throw new Doubt(
          `the rows from row ${first.at + 1} on stand apart: they may belong to the table above`,
        )
    } else if (tables.length > 0)
      throw new Doubt(`row ${first.at + 1} stands apart below a table: it may belong to it`)
  }
  return tables.map(({ found }) => found)
}

function namesOf({ columns }: Found): string {
  return JSON.stringify(columns.map(({ name }) => name.toLowerCase()))
}

/** Rows that follow each other without an empty one between them. */
function* blocks(rows: readonly SheetRow[]): Generator<readonly SheetRow[]> {
  let block: SheetRow[] = []
  for (const row of rows) {
    const last = block.at(-1)
    if (last !== undefined && row.at !== last.at + 1) {
      yield block
      block = []
    }
    block.push(row)
  }
  yield block
}

/** The table that a block is; undefined for titles and texts. */
function tableOf(
  block: readonly SheetRow[],
  merged: readonly MergedRows[],
): { readonly found: Found; readonly proved: boolean } | undefined {
  const isList = block.every(({ cells }) => cells.size === 1)
  const names = isList ? 0 : block.findIndex(({ cells }) => cells.size > 1)
  const [head, ...body] = block.slice(names)
  if (head === undefined) return undefined
  const columns = columnsOf([head, ...body])
  const [from = 0] = columns
  const typed = columns.filter((column) => isTyped(body, column))
  const isOneColumn = columns.length === 1
  if (isOneColumn && (typed.length === 0 || head.cells.get(from)?.isText !== true)) return undefined
  if (isList && !isOneColumn) throw new Doubt(`the cells from row ${head.at + 1} on are no rows`)
  checkNames(head, columns, body)
  if (body.length === 0) throw new Doubt(`there is nothing below the names of row ${head.at + 1}`)
  const across = merged.find(({ last, first }) => last >= head.at && first <= (body.at(-1)?.at ?? 0))
  if (across !== undefined) throw new Doubt(`cells are merged in row ${Math.max(across.first, head.at) + 1}`)
  // A text in front of the names is a title where figures below prove that those are names.
  if (names > 0 && typed.length === 0)
    throw new Doubt(`it is not certain that row ${head.at + 1} names columns: a text stands above it`)
  return { found: foundTable(head, columns, body), proved: typed.length > 0 }
}

/** Refuses a row that does not surely name the columns. */
function checkNames(head: SheetRow, columns: readonly number[], body: readonly SheetRow[]): void {
  const row = head.at + 1
  const named = columns.filter((column) => head.cells.has(column))
  const empty = columns.find((column) => !named.includes(column))
  if (empty !== undefined && !body.some(({ cells }) => cells.has(empty)))
    throw new Doubt(`an empty column parts the cells from row ${row} on`)
  if (empty !== undefined) throw new Doubt(`row ${row} names ${named.length} of ${columns.length} columns`)
  const value = [...head.cells.values()].find(({ isText }) => !isText)
  if (value !== undefined)
    throw new Doubt(`row ${row} holds the value ${value.shown}, so it may name nothing`)
}

function foundTable(head: SheetRow, columns: readonly number[], body: readonly SheetRow[]): Found {
  const shownAsText = columns.map((column) => unitsOf(body, column).size > 1)
  const named: ParsedColumn[] = columns.map((column, at) => ({
    name: head.cells.get(column)?.value ?? '',
    isText: shownAsText[at] === true || body.some(({ cells }) => cells.get(column)?.isText === true),
    mayGroup: false,
  }))
  const rows = body.map(({ cells, start, end }) => ({
    start,
    end,
    cells: columns.map((column, at) => cellValue(cells.get(column), shownAsText[at] === true)),
  }))
  const differs = body.some(
    ({ cells, isHidden }) => isHidden || [...cells.values()].some(({ isSum }) => isSum),
  )
  // Below the names there may be a row of units.
  const [below, ...others] = rows
  const isUnnamed = below?.cells[0] === null && others.every(({ cells }) => cells[0] !== null)
  const apart = differs || isUnnamed
  return { columns: named, rows, marked: false, apart }
}

function cellValue(cell: SheetCell | undefined, asShown: boolean): string | null {
  if (cell === undefined) return null
  return asShown ? cell.shown : cell.value
}

/** What the numbers of a column are shown with. Of several, nobody adds them up. */
function unitsOf(body: readonly SheetRow[], column: number): ReadonlySet<string> {
  const units = new Set<string>()
  for (const { cells } of body) {
    const cell = cells.get(column)
    if (cell !== undefined && !cell.isText) units.add(cell.unit)
  }
  return units
}

/** Whether a column has figures, days or truth values, and nothing else. */
function isTyped(body: readonly SheetRow[], column: number): boolean {
  const held = body.flatMap(({ cells }) => cells.get(column) ?? [])
  return held.length > 0 && held.every(({ isText }) => !isText)
}

/** From the first column that a row holds something in to the last. */
function columnsOf(rows: readonly SheetRow[]): number[] {
  let from = Number.POSITIVE_INFINITY
  let to = 0
  for (const { cells } of rows) {
    for (const column of cells.keys()) {
      from = Math.min(from, column)
      to = Math.max(to, column)
    }
  }
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}
