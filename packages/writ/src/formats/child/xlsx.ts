import { type CellObject, read, SSF, type WorkBook } from '@e965/xlsx'
import type { Parsed, ParseRequest } from '@writ/contract'
import { MAX_CELLS, MAX_TABLE_CELLS } from '../limits.ts'
import { checkOfficeZip } from './office-zip.ts'
import { Refused } from './refused.ts'
import { isSum } from './rows-apart.ts'
import type { MergedRows, SheetCell, SheetRow } from './sheet-row.ts'
import { Doubt, sheetTables } from './sheet-tables.ts'
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
    // A formula is never computed; that it is one tells a cell without a stored value from an empty one.
    cellFormula: true,
    sheetStubs: true,
    cellHTML: false,
    cellNF: true,
    cellText: true,
    // What rows are hidden is among the styles.
    cellStyles: true,
  })
  const text = new TextBuilder('cells')
  const sheets = new Sheets(text, book.Workbook?.WBProps?.date1904 === true)
  // A sheet that its parser gave up is not among them, and nothing else tells.
  for (const name of book.SheetNames)
    if (book.Sheets[name] === undefined) sheets.leave(name)
    else sheets.add(name, rowsOf(book, name), mergedOf(book, name), hiddenOf(book, name))
  if (sheets.cells === 0)
    throw new Refused(
      'damaged',
      sheets.left > 0 ? 'what is in its sheets cannot be read' : 'there is nothing in its cells',
    )
  return { document: text.document(book.Props?.Title), members: [], left: [] }
}

type Cells = readonly (CellObject | undefined)[]

function rowsOf(book: WorkBook, name: string): readonly (Cells | undefined)[] {
  const sheet: { readonly '!data'?: readonly (Cells | undefined)[] } | undefined = book.Sheets[name]
  return sheet?.['!data'] ?? []
}

function mergedOf(book: WorkBook, name: string): readonly MergedRows[] {
  return (book.Sheets[name]?.['!merges'] ?? []).map(({ s, e }) => ({ first: s.r, last: e.r }))
}

/** Whether the reader of a workbook does not see a row of a sheet, or any of it. */
function hiddenOf(book: WorkBook, name: string): (row: number) => boolean {
  const isHidden = (book.Workbook?.Sheets?.[book.SheetNames.indexOf(name)]?.Hidden ?? 0) !== 0
  const rows = book.Sheets[name]?.['!rows']
  return (row) => isHidden || rows?.[row]?.hidden === true
}

class Sheets {
  readonly #text: TextBuilder<'cells'>
  readonly #date1904: boolean
  /** Cells of the tables of all sheets. */
  #tabled = 0
  readonly #parts = new Set<string>()
  cells = 0
  /** Sheets that cannot be read. */
  left = 0

  constructor(text: TextBuilder<'cells'>, date1904: boolean) {
    this.#text = text
    this.#date1904 = date1904
  }

  add(
    name: string,
    rows: readonly (Cells | undefined)[],
    merged: readonly MergedRows[],
    isHidden: (row: number) => boolean,
  ): void {
    const text = this.#text
    if (text.bytes > 0) text.add('\n')
    text.heading('sheet', name, 1)
    const sheet = text.name(name)
    text.mark(sheet, 0, 0)
    text.add(`Sheet ${name}\n`)
    const filled: SheetRow[] = []
    let unknown: number | undefined
    for (const [at, row] of held(rows, MOST_ROWS)) {
      const cells = this.#row(row)
      if (row.some(isUnknown)) unknown ??= at
      const [first] = cells.keys()
      if (first === undefined) continue
      text.mark(sheet, at + 1, first + 1)
      const start = text.bytes
      text.add(lineOf(cells, first))
      this.#tabled += cells.size
      if (this.#tabled <= MAX_TABLE_CELLS)
        filled.push({ at, cells, start, end: text.bytes, isHidden: isHidden(at) })
      text.add('\n')
    }
    if (unknown !== undefined)
      text.warn(`sheet ${name}: a formula in row ${unknown + 1} has no stored value, and none is computed`)
    if (this.#tabled > MAX_TABLE_CELLS)
      text.noTable(name, `it is past the first ${MAX_TABLE_CELLS} cells of its workbook`)
    else if (unknown !== undefined) text.noTable(name, `a formula in row ${unknown + 1} has no stored value`)
    else this.#tables(name, filled, merged)
  }

  /** Names a sheet that cannot be read. */
  leave(name: string): void {
    this.left += 1
    this.#text.warn(`sheet ${name}: it cannot be read`)
    this.#text.noTable(this.#free(name), 'it cannot be read')
  }

  #tables(name: string, rows: readonly SheetRow[], merged: readonly MergedRows[]): void {
    try {
      const found = sheetTables(rows, merged)
      found.forEach((table, at) => {
        this.#text.table({ ...table, part: this.#free(found.length === 1 ? name : `${name} ${at + 1}`) })
      })
    } catch (error) {
      if (!(error instanceof Doubt)) throw error
      this.#text.noTable(this.#free(name), error.message)
    }
  }

  /** The name, or one with a number where another table has it. */
  #free(name: string): string {
    let free = name
    for (let n = 2; this.#parts.has(free); n += 1) free = `${name} (${n})`
    this.#parts.add(free)
    return free
  }

  /** What a row holds, by column. */
  #row(row: Cells): Map<number, SheetCell> {
    const cells = new Map<number, SheetCell>()
    for (const [column, cell] of held(row, MOST_COLUMNS)) {
      const found = cellOf(cell, this.#date1904, isSum(cell.f, column))
      if (found === undefined) continue
      cells.set(column, found)
      this.cells += 1
      if (this.cells > MAX_CELLS) throw new Refused('limits', `it has more than ${MAX_CELLS} cells`)
    }
    return cells
  }
}

/** The texts of a row from its first cell that holds something to its last. */
function lineOf(cells: ReadonlyMap<number, SheetCell>, first: number): string {
  let line = ''
  let at = first
  for (const [column, { shown }] of cells) {
    line += '\t'.repeat(column - at) + shown
    at = column
  }
  return line
}

/** Whether a cell is a formula whose value is not stored. */
function isUnknown(cell: CellObject | undefined): boolean {
  return cell?.f !== undefined && (cell.t === 'z' || cell.v === undefined)
}

/** What is there of a row or a sheet, with its place. A sheet may say that it has millions that are not: those cost nothing. */
function* held<Held>(list: readonly (Held | undefined)[], most: number): Generator<[number, Held]> {
  for (const [index, value] of Object.entries(list)) {
    if (Number(index) >= most) throw new Refused('damaged', 'it has a cell where no sheet has one')
    if (value !== undefined) yield [Number(index), value]
  }
}

/** A cell as its reader sees it, with its exact value behind it where what is seen is rounded. Dates are ISO 8601. */
function cellOf(cell: CellObject, date1904: boolean, isSum: boolean): SheetCell | undefined {
  const { t: type, v: value, w } = cell
  if (type === 'z' || value === undefined) return undefined
  const seen = clean(w ?? '')
  if (typeof value !== 'number' || type !== 'n') {
    const text = clean(w ?? String(value))
    return text === '' ? undefined : { shown: text, value: text, isText: type !== 'b', unit: '', isSum }
  }
  const format = typeof cell.z === 'string' ? cell.z : 'General'
  if (SSF.is_date(format)) {
    // What is counted in hours, minutes or seconds is a length of time and no time of day.
    const date = /\[[hms]/i.test(format) ? undefined : dateText(value, date1904)
    const shown = date ?? seen
    return shown === '' ? undefined : { shown, value: shown, isText: date === undefined, unit: '', isSum }
  }
  const exact = exactText(value)
  if (seen === '' || format === 'General')
    return { shown: exact, value: exact, isText: false, unit: '', isSum }
  const shown = isExact(seen, value) ? seen : `${seen} (${exact})`
  return {
    shown,
    value: exact,
    isText: false,
    isSum,
    unit: seen.replaceAll(/[\d.,\s()+'\u2019-]|[eE][+-]?(?=\d)/g, ''),
  }
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
