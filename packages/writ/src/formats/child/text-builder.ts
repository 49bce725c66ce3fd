import type { OutlineEntry, ParsedDocument, ParsedTable, PlaceKind } from '@writ/contract'
import { MAX_OUTLINE, MAX_TEXT_BYTES } from '../limits.ts'
import { Refused } from './refused.ts'

const MOST_TITLE_CHARS = 200

interface Heading {
  readonly kind: OutlineEntry['kind']
  readonly title: string
  readonly depth: number
  readonly start: number
}

/** The numbers of a mark behind its first byte, for each kind of `MARK_NUMBERS`. */
interface MarkNumbers {
  page: readonly [page: number, x: number, y: number, width: number, height: number]
  paragraph: readonly []
  cells: readonly [sheet: number, row: number, column: number]
  part: readonly [part: number]
  record: readonly [table: number, key: number]
}

/** Builds the text of a document with what stands where in it. Offsets are bytes of UTF-8. */
export class TextBuilder<Kind extends PlaceKind> {
  readonly #kind: Kind
  readonly #parts: string[] = []
  readonly #names: string[] = []
  readonly #marks: number[] = []
  readonly #headings: Heading[] = []
  readonly #tables: ParsedTable[] = []
  readonly #warnings: string[] = []
  #bytes = 0

  constructor(kind: Kind) {
    this.#kind = kind
  }

  /** Bytes of the text so far. */
  get bytes(): number {
    return this.#bytes
  }

  add(text: string): void {
    const plain = plainText(text)
    this.#parts.push(plain)
    this.#bytes += Buffer.byteLength(plain)
    if (this.#bytes > MAX_TEXT_BYTES)
      throw new Refused('limits', `its text is longer than ${MAX_TEXT_BYTES / 1024 ** 2} MiB`)
  }

  /** Marks where the text goes on, with the other numbers of a mark. */
  mark(...numbers: MarkNumbers[Kind]): void {
    this.#marks.push(this.#bytes, ...numbers)
  }

  /** The number of a name for marks. */
  name(name: string): number {
    return this.#names.push(oneLine(name)) - 1
  }

  /** Begins a part of the outline here; one of the same depth or above ends where it begins. */
  heading(kind: OutlineEntry['kind'], title: string, depth: number): void {
    if (this.#headings.length < MAX_OUTLINE)
      this.#headings.push({ kind, title: oneLine(title), depth, start: this.#bytes })
  }

  table(table: ParsedTable): void {
    this.#tables.push({
      ...table,
      part: oneLine(table.part),
      columns: table.columns.map((column) => ({ ...column, name: plainText(column.name) })),
      rows: table.rows.map((row) => ({
        ...row,
        cells: row.cells.map((cell) => (cell === null ? null : plainText(cell))),
      })),
    })
  }

  /** What looks like a table and is none, with the reason. */
  noTable(part: string, problem: string): void {
    this.table({ part, columns: [], rows: [], marked: false, problem })
  }

  warn(warning: string): void {
    this.#warnings.push(warning)
  }

  /** The document; a title that is empty is none. */
  document(title?: string): ParsedDocument {
    const called = oneLine(title ?? '')
    const marks = Buffer.alloc(this.#marks.length * 4)
    this.#marks.forEach((number, at) => {
      marks.writeUInt32LE(Math.min(Math.max(0, Math.round(number)), 0xffff_ffff), at * 4)
    })
    return {
      text: this.#parts.join(''),
      ...(called === '' ? {} : { title: called }),
      outline: this.#outline(),
      places: { kind: this.#kind, names: this.#names, marks: marks.toString('base64') },
      tables: this.#tables,
      warnings: this.#warnings,
    }
  }

  #outline(): OutlineEntry[] {
    const entries: OutlineEntry[] = []
    const open: Heading[] = []
    for (const heading of this.#headings.toReversed()) {
      while ((open.at(-1)?.depth ?? 0) > heading.depth) open.pop()
      entries.push({ ...heading, end: open.at(-1)?.start ?? this.#bytes })
      open.push(heading)
    }
    return entries.reverse()
  }
}

/** Text that can be packed: no NUL, no half of a character. */
function plainText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed()
}

export function oneLine(text: string): string {
  return plainText(text).replaceAll(/\s+/g, ' ').trim().slice(0, MOST_TITLE_CHARS).toWellFormed()
}
