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
  /** Numbers of documents that count no more. */
  readonly gone: readonly number[]
}

/** The documents of a partition, which lie in one pack or in several that were made one after another. */
export class PackSet {
  readonly parts: readonly SetPart[]
  /** Those that count, in order of id. */
  readonly documents: readonly PackedDocument[]
  /** Whether the packs follow each other in order of ids. */
  readonly inOrder: boolean
  readonly #byId = new Map<string, PackedDocument>()

  /** Opens packs; `pathOf` says where one is. */
  constructor(parts: readonly Part[], pathOf: (pack: string) => string) {
    const opened: SetPart[] = []
    const counting: PackedDocument[] = []
    try {
      for (const { pack, gone } of parts) {
        const file = new PackFile(pathOf(pack), opened.length)
        const left = new Set(gone)
        const documents = file.documents.filter(({ n }) => !left.has(n))
        opened.push({ pack, file, documents, gone })
        for (const doc of documents) {
          counting.push(doc)
          this.#byId.set(doc.id, doc)
        }
      }
    } catch (error) {
      for (const { file } of opened) file.close()
      throw error
    }
    this.parts = opened
    this.inOrder = counting.every(({ id }, at) => at === 0 || (counting[at - 1]?.id ?? '') < id)
    this.documents = this.inOrder ? counting : counting.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** A document that counts, or undefined. */
  byId(id: string): PackedDocument | undefined {
    return this.#byId.get(id)
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
