import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Fts5Lists } from './fts5-lists.ts'

/** What an index knows of a document. */
export interface IndexedDocument {
  readonly id: string
  readonly title: string
  readonly outlineSize: number
  /** The row of its first passage, and the one behind its last. */
  readonly firstRow: number
  readonly endRow: number
}

/** A passage of a document. */
export interface IndexedPassage {
  readonly doc: number
  readonly start: number
  readonly end: number
}

const DOC = `
  SELECT id, title, outline_size, first_row,
    coalesce((SELECT next.first_row FROM docs AS next WHERE next.n = docs.n + 1), (SELECT passages FROM totals) + 1) AS end_row
  FROM docs WHERE n = ?`

/** The index of one pack, opened. Documents have the numbers that they have in the pack. */
export class PackIndex {
  readonly db: DatabaseSync
  readonly lists: Fts5Lists
  readonly #doc: StatementSync
  readonly #passage: StatementSync
  #sizes: Int32Array | undefined

  constructor(db: DatabaseSync) {
    this.db = db
    this.lists = new Fts5Lists(db)
    this.#doc = db.prepare(DOC)
    this.#passage = db.prepare('SELECT doc, start, "end" FROM spans WHERE n = ?')
  }

  /** How many words each passage has, by its row; row 0 is none. Read once. */
  get sizes(): Int32Array {
    this.#sizes ??= sizesOf(this.db)
    return this.#sizes
  }

  document(n: number): IndexedDocument {
    const row = this.#doc.get(n)
    if (row === undefined) throw new Error(`the index has no document ${n}`)
    const { id, title, outline_size, first_row, end_row } = row
    return {
      id: String(id),
      title: String(title),
      outlineSize: Number(outline_size),
      firstRow: Number(first_row),
      endRow: Number(end_row),
    }
  }

  /** Titles and sizes of outlines, by number. */
  documents(): { readonly title: string; readonly outlineSize: number }[] {
    const rows: unknown[] = this.db
      .prepare('SELECT title, outline_size AS outlineSize FROM docs ORDER BY n')
      .all()
    return rows as { title: string; outlineSize: number }[]
  }

  passage(row: number): IndexedPassage {
    const found = this.#passage.get(row)
    if (found === undefined) throw new Error(`the index has no passage ${row}`)
    return { doc: Number(found.doc), start: Number(found.start), end: Number(found.end) }
  }

  close(): void {
    this.db.close()
  }
}

/** The index that a document is in. */
export function indexOf(indexes: readonly PackIndex[], { part }: { readonly part: number }): PackIndex {
  const index = indexes[part]
  if (index === undefined) throw new Error(`there is no index of part ${part}`)
  return index
}

function sizesOf(db: DatabaseSync): Int32Array {
  const bytes = db.prepare('SELECT sizes FROM totals').get()?.sizes
  if (!(bytes instanceof Uint8Array)) throw new Error('the index lacks the sizes of its passages')
  // A copy begins where numbers of four bytes may.
  return new Int32Array(bytes.slice().buffer)
}
