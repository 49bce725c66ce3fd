import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { Fts5Lists } from './fts5-lists.ts'

/** A passage of a document, whose number is that in the pack. */
export interface IndexedPassage {
  readonly doc: number
  readonly start: number
  readonly end: number
}

/** The index of one pack, opened for search. */
export class PackIndex {
  readonly db: DatabaseSync
  readonly lists: Fts5Lists
  readonly #passage: StatementSync
  #sizes: Int32Array | undefined
  #firstRows: Int32Array | undefined

  constructor(db: DatabaseSync) {
    this.db = db
    this.lists = new Fts5Lists(db)
    this.#passage = db.prepare('SELECT doc, start, "end" FROM spans WHERE n = ?')
  }

  /** How many words each passage has, by its row; row 0 is none. Read once. */
  get sizes(): Int32Array {
    this.#sizes ??= numbersOf(this.db, 'sizes')
    return this.#sizes
  }

  totals(): { readonly passages: number; readonly words: number } {
    const found = this.db.prepare('SELECT passages, words FROM totals').get()
    return { passages: Number(found?.passages), words: Number(found?.words) }
  }

  /** The row of the first passage of a document, and the one behind its last. */
  rowsOf(doc: number): { readonly first: number; readonly end: number } {
    this.#firstRows ??= numbersOf(this.db, 'first_rows')
    const [first, end] = this.#firstRows.subarray(doc, doc + 2)
    if (first === undefined || end === undefined) throw new Error(`the index has no document ${doc}`)
    return { first, end }
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

function numbersOf(db: DatabaseSync, column: 'sizes' | 'first_rows'): Int32Array {
  const bytes = db.prepare(`SELECT ${column} FROM totals`).get()?.[column]
  if (!(bytes instanceof Uint8Array)) throw new Error(`the index lacks its ${column}`)
  // They have a buffer of their own. One of another length is an error.
  return new Int32Array(bytes.buffer)
}
