import type { Span } from '@writ/contract'
import type { Notes } from './extract.ts'
import { PackFile } from './pack-file.ts'
import type { PackedDocument } from './pack-layout.ts'
import type { Part } from './pack-parts.ts'

/** A pack of a set. */
export class SetPart {
  readonly pack: string
  readonly file: PackFile
  /** Numbers of documents that count no more. */
  readonly gone: readonly number[]
  #documents: readonly PackedDocument[] | undefined

  constructor({ pack, gone }: Part, file: PackFile) {
    this.pack = pack
    this.file = file
    this.gone = gone
  }

  /** Those of its documents that count. */
  get documents(): readonly PackedDocument[] {
    const left = new Set(this.gone)
    this.#documents ??= this.file.documents.filter(({ n }) => !left.has(n))
    return this.#documents
  }
}

/** What is known of the documents of a set once one has to know all of them. */
interface Known {
  readonly documents: readonly PackedDocument[]
  readonly byId: ReadonlyMap<string, PackedDocument>
  readonly inOrder: boolean
}

/** The documents of a partition, which lie in one pack or in several that were made one after another. */
export class PackSet {
  readonly parts: readonly SetPart[]
  #known: Known | undefined

  /** Opens packs; `pathOf` says where one is. */
  constructor(parts: readonly Part[], pathOf: (pack: string) => string) {
    const opened: SetPart[] = []
    try {
      for (const part of parts) opened.push(new SetPart(part, new PackFile(pathOf(part.pack), opened.length)))
    } catch (error) {
      for (const { file } of opened) file.close()
      throw error
    }
    this.parts = opened
  }

  /** Those that count, in order of id. */
  get documents(): readonly PackedDocument[] {
    return this.#all.documents
  }

  /** Whether the packs follow each other in order of ids. */
  get inOrder(): boolean {
    return this.#all.inOrder
  }

  /** A document that counts, or undefined. */
  byId(id: string): PackedDocument | undefined {
    return this.#all.byId.get(id)
  }

  get #all(): Known {
    this.#known ??= knownOf(this.parts)
    return this.#known
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

function knownOf(parts: readonly SetPart[]): Known {
  const counting = parts.flatMap(({ documents }) => documents)
  const inOrder = counting.every(({ id }, at) => at === 0 || (counting[at - 1]?.id ?? '') < id)
  return {
    documents: inOrder ? counting : counting.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    byId: new Map(counting.map((doc) => [doc.id, doc])),
    inOrder,
  }
}
