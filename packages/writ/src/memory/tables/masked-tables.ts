import type { ParsedDocument, ParsedRow } from '@writ/contract'
import type { ParsedTables } from '../extract.ts'
import { maskedDocument, maskedText } from '../secrets/index.ts'

/** What stands in a table for a cell that holds a secret, or may. */
const MASKED = '***'

/** The tables of a document, without what is overwritten in its text. */
export function maskedTables({ text, tables }: ParsedDocument): ParsedTables {
  const whole = Buffer.from(text)
  const masked = maskedDocument(whole)
  return tables.map((table) => ({
    ...table,
    part: maskedText(table.part),
    columns: table.columns.map((column) => ({ ...column, name: maskedText(column.name) })),
    rows: masked.equals(whole) ? table.rows : table.rows.map((row) => maskedRow(row, whole, masked)),
  }))
}

/** A row keeps the cells that its masked line still shows. */
function maskedRow(row: ParsedRow, whole: Buffer, masked: Buffer): ParsedRow {
  const { start, end, cells } = row
  const line = masked.subarray(start, end)
  if (line.equals(whole.subarray(start, end))) return row
  const shown = line.toString()
  return { ...row, cells: cells.map((cell) => (cell === null || shown.includes(cell) ? cell : MASKED)) }
}
