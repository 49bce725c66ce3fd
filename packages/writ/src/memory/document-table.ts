import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DocumentInfo } from '@writ/contract'
import { mediaTypeOf } from './media-type.ts'
import type { PackedDocument } from './pack-layout.ts'

/** A document of a partition, with what its index knows of it. */
export interface KnownDocument {
  readonly layout: PackedDocument
  readonly title: string
  readonly outlineSize: number
}

/** The index of a pack, and the numbers of the documents of that pack that count no more. */
export interface TablePart {
  readonly db: DatabaseSync
  readonly gone: readonly number[]
}

/** So many documents are looked for one by one; who looks for more will look for most of them. */
const MOST_ALONE = 1000

const COLUMNS = 'SELECT n, id, layout, title, outline_size FROM docs'

/**
 * The documents of a partition as its indexes know them: one is found without reading the others, so that opening a corpus
 * takes no longer when it has more of them.
 */
export class DocumentTable {
  readonly parts: readonly TablePart[]
  readonly #parts: readonly OpenPart[]
  readonly #found = new Map<string, KnownDocument>()
  /** Whether all that count are among those found. */
  #all = false
  #lookedFor = 0

  constructor(parts: readonly TablePart[]) {
    this.parts = parts
    this.#parts = parts.map((given, at) => new OpenPart(given, at))
  }

  /** A document that counts, or undefined. */
  byId(id: string): KnownDocument | undefined {
    const known = this.#found.get(id)
    if (known !== undefined || this.#all) return known
    this.#lookedFor += 1
    if (this.#lookedFor > MOST_ALONE) return this.#readAll().get(id)
    for (const part of this.#parts) {
      const found = part.byId(id)
      if (found === undefined) continue
      this.#found.set(id, found)
      return found
    }
    return undefined
  }

  #readAll(): ReadonlyMap<string, KnownDocument> {
    for (const known of this.list()) this.#found.set(known.layout.id, known)
    this.#all = true
    return this.#found
  }

  /** A document by its part and its number in that. */
  at(part: number, n: number): KnownDocument {
    const found = this.#parts[part]?.byNumber(n)
    if (found === undefined) throw new Error(`there is no document ${n} in part ${part}`)
    return found
  }

  /** Those that count, in order of id: all of them, or the first. */
  list(most?: number): KnownDocument[] {
    if (most !== undefined) return this.#first(most)
    const all = this.#parts.flatMap((part) => part.list())
    return all.sort((a, b) => (a.layout.id < b.layout.id ? -1 : 1))
  }

  /** The first by their ids: each part is in their order, so hardly more is read of all parts than of one. */
  #first(most: number): KnownDocument[] {
    const lists = this.#parts.map((part) => part.inOrder())
    const heads = lists.map((list) => list.next().value)
    const first: KnownDocument[] = []
    while (first.length < most) {
      const at = leastOf(heads)
      const next = heads[at]
      if (next === undefined) break
      first.push(next)
      heads[at] = lists[at]?.next().value
    }
    for (const list of lists) list.return(undefined)
    return first
  }

  /** How many documents count, and the bytes of their files. */
  totals(): { readonly documents: number; readonly bytes: number } {
    const totals = this.#parts.map((part) => part.totals())
    return {
      documents: totals.reduce((sum, { documents }) => sum + documents, 0),
      bytes: totals.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  }
}

/** What the main thread and guests are told of a document. */
export function infoOf({ layout, title, outlineSize }: KnownDocument, partition: string): DocumentInfo {
  return {
    id: layout.id,
    partition,
    title,
    mediaType: mediaTypeOf(layout.id),
    bytes: layout.original?.bytes ?? layout.bytes,
    ...(layout.original === undefined ? {} : { encoding: layout.original.encoding }),
    ...(layout.extract?.format === undefined ? {} : { format: layout.extract.format }),
    ...(layout.day === undefined ? {} : { date: layout.day }),
    outlineSize,
  }
}

/** Where the one is that comes first by its id. */
function leastOf(heads: readonly (KnownDocument | undefined)[]): number {
  return heads.reduce((at, head, i) => {
    const least = heads[at]
    return head !== undefined && (least === undefined || head.layout.id < least.layout.id) ? i : at
  }, 0)
}

class OpenPart {
  readonly #db: DatabaseSync
  readonly #part: number
  readonly #gone: ReadonlySet<number>
  // Made when they are first asked: a corpus has many parts, and a run asks few of them.
  #byId: StatementSync | undefined
  #byNumber: StatementSync | undefined

  constructor({ db, gone }: TablePart, part: number) {
    this.#db = db
    this.#part = part
    this.#gone = new Set(gone)
  }

  byId(id: string): KnownDocument | undefined {
    this.#byId ??= this.#db.prepare(`${COLUMNS} WHERE id = ?`)
    const row = this.#byId.get(id)
    return row === undefined || this.#gone.has(Number(row.n)) ? undefined : this.#known(row)
  }

  byNumber(n: number): KnownDocument | undefined {
    this.#byNumber ??= this.#db.prepare(`${COLUMNS} WHERE n = ?`)
    const row = this.#byNumber.get(n)
    return row && this.#known(row)
  }

  /** In order of id, which is that of a pack; each is read when it is asked for. */
  *inOrder(): Generator<KnownDocument, undefined, undefined> {
    for (const row of this.#db.prepare(`${COLUMNS} ORDER BY n`).iterate())
      if (!this.#gone.has(Number(row.n))) yield this.#known(row)
  }

  list(): KnownDocument[] {
    const rows = this.#db.prepare(`${COLUMNS} ORDER BY n`).all()
    return rows.filter(({ n }) => !this.#gone.has(Number(n))).map((row) => this.#known(row))
  }

  totals(): { readonly documents: number; readonly bytes: number } {
    const all = this.#db.prepare('SELECT documents, bytes FROM totals').get()
    let bytes = Number(all?.bytes)
    if (this.#gone.size === 0) return { documents: Number(all?.documents), bytes }
    const bytesOf = this.#db.prepare('SELECT bytes FROM docs WHERE n = ?')
    for (const n of this.#gone) bytes -= Number(bytesOf.get(n)?.bytes)
    return { documents: Number(all?.documents) - this.#gone.size, bytes }
  }

  #known({ n, id, layout, title, outline_size }: Record<string, unknown>): KnownDocument {
    const place = JSON.parse(String(layout)) as Omit<PackedDocument, 'id' | 'n' | 'part'>
    return {
      layout: { ...place, id: String(id), n: Number(n), part: this.#part },
      title: String(title),
      outlineSize: Number(outline_size),
    }
  }
}
