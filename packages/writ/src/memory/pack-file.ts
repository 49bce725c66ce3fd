import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Span } from '@writ/contract'
import { CODECS } from './codec.ts'
import { type ExtractRow, extractOf, type Notes, type ParsedTables } from './extract.ts'
import { PIECE_BYTES } from './limits.ts'
import { fileOffset, markBefore, type Original } from './original.ts'
import { type PackedDocument, packRange, withoutBreaks } from './pack-layout.ts'
import { FOOTER_BYTES, FOOTER_TAG } from './pack-writer.ts'
import { sha256 } from './sha256.ts'

/** A pack opened for reading. Packs never change once they have their name. */
export class PackFile {
  readonly path: string
  readonly #part: number
  readonly #fd: number
  readonly #table: TableRange
  #documents: readonly PackedDocument[] | undefined

  /** `part` is what its documents say of where they are. */
  constructor(path: string, part = 0) {
    this.path = path
    this.#part = part
    this.#fd = openSync(path, 'r')
    try {
      this.#table = tableRange(this.#fd, path)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  /** In the order of the pack, which is the order of ids. Read when they are first asked for. */
  get documents(): readonly PackedDocument[] {
    this.#documents ??= readTable(this.#fd, this.#table, this.#part)
    return this.#documents
  }

  /** What the parser of a document knew of it; undefined for what was no parser's. */
  notes({ extract }: PackedDocument): Notes | undefined {
    if (extract?.notes === undefined) return undefined
    const { position, length } = extract.notes
    return JSON.parse(this.packed(position, length).toString()) as Notes
  }

  /** The tables that the parser of a document found in it. */
  tables({ extract }: PackedDocument): ParsedTables {
    if (extract?.tables === undefined) return []
    const { position, length } = extract.tables
    return JSON.parse(this.packed(position, length).toString()) as ParsedTables
  }

  /** Bytes of the pack as they are. */
  packed(position: number, length: number): Buffer {
    return readExactly(this.#fd, position, length)
  }

  /** The text [start, end) of a document, without virtual breaks. */
  text(doc: PackedDocument, start: number, end: number): Buffer {
    const range = packRange(doc, start, end)
    return withoutBreaks(doc, start, end, this.packed(range.position, range.length))
  }

  /** What the text [start, end) is in the file of the document: where, and the hash of those bytes. */
  span(doc: PackedDocument, start: number, end: number, text: Buffer): Omit<Span, 'doc'> {
    const { original } = doc
    if (original === undefined) return { start, end, sha256: sha256(text) }
    return {
      start: this.fileOffset(doc, start),
      end: this.fileOffset(doc, end),
      sha256: sha256(CODECS[original.encoding].encode(text)),
    }
  }

  /** The offset in the file of a document of an offset in its text. */
  fileOffset(doc: PackedDocument, offset: number): number {
    const { original } = doc
    if (original === undefined) return offset
    const mark = markBefore(original, 'text', offset)
    return fileOffset(original, mark, this.text(doc, mark.text, offset))
  }

  /** All text of a document in pieces of bounded size, which may split characters. */
  *pieces(doc: PackedDocument): Generator<Buffer> {
    for (let start = 0; start < doc.bytes; start += PIECE_BYTES) {
      yield this.text(doc, start, Math.min(start + PIECE_BYTES, doc.bytes))
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}

function readExactly(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; ) {
    const read = readSync(fd, bytes, at, length - at, position + at)
    if (read === 0) throw new Error(`the pack ends at byte ${position + at}, inside what its table promises`)
    at += read
  }
  return bytes
}

/** Where the table of a pack is. */
interface TableRange {
  readonly start: number
  readonly end: number
}

function tableRange(fd: number, path: string): TableRange {
  const size = fstatSync(fd).size
  const footer = readExactly(fd, Math.max(0, size - FOOTER_BYTES), Math.min(size, FOOTER_BYTES)).toString()
  const end = Number(footer.slice(FOOTER_TAG.length))
  if (!footer.startsWith(FOOTER_TAG) || !Number.isSafeInteger(end)) throw new Error(`${path} is not a pack`)
  return { start: end, end: size - FOOTER_BYTES }
}

function readTable(fd: number, { start, end }: TableRange, part: number): PackedDocument[] {
  const documents: PackedDocument[] = []
  let firstLine = 0
  for (const row of tableRows(fd, start, end)) {
    const [id, position, packed, bytes, lines, breaks, original, extract, day] = JSON.parse(row) as Row
    documents.push({
      id,
      part,
      n: documents.length,
      position,
      packed,
      bytes,
      firstLine,
      lines,
      breaks,
      ...(original == null ? {} : { original: originalOf(original) }),
      ...(extract == null ? {} : { extract: extractOf(extract) }),
      ...(day === undefined ? {} : { day }),
    })
    firstLine += lines
  }
  return documents
}

type Row = [
  string,
  number,
  number,
  number,
  number,
  number[],
  (OriginalRow | null)?,
  (ExtractRow | null)?,
  string?,
]

/** Of a document whose file is not UTF-8: its encoding, the size of the file, marks. */
type OriginalRow = [Original['encoding'], number, number[]]

function originalOf([encoding, bytes, marks]: OriginalRow): Original {
  return { encoding, bytes, marks }
}

/** Lines of the table, read in pieces: the breaks of a huge document make long ones. */
function* tableRows(fd: number, from: number, to: number): Generator<string> {
  let held = Buffer.alloc(0)
  for (let at = from; at < to; at += PIECE_BYTES) {
    const bytes = Buffer.concat([held, readExactly(fd, at, Math.min(PIECE_BYTES, to - at))])
    let start = 0
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      yield bytes.toString('utf8', start, end)
      start = end + 1
    }
    held = bytes.subarray(start)
  }
}
