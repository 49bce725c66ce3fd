import {
  type Citation,
  type ContextStore,
  defined,
  encodedBytes,
  type ReadResult,
  type Steps,
  type TableInfo,
  WritError,
} from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import { cellInRow } from './cell-in-row.ts'

/** A citation of bytes this lineage was handed. A quote narrows it to where it first occurs, a column to the cell of a row. */
export async function cite(
  store: ContextStore,
  lane: FrameState,
  { doc, start, end, quote, column }: Steps['cite']['request'],
): Promise<Citation> {
  if (!lane.slices.covers(doc, start, end))
    throw invalid(`Bytes ${start}–${end} of ${doc} were not read by this frame or its children.`)
  const read = await store.read(doc, start, end)
  if (read.start !== start || read.end !== end)
    throw invalid(`Bytes ${start}–${end} of ${doc} cut a character in two.`)
  if (column !== undefined) return await placed(store, await cellOf(store, read, column))
  if (quote === undefined) return await placed(store, read)
  const at = quote === '' ? -1 : read.text.indexOf(quote)
  if (at < 0) throw invalid(`The quote does not occur in bytes ${read.start}–${read.end} of ${read.doc}.`)
  return await placed(store, await part(store, read, at, at + quote.length))
}

/** The cell of a row in a column. What is not certain to be it is not cited. */
async function cellOf(store: ContextStore, read: ReadResult, column: string): Promise<ReadResult> {
  const { doc, start, end } = read
  const info = store.locate(doc)
  const tables = info === undefined ? [] : store.tables(info.partition).filter((table) => table.doc === doc)
  const rows = await Promise.all(tables.map((table) => store.rowsAt(table, [{ start, end }])))
  const [table, another] = tables.filter((_, at) => rows[at]?.[0] === true)
  if (table === undefined || another !== undefined)
    throw invalid(`Bytes ${start}–${end} of ${doc} are no row of a table: give the _span of one.`)
  const index = columnOf(table, column)
  const found = await store.tableRows(table, start)
  const cells = found.rows.find((row) => row.start === start)?.cells ?? []
  const columns = table.columns.map(({ name }) => name)
  const row = { text: read.text, cells, columns, extracted: info?.format !== undefined }
  const cell = cellInRow(row, index)
  if (cell === undefined)
    throw invalid(
      `It is not certain where the cell of ${columns[index]} stands in bytes ${start}–${end} of ${doc}: cite the row, or a quote of it.`,
    )
  if (cell[0] === cell[1]) throw invalid(`The cell of ${columns[index]} is empty: cite the row.`)
  return await part(store, read, ...cell)
}

function columnOf({ name: table, columns }: TableInfo, asked: string): number {
  const exact = columns.findIndex(({ name }) => name === asked)
  const index =
    exact === -1 ? columns.findIndex(({ name }) => name.toLowerCase() === asked.toLowerCase()) : exact
  if (index === -1)
    throw invalid(
      `${table} has no column ${JSON.stringify(asked)}; it has ${columns.map(({ name }) => name).join(', ')}.`,
    )
  return index
}

/** A part of what was read, by characters. */
async function part(store: ContextStore, read: ReadResult, from: number, to: number): Promise<ReadResult> {
  const encoding = store.locate(read.doc)?.encoding ?? 'utf-8'
  const start = read.start + encodedBytes(read.text.slice(0, from), encoding)
  return await store.read(read.doc, start, start + encodedBytes(read.text.slice(from, to), encoding))
}

/** The citation of what was read, with where that stands in the original of an extracted text. */
async function placed(store: ContextStore, { doc, start, end, sha256, text }: ReadResult): Promise<Citation> {
  return { doc, start, end, sha256, quote: text, ...defined({ origin: await store.origin(doc, start, end) }) }
}

function invalid(message: string): WritError {
  return new WritError('CITATION_INVALID', message)
}
