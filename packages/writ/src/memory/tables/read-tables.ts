import type { DatabaseSync } from 'node:sqlite'
import type { TableColumn, TableInfo, TableNote, TableRow, TableRows } from '@writ/contract'
import type { TablePart } from '../document-table.ts'
import { TABLE_BATCH_BYTES } from '../limits.ts'

interface TableRecord {
  readonly doc: number
  readonly id: string
  readonly name: string
  readonly columns: string
  readonly rows: number
  readonly notes: string
  readonly problem: string | null
}

/** The tables of a partition, in order of document and place. */
export function readTables(parts: readonly TablePart[], partition: string): TableInfo[] {
  const tables = parts.flatMap(({ db, gone }) => {
    const left = new Set(gone)
    const found: unknown[] = db
      .prepare(
        'SELECT doc, docs.id AS id, name, columns, "rows", notes, problem FROM tables JOIN docs ON docs.n = doc ORDER BY tables.n',
      )
      .all()
    return (found as TableRecord[])
      .filter(({ doc }) => !left.has(doc))
      .map(({ id, name, columns, rows, notes, problem }) => ({
        name,
        doc: id,
        partition,
        columns: JSON.parse(columns) as TableColumn[],
        rows,
        notes: JSON.parse(notes) as TableNote[],
        problem,
      }))
  })
  return tables.sort((a, b) => (a.doc === b.doc ? 0 : a.doc < b.doc ? -1 : 1))
}

/** Rows of a table from a place on, as many as are handed on at once. */
export function readRows(parts: readonly TablePart[], name: string, from: number): TableRows {
  const table = tableNamed(parts, name)
  if (table === undefined) return { rows: [], next: null }
  const rows: TableRow[] = []
  let bytes = 0
  const found: Iterable<unknown> = table.db
    .prepare('SELECT start, "end", cells FROM table_rows WHERE "table" = ? AND start >= ? ORDER BY start')
    .iterate(table.n, from)
  for (const { start, end, cells } of found as Iterable<{ start: number; end: number; cells: string }>) {
    if (bytes > TABLE_BATCH_BYTES) return { rows, next: start }
    bytes += cells.length
    rows.push({ start, end, cells: JSON.parse(cells) as (string | null)[] })
  }
  return { rows, next: null }
}

/** Which of some spans are rows of a table. */
export function areRows(
  parts: readonly TablePart[],
  name: string,
  spans: readonly { readonly start: number; readonly end: number }[],
): boolean[] {
  const table = tableNamed(parts, name)
  if (table === undefined) return spans.map(() => false)
  const found = table.db.prepare('SELECT 1 FROM table_rows WHERE "table" = ? AND start = ? AND "end" = ?')
  return spans.map(({ start, end }) => found.get(table.n, start, end) !== undefined)
}

/** Where the table of a name is, of a document that counts. */
function tableNamed(
  parts: readonly TablePart[],
  name: string,
): { readonly db: DatabaseSync; readonly n: number } | undefined {
  for (const { db, gone } of parts) {
    const found = db.prepare('SELECT n, doc FROM tables WHERE name = ? ORDER BY n').all(name)
    const table = found.find(({ doc }) => !gone.includes(Number(doc)))
    if (table !== undefined) return { db, n: Number(table.n) }
  }
  return undefined
}
