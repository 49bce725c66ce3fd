import { type Box, MARK_NUMBERS, type OutlineEntry, type Place, type PlaceMarks } from '@writ/contract'
import { firstIndex } from './pack-layout.ts'

/** Reads the bytes of a text from one offset to another. */
type ReadText = (start: number, end: number) => Buffer

/** What is known of an extracted text. */
interface Known {
  readonly places: PlaceMarks
  readonly outline: readonly OutlineEntry[]
  readonly read: ReadText
}

/** Where a stretch of an extracted text stands in its original; undefined in front of the first mark. */
export function placeOf({ places, outline, read }: Known, start: number, end: number): Place | undefined {
  const marks = new Marks(places)
  const first = marks.at(start)
  const last = marks.at(Math.max(start, end - 1))
  if (first < 0) return undefined
  switch (places.kind) {
    case 'page':
      return pagePlace(marks, first, last)
    case 'paragraph': {
      const heading = headingAt(outline, start)
      return {
        kind: 'paragraph',
        paragraph: first + 1,
        ...(last === first ? {} : { lastParagraph: last + 1 }),
        ...(heading === undefined ? {} : { heading }),
      }
    }
    case 'cells':
      return cellPlace(marks, { first, last, start, end, read })
    case 'part':
      return { kind: 'part', part: marks.name(first) }
    case 'record':
      return recordPlace(marks, first, last)
  }
}

/** Marks as they are kept: numbers one after another. */
class Marks {
  readonly #places: PlaceMarks
  readonly #bytes: Buffer
  readonly #stride: number
  readonly length: number

  constructor(places: PlaceMarks) {
    this.#places = places
    this.#bytes = Buffer.from(places.marks, 'base64')
    this.#stride = MARK_NUMBERS[places.kind]
    this.length = Math.floor(this.#bytes.length / (4 * this.#stride))
  }

  number(mark: number, index: number): number {
    return this.#bytes.readUInt32LE(4 * (mark * this.#stride + index))
  }

  /** The last mark at or before an offset; -1 when there is none. */
  at(offset: number): number {
    return firstIndex(this.length, (mark) => this.number(mark, 0) > offset) - 1
  }

  /** A name of a mark: that of its sheet, part or table, unless another is asked for. */
  name(mark: number, index: number = 1): string {
    return this.#places.names[this.number(mark, index)] ?? ''
  }
}

/** The pages of a stretch, and the box of its lines where it stays on one. */
function pagePlace(marks: Marks, first: number, last: number): Place {
  const page = marks.number(first, 1)
  const lastPage = marks.number(last, 1)
  if (lastPage !== page) return { kind: 'page', page, lastPage }
  let box: Box | undefined
  for (let mark = first; mark <= last; mark += 1) {
    const line: Box = [
      marks.number(mark, 2),
      marks.number(mark, 3),
      marks.number(mark, 4),
      marks.number(mark, 5),
    ]
    if (line.some((number) => number > 0)) box = box === undefined ? line : around(box, line)
  }
  return { kind: 'page', page, ...(box === undefined ? {} : { box }) }
}

function around([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): Box {
  const [x, y] = [Math.min(ax, bx), Math.min(ay, by)]
  return [x, y, Math.max(ax + aw, bx + bw) - x, Math.max(ay + ah, by + bh) - y]
}

/** The records of a stretch. One over several tables is told by its first record. */
function recordPlace(marks: Marks, first: number, last: number): Place {
  const table = marks.name(first)
  const record = marks.name(first, 2)
  if (record === '') return { kind: 'record', table }
  const lastRecord = marks.name(last, 2)
  const isRange = lastRecord !== '' && last !== first && marks.number(last, 1) === marks.number(first, 1)
  return { kind: 'record', table, record, ...(isRange ? { lastRecord } : {}) }
}

interface CellRange {
  readonly first: number
  readonly last: number
  readonly start: number
  readonly end: number
  readonly read: ReadText
}

/** The cells of a stretch. One over several rows, or over several sheets, is told by its first and last cell. */
function cellPlace(marks: Marks, { first, last, start, end, read }: CellRange): Place {
  const sheet = marks.name(first)
  const row = (mark: number): number => marks.number(mark, 2)
  if (row(first) === 0) return { kind: 'cells', sheet }
  const from = cellAt(marks, first, start, read)
  const inSheet = marks.number(last, 1) === marks.number(first, 1) && row(last) > 0
  const to = inSheet ? cellAt(marks, last, Math.max(start, end - 1), read) : from
  return { kind: 'cells', sheet, from, ...(to === from ? {} : { to }) }
}

/** The name of the cell that holds an offset: tabs part the cells of a row. */
function cellAt(marks: Marks, mark: number, offset: number, read: ReadText): string {
  const rowStart = marks.number(mark, 0)
  let column = marks.number(mark, 3)
  for (const byte of read(rowStart, offset)) if (byte === 9) column += 1
  return `${columnName(column)}${marks.number(mark, 2)}`
}

/** The letters of a column, which is 1 for `A`. */
function columnName(column: number): string {
  let name = ''
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26)) {
    name = String.fromCharCode(65 + ((left - 1) % 26)) + name
  }
  return name
}

/** The innermost heading whose section holds an offset. */
function headingAt(outline: readonly OutlineEntry[], offset: number): string | undefined {
  const holds = outline.filter(
    ({ kind, start, end }) => kind === 'heading' && start <= offset && offset < end,
  )
  return holds.at(-1)?.title
}
