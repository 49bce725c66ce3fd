import type { DatabaseSync } from 'node:sqlite'
import { SPAN_COLUMN, TABLE_NOTES, type TableNote } from '@writ/contract'
import { ColumnFacts } from './column-facts.ts'
import type { FoundTable, NoTable } from './found-table.ts'
import { Totals } from './totals.ts'

/** Tables beside the passages of a pack. Of a row, offsets count in the file of its document. */
export const TABLES_SCHEMA = `
  CREATE TABLE tables (n INTEGER PRIMARY KEY, doc INTEGER NOT NULL, name TEXT NOT NULL, columns TEXT NOT NULL,
    "rows" INTEGER NOT NULL, notes TEXT NOT NULL, problem TEXT);
  CREATE TABLE table_rows ("table" INTEGER, start INTEGER, "end" INTEGER, cells TEXT, PRIMARY KEY ("table", start))
    WITHOUT ROWID;
`

/** Gives the offset in the file of a document of one in its text; asked for in ascending order. */
export type FileOffset = (offset: number) => number

/** Keeps the tables of one document, from wherever they were found. */
export function keepTables(
  db: DatabaseSync,
  doc: { readonly n: number; readonly id: string },
  found: readonly (FoundTable | NoTable)[],
  fileOffset: FileOffset,
): void {
  if (found.length === 0) return
  const table = db.prepare('INSERT INTO tables VALUES (null, ?, ?, ?, ?, ?, ?)')
  const change = db.prepare('UPDATE tables SET columns = ?, "rows" = ?, notes = ? WHERE n = ?')
  const row = db.prepare('INSERT INTO table_rows VALUES (?, ?, ?, ?)')
  for (const one of found) {
    const name = one.part === null ? doc.id : `${doc.id}#${one.part}`
    const problem = 'problem' in one ? one.problem : null
    const { lastInsertRowid: n } = table.run(doc.n, name, '[]', 0, '[]', problem)
    if ('problem' in one) continue
    const { names, renamed } = distinctNames(one.columns.map((column) => column.name))
    const facts = one.columns.map(
      ({ isText, mayGroup }, at) => new ColumnFacts(names[at] ?? '', isText, mayGroup),
    )
    const notes = new Set<TableNote>()
    if (one.ragged) notes.add('ragged')
    if (renamed) notes.add('named-columns')
    const totals = new Totals(names, one.laidOut)
    let rows = 0
    for (const { start, end, cells } of one.rows) {
      for (const [at, cell] of cells.entries()) facts[at]?.add(cell)
      totals.add(cells)
      row.run(n, fileOffset(start), fileOffset(end), JSON.stringify(cells))
      rows += 1
    }
    if (one.guessed === true) notes.add('guessed-header')
    if (one.apart === true || totals.seem) notes.add('totals')
    const besideCommas = facts.some(({ hasCommas }) => hasCommas)
    const columns = facts.map((column, at) => column.column(names[at] ?? '', besideCommas))
    const sorted = TABLE_NOTES.filter((note) => notes.has(note))
    change.run(JSON.stringify(columns), rows, JSON.stringify(sorted), n)
  }
}

/** Names of columns that differ in more than their case, which a query does not tell apart. */
function distinctNames(given: readonly string[]): {
  readonly names: readonly string[]
  readonly renamed: boolean
} {
  const taken = new Set([SPAN_COLUMN])
  let renamed = false
  const names = given.map((name, at) => {
    const wanted = name.trim() === '' ? `column${at + 1}` : name.trim().replaceAll(/\s+/g, ' ')
    let free = wanted
    for (let n = 2; taken.has(free.toLowerCase()); n += 1) free = `${wanted}_${n}`
    taken.add(free.toLowerCase())
    renamed ||= name.trim() === '' || free !== wanted
    return free
  })
  return { names, renamed }
}
