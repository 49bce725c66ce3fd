import type { Span } from '@writ/contract'
import type { Notes } from './extract.ts'
import { PackFile } from './pack-file.ts'
import type { PackedDocument } from './pack-layout.ts'
import type { Part } from './pack-parts.ts'

/** A pack of a set, with those of its documents that count. */
export interface SetPart {
  readonly pack: string
  readonly file: PackFile
  readonly documents: readonly PackedDocument[]
}

/**
 * The documents of a partition, which lie in one pack or in several that were made one after another. A document is known
 * to the index by its number: how many stand before it in these packs, those that count no more among them.
 * INVARIANT: a set that gets another part keeps the numbers it has.
 */
export class PackSet {
  readonly parts: readonly SetPart[]
  /** Those that count, in order of id. */
  readonly documents: readonly PackedDocument[]
  /** Whether numbers go in order of ids, so that results in order of number are in order of document. */
  readonly inOrder: boolean
  readonly #byNumber: readonly PackedDocument[]
  readonly #numbers = new Map<string, number>()

  /** Opens packs; `pathOf` says where one is. */
  constructor(parts: readonly Part[], pathOf: (pack: string) => string) {
    const opened: SetPart[] = []
    const all: PackedDocument[] = []
    const counting: PackedDocument[] = []
    try {
      for (const { pack, gone } of parts) {
        const file = new PackFile(pathOf(pack), opened.length)
        const left = new Set(gone)
        const documents = file.documents.filter((_, at) => !left.has(at))
        file.documents.forEach((doc, at) => {
          if (!left.has(at)) this.#numbers.set(doc.id, all.length + at)
        })
        opened.push({ pack, file, documents })
        for (const doc of file.documents) all.push(doc)
        for (const doc of documents) counting.push(doc)
      }
    } catch (error) {
      for (const { file } of opened) file.close()
      throw error
    }
    this.parts = opened
    this.#byNumber = all
    this.inOrder = counting.every(({ id }, at) => at === 0 || (counting[at - 1]?.id ?? '') < id)
    this.documents = this.inOrder ? counting : counting.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** The number of a document that counts, or undefined. */
  numberOf(id: string): number | undefined {
    return this.#numbers.get(id)
  }

  /** A document that counts, or undefined. */
  byId(id: string): PackedDocument | undefined {
    const n = this.#numbers.get(id)
    return n === undefined ? undefined : this.#byNumber[n]
  }

  /** The document of a number, also one that counts no more. */
  byNumber(n: number): PackedDocument | undefined {
    return this.#byNumber[n]
  }

  get numbers(): ReadonlyMap<string, number> {
    return this.#numbers
  }

  /** What the parser of a document knew of it; undefined for what was no parser's. */
  notes(doc: PackedDocument): Notes | undefined {
    return this.#file(doc).notes(doc)
  }

  /** The tables that the parser of a document found in it. */
  tables(doc: PackedDocument): ReturnType<PackFile['tables']> {
    return this.#file(doc).tables(doc)
  }

  /** The text [start, end) of a document. */
  text(doc: PackedDocument, start: number, end: number): Buffer {
    return this.#file(doc).text(doc, start, end)
  }

  /** What the text [start, end) is in the file of the document: where, and the hash of those bytes. */
  span(doc: PackedDocument, start: number, end: number, text: Buffer): Omit<Span, 'doc'> {
    return this.#file(doc).span(doc, start, end, text)
  }

  /** The offset in the file of a document of an offset in its text. */
  fileOffset(doc: PackedDocument, offset: number): number {
    return this.#file(doc).fileOffset(doc, offset)
  }

  /** All text of a document in pieces of bounded size, which may split characters. */
  pieces(doc: PackedDocument): Generator<Buffer> {
    return this.#file(doc).pieces(doc)
  }

  close(): void {
    for (const { file } of this.parts) file.close()
  }

  #file({ part }: PackedDocument): PackFile {
    const found = this.parts[part]
    if (found === undefined) throw new Error(`there is no part ${part} of this partition`)
    return found.file
  }
}
