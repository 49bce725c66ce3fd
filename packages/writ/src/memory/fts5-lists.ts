import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PageBytes } from './page-bytes.ts'

/** A list of the index as it lies there: rows with the positions of a token in them. */
export interface TokenList {
  readonly bytes: Uint8Array
  /** Where a row id is not the difference to the one before, ascending; without the first of all, which never is. */
  readonly whole: readonly number[]
}

/** What a segment of the index is made of: the pages from one number to another. Those before went to another segment. */
interface Segment {
  readonly id: number
  readonly first: number
  readonly last: number
}

/** FTS5 marks the terms of its main index with this byte; others would be indexes of prefixes. */
const MAIN = 0x30

/** The row of `<table>_data` that says which segments there are, and the version of all of it that is read here. */
const STRUCTURE = 10
const VERSION = 4

/** Rows of pages are numbered by segment and page. */
const PAGES = 2 ** 37

/** Bytes at the beginning of a page: where its first row id is, and where its list of terms is. */
const HEADER = 4

/**
 * Reads the inverted index that FTS5 keeps of the table `passages`, as it lies in the database: what its own functions do not
 * give is how often a token is in a row, at less than a microsecond a row. Nothing may have been deleted from the table.
 * The format is that of the file, which SQLite keeps stable: `fts5_index.c` describes it.
 */
export class Fts5Lists {
  readonly #segments: readonly Segment[]
  readonly #leaf: StatementSync
  readonly #page: StatementSync
  readonly #pages: StatementSync

  constructor(db: DatabaseSync) {
    const version = db.prepare("SELECT v FROM passages_config WHERE k = 'version'").get()?.v
    if (version !== VERSION) throw new Error(`FTS5 has version ${String(version)} of its format`)
    this.#leaf = db.prepare(
      'SELECT pgno >> 1 AS page FROM passages_idx WHERE segid = ? AND term <= ? ORDER BY term DESC LIMIT 1',
    )
    this.#page = db.prepare('SELECT block FROM passages_data WHERE id = ?')
    this.#pages = db.prepare('SELECT block FROM passages_data WHERE id BETWEEN ? AND ? ORDER BY id')
    for (const statement of [this.#page, this.#pages]) statement.setReturnArrays(true)
    this.#segments = segments(block(this.#page.get(STRUCTURE)))
  }

  /** The lists of a token, one from each segment that has it, in order of their rows. */
  lists(token: string): readonly TokenList[] {
    const term = Buffer.concat([Buffer.of(MAIN), Buffer.from(token)])
    return this.#segments.flatMap((segment) => this.#listIn(segment, term) ?? [])
  }

  #listIn({ id, first, last }: Segment, term: Buffer): TokenList | undefined {
    const page = Number(this.#leaf.get(id, term)?.page)
    if (!(page >= first)) return undefined
    const leaf = new PageBytes(block(this.#page.get(id * PAGES + page)))
    const found = placeOf(leaf, term)
    if (found === undefined) return undefined
    const pieces = [leaf.bytes.subarray(found.start, found.end)]
    // The first row id of each page is whole, the others are differences.
    const whole: number[] = []
    let length = found.end - found.start
    if (found.goesOn && page < last) {
      for (const row of this.#pages.iterate(id * PAGES + page + 1, id * PAGES + last)) {
        const next = new PageBytes(block(row))
        const end = next.firstTerm ?? next.end
        const place = length + next.firstRow - HEADER
        // A term may be the last of its page, with all of its list on the next.
        if (next.firstRow >= HEADER && next.firstRow < end && place > 0) whole.push(place)
        pieces.push(next.bytes.subarray(HEADER, end))
        length += end - HEADER
        if (next.firstTerm !== undefined) break
      }
    }
    const [only] = pieces
    return { bytes: only !== undefined && pieces.length === 1 ? only : joined(pieces, length), whole }
  }
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

function block(row: unknown): Uint8Array {
  const bytes: unknown = Array.isArray(row) ? row[0] : undefined
  if (bytes instanceof Uint8Array) return bytes
  throw new Error('the index lacks a page')
}

/** The segments of an index, in the order in which rows were added to them. */
function segments(structure: Uint8Array): Segment[] {
  const bytes = new PageBytes(structure)
  bytes.at = HEADER
  if (structure[HEADER] === 0xff) throw new Error('FTS5 has another format of its structure')
  const levels = bytes.next()
  bytes.next()
  bytes.next()
  const found: Segment[] = []
  for (let level = 0; level < levels; level += 1) {
    bytes.next()
    const many = bytes.next()
    const ofLevel: Segment[] = []
    for (let n = 0; n < many; n += 1) {
      const id = bytes.next()
      ofLevel.push({ id, first: bytes.next(), last: bytes.next() })
    }
    // The lower a level, the newer.
    found.unshift(...ofLevel)
  }
  return found
}

/**
 * Where the list of a term is on the page that would have it. Terms are read one after another until then, and of most no
 * more than what they share with the one before: a search does this for each pack before V8 has compiled it.
 */
function placeOf(
  leaf: PageBytes,
  term: Buffer,
): { readonly start: number; readonly end: number; readonly goesOn: boolean } | undefined {
  const { bytes, end } = leaf
  let same = 0
  let place = 0
  for (let at = end; at < bytes.length; ) {
    const isFirst = at === end
    const step = bytes[at] ?? 0
    if (step < 0x80) {
      place += step
      at += 1
    } else {
      leaf.at = at
      place += leaf.next()
      at = leaf.at
    }
    // Terms hold what they share with the one before as a length only.
    if (!isFirst && same < 0x80 && same < (bytes[place] ?? 0)) continue
    leaf.at = place
    const shared = isFirst ? 0 : leaf.next()
    if (shared > same) continue
    if (shared < same) return undefined
    const length = leaf.next()
    const letters = leaf.at
    while (same < term.length && same - shared < length && term[same] === bytes[letters + same - shared])
      same += 1
    if (same - shared < length) {
      // This term goes another way: it is before the one looked for, or nothing has that.
      if (same === term.length || (term[same] ?? 0) < (bytes[letters + same - shared] ?? 0)) return undefined
      continue
    }
    if (same < term.length) continue
    leaf.at = at
    const goesOn = at >= bytes.length
    return { start: letters + length, end: goesOn ? end : place + leaf.next(), goesOn }
  }
  return undefined
}
