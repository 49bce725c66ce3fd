import type { Json } from '@writ/contract'
import { cellOf, plainText, type Table } from '../rows.ts'

/** What a spreadsheet may take for a formula, wide forms and what it trims before looking included. */
const FORMULA = /^[\s\0]*[=+\-@＝＋－＠]/
/** What begins a cell for some spreadsheets wherever it stands first. */
const CONTROL = /^[\t\r\n]/

/** A table as CSV (RFC 4180), line by line. A text that could be taken for a formula gets an apostrophe before it. */
export function* csvLines({ columns, rows }: Table): Iterable<string> {
  yield line(columns)
  for (const row of rows) yield line(columns.map((column) => cellOf(row, column)))
}

/** A row of one empty cell says so: readers pass an empty line over. */
function line(cells: readonly Json[]): string {
  return `${cells.map(field).join(',') || '""'}\r\n`
}

function field(cell: Json): string {
  const text = plainText(cell)
  // A number is written by us and is none, whatever sign it has.
  const safe = typeof cell !== 'number' && (FORMULA.test(text) || CONTROL.test(text)) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
