import { type CellObject, read, SSF, type WorkBook } from '@e965/xlsx'
import type { Parsed, ParsedRow, ParseRequest } from '@writ/contract'
import { MAX_CELLS, MAX_TABLE_CELLS } from '../limits.ts'
import { checkOfficeZip } from './office-zip.ts'
import { Refused } from './refused.ts'
import { TextBuilder } from './text-builder.ts'

/** No sheet has more. */
const MOST_ROWS = 1_048_576
const MOST_COLUMNS = 16_384

/** The sheets of a workbook one after another, a line for each row with tabs between its cells. */
export function parseXlsx({ bytes }: ParseRequest): Parsed {
  checkOfficeZip(bytes, 'xl/workbook.xml', 'Excel workbook')
  const book = read(bytes, {
    type: 'array',
    dense: true,
    cellFormula: false,
    cellHTML: false,
    cellNF: true,
    cellText: true,
  })
  const text = new TextBuilder('cells')
  const sheets = new Sheets(text, book.Workbook?.WBProps?.date1904 === true)
  for (const name of book.SheetNames) sheets.add(name, rowsOf(book, name))
  if (sheets.cells === 0) throw new Refused('damaged', 'there is nothing in its cells')
  return { document: text.document(book.Props?.Title), members: [], left: [] }
}

type Cells = readonly (CellObject | undefined)[]

function rowsOf(book: WorkBook, name: string): readonly (Cells | undefined)[] {
  const sheet: { readonly '!data'?: readonly (Cells | undefined)[] } | undefined = book.Sheets[name]
  return sheet?.['!data'] ?? []
}

class Sheets {
  readonly #text: TextBuilder<'cells'>
  readonly #date1904: boolean
  /** Cells of the tables of all sheets. */
  #tabled = 0
  cells = 0

  constructor(text: TextBuilder<'cells'>, date1904: boolean) {
    this.#text = text
    this.#date1904 = date1904
  }

  add(name: string, rows: readonly (Cells | undefined)[]): void {
    const text = this.#text
    if (text.bytes > 0) text.add('\n')
    text.heading('sheet', name, 1)
    const sheet = text.name(name)
    text.mark(sheet, 0, 0)
    text.add(`Sheet ${name}\n`)
    const filled: ParsedRow[] = []
    for (const [at, row] of held(rows, MOST_ROWS)) {
      const cells = this.#row(row)
      if (cells === undefined) continue
      text.mark(sheet, at + 1, cells.first + 1)
      const start = text.bytes
      text.add(cells.texts.join('\t'))
      this.#tabled += cells.texts.length
      if (this.#tabled <= MAX_TABLE_CELLS) filled.push({ cells: cells.texts, start, end: text.bytes })
      text.add('\n')
    }
    const [columns, ...rest] = filled
    if (columns !== undefined && rest.length > 0) text.table({ name, columns: columns.cells, rows: rest })
  }

  /** The texts of a row from its first cell that holds something to its last. */
  #row(row: Cells): { readonly first: number; readonly texts: readonly string[] } | undefined {
    let first = -1
    const texts: string[] = []
    for (const [column, cell] of held(row, MOST_COLUMNS)) {
      const shown = cellText(cell, this.#date1904)
      if (shown === '') continue
      if (first === -1) first = column
      while (texts.length < column - first) texts.push('')
      texts.push(shown)
      this.cells += 1
      if (this.cells > MAX_CELLS) throw new Refused('limits', `it has more than ${MAX_CELLS} cells`)
    }
    return first === -1 ? undefined : { first, texts }
  }
}

/** What is there of a row or a sheet, with its place. A sheet may say that it has millions that are not: those cost nothing. */
function* held<Held>(list: readonly (Held | undefined)[], most: number): Generator<[number, Held]> {
  for (const [index, value] of Object.entries(list)) {
    if (Number(index) >= most) throw new Refused('damaged', 'it has a cell where no sheet has one')
    if (value !== undefined) yield [Number(index), value]
  }
}

/** A cell as its reader sees it, with its exact value behind it where what is seen is rounded. Dates are ISO 8601. */
function cellText(cell: CellObject, date1904: boolean): string {
  const { t: type, v: value, w: shown } = cell
  if (type === 'z' || value === undefined) return ''
  if (typeof value !== 'number' || type !== 'n') return clean(shown ?? String(value))
  const format = typeof cell.z === 'string' ? cell.z : 'General'
  if (SSF.is_date(format) && !format.includes('[h')) return dateText(value, date1904) ?? clean(shown ?? '')
  const exact = exactText(value)
  const seen = clean(shown ?? '')
  return seen === '' || format === 'General' ? exact : isExact(seen, value) ? seen : `${seen} (${exact})`
}

function clean(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** A number in the 15 digits that a spreadsheet keeps. */
function exactText(value: number): string {
  return String(Number(value.toPrecision(15)))
}

/** Whether the digits that are seen are all of the value. */
function isExact(seen: string, value: number): boolean {
  const negative = /^\(.*\)$|-/.test(seen)
  const digits = seen.replaceAll(/[^0-9.]/g, '')
  const number = Number(digits) * (negative ? -1 : 1)
  const scaled = seen.includes('%') ? number / 100 : number
  return digits !== '' && !/[eE][+-]?\d/.test(seen) && exactText(scaled) === exactText(value)
}

function dateText(value: number, date1904: boolean): string | undefined {
  const date = SSF.parse_date_code(value, { date1904 })
  if (!date) return undefined
  const two = (number: number): string => `${number}`.padStart(2, '0')
  const day = `${`${date.y}`.padStart(4, '0')}-${two(date.m)}-${two(date.d)}`
  const time = `${two(date.H)}:${two(date.M)}:${two(Math.floor(date.S))}`
  if (value >= 0 && value < 1) return time
  return value === Math.floor(value) ? day : `${day} ${time}`
}
