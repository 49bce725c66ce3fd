import { existsSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Amounts, CodeFacts } from '@writ/contract'
import { sha256 } from '../sha256.ts'
import { CODE_VERSION } from './code-path.ts'
import { unpackFacts } from './unpack-facts.ts'

// Structure by the hash of its text. `places` says which text stands where in a pack, so that it need not be hashed to be counted;
// `whole` has all source of the state, once all of it was read, so that it need not be looked for to be counted.
const SCHEMA = `
  CREATE TABLE facts (text BLOB PRIMARY KEY, body BLOB, reason TEXT, seal BLOB NOT NULL);
  CREATE TABLE places (pack BLOB, at INTEGER, text BLOB NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (pack, at)) WITHOUT ROWID;
  CREATE TABLE whole (files INTEGER NOT NULL, bytes INTEGER NOT NULL);
  PRAGMA user_version = ${CODE_VERSION};
`

/** Most rows have a kilobyte, and what is larger takes whole pages. */
const PAGES = 'PRAGMA page_size = 1024'

/** How long a process waits for another that writes the same file. */
const BUSY_MS = 10_000

/** The structure of a text, or why it is not known. */
export type Found = { readonly facts: CodeFacts } | { readonly facts: null; readonly reason: string }

/** The same as it is kept: the structure as its parser packed it. */
export type Packed = { readonly packed: Uint8Array } | { readonly packed: null; readonly reason: string }

/** A document of a pack. Packs never change, so its text does not. */
export interface Place {
  readonly pack: string
  readonly at: number
}

/** A text that was read, and where it stands. */
export interface Entry {
  readonly place: Place
  readonly text: string
  readonly bytes: number
  /** Absent where its structure is there already. */
  readonly found?: Packed
}

/**
 * The file in which the structure of source is kept, by the hash of its text. What is damaged in it is as if it was not there.
 * Any number of processes may write it at once: equal texts have equal structure.
 */
export class CodeFile {
  readonly #path: string
  readonly #durable: boolean
  readonly #isKept: () => boolean
  #db: DatabaseSync | undefined
  /** Whether the file was removed while it was open. */
  #isGone = false

  /** `isKept` tells whether the file may be made where there is none: nothing is left behind of what was removed. */
  constructor(path: string, durable: boolean, isKept: () => boolean) {
    this.#path = path
    this.#durable = durable
    this.#isKept = isKept
  }

  /** What is known of a text. Undefined where nothing is, or it is not what was written there. */
  get(text: string): Found | undefined {
    return this.#sound((db) => {
      const row = db.prepare('SELECT body, reason, seal FROM facts WHERE text = ?').get(bytesOf(text))
      return row === undefined ? undefined : opened(text, row)
    })
  }

  /** Keeps entries all at once, in place of what was there. */
  put(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    this.#sound((db) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        const facts = db.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)')
        const places = db.prepare('INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?)')
        for (const { place, text, bytes, found } of entries) {
          if (found !== undefined) facts.run(bytesOf(text), ...sealed(text, found))
          places.run(bytesOf(place.pack), place.at, bytesOf(text), bytes)
        }
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** All source, where all of it has been read. */
  whole(): Amounts | undefined {
    return this.#sound((db) => {
      const row = db.prepare('SELECT files, bytes FROM whole').get()
      return row && { files: Number(row.files), bytes: Number(row.bytes) }
    })
  }

  /** Keeps that all source was read. */
  keepWhole({ files, bytes }: Amounts): void {
    this.#sound((db) =>
      db.prepare('INSERT INTO whole SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM whole)').run(files, bytes),
    )
  }

  /** The places whose structure is kept, and of those that have none why. */
  places(): readonly (Place & { readonly text: string; readonly reason: string | null })[] {
    return this.#sound((db) => {
      const rows: unknown[] = db
        .prepare(
          'SELECT lower(hex(pack)) pack, at, lower(hex(text)) text, reason FROM places JOIN facts USING (text)',
        )
        .all()
      return rows as (Place & { text: string; reason: string | null })[]
    })
  }

  /** Takes over what another file has of some texts. What cannot be read there is left. */
  takeOver(path: string, texts: Iterable<string>): void {
    let other: DatabaseSync | undefined
    try {
      other = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
      if (versionOf(other) !== CODE_VERSION) return
      const asked = other.prepare('SELECT body, reason, seal FROM facts WHERE text = ?')
      this.#sound((db) => {
        const put = db.prepare('INSERT OR IGNORE INTO facts VALUES (?, ?, ?, ?)')
        db.exec('BEGIN IMMEDIATE')
        for (const text of texts) {
          const row = asked.get(bytesOf(text)) as unknown as Row | undefined
          if (row !== undefined) put.run(bytesOf(text), row.body, row.reason, row.seal)
        }
        db.exec('COMMIT')
      })
    } catch (error) {
      if (this.#db?.isTransaction === true) this.#db.exec('ROLLBACK')
      if (other !== undefined && !isDamage(error)) throw error
    } finally {
      other?.close()
    }
  }

  close(): void {
    this.#db?.close()
    this.#db = undefined
  }

  /**
   * Works with the file; a damaged one is thrown away, and the work is done with a new one. One that was removed, as the corpus was
   * or is another now, is made again in memory alone.
   */
  #sound<T>(work: (db: DatabaseSync) => T): T {
    for (let damaged = false; ; ) {
      try {
        return work(this.#open())
      } catch (error) {
        if (!this.#isGone && wasRemoved(error)) this.#leave()
        else if (damaged || !isDamage(error)) throw error
        else {
          this.#remove()
          damaged = true
        }
      }
    }
  }

  #open(): DatabaseSync {
    if (this.#db !== undefined) return this.#db
    const isThere = !this.#isGone && (existsSync(this.#path) || this.#isKept())
    const db = new DatabaseSync(isThere ? this.#path : ':memory:', { timeout: BUSY_MS })
    this.#db = db
    // INVARIANT: what is cut short by a kill is whole or not there. A power cut may damage it: then it is found anew.
    db.exec(`${PAGES}; PRAGMA synchronous = ${this.#durable ? 'NORMAL' : 'OFF'}`)
    if (versionOf(db) === CODE_VERSION) return db
    db.exec('BEGIN IMMEDIATE')
    // Another process may have made it meanwhile.
    if (versionOf(db) !== CODE_VERSION)
      db.exec(
        `DROP TABLE IF EXISTS facts; DROP TABLE IF EXISTS places; DROP TABLE IF EXISTS whole; ${SCHEMA}`,
      )
    db.exec('COMMIT')
    return db
  }

  #leave(): void {
    this.close()
    this.#isGone = true
  }

  #remove(): void {
    this.close()
    for (const ending of ['', '-journal']) rmSync(this.#path + ending, { force: true })
  }
}

type Row = {
  readonly body: Uint8Array | null
  readonly reason: string | null
  readonly seal: Uint8Array
}

function sealed(text: string, found: Packed): [Uint8Array | null, string | null, Uint8Array] {
  const reason = found.packed === null ? found.reason : null
  return [found.packed, reason, sealOf(text, found.packed, reason)]
}

function opened(text: string, { body, reason, seal }: Record<string, unknown>): Found | undefined {
  const hasBody = body instanceof Uint8Array && reason === null
  const hasReason = body === null && typeof reason === 'string'
  if (!(seal instanceof Uint8Array) || (!hasBody && !hasReason)) return undefined
  if (!sealOf(text, hasBody ? body : null, hasReason ? reason : null).equals(seal)) return undefined
  try {
    return hasBody ? { facts: unpackFacts(body) } : { facts: null, reason: String(reason) }
  } catch {
    return undefined
  }
}

/** Ties what is kept to its text, so that what was damaged or put elsewhere is seen. */
function sealOf(text: string, body: Uint8Array | null, reason: string | null): Buffer {
  const head = Buffer.from(`${text}\n${JSON.stringify(reason)}\n`)
  return bytesOf(sha256(Buffer.concat([head, body ?? Buffer.alloc(0)])))
}

function bytesOf(hash: string): Buffer {
  return Buffer.from(hash, 'hex')
}

function versionOf(db: DatabaseSync): unknown {
  return db.prepare('PRAGMA user_version').get()?.user_version
}

/** SQLITE_ERROR (a table that is not there), SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGE: ReadonlySet<number> = new Set([1, 11, 26])

/**
 * SQLITE_READONLY_DBMOVED: what is open has no name any more. SQLITE_IOERR_DELETE_NOENT: it was removed, with its journal, while
 * something was written there.
 */
const REMOVED: ReadonlySet<number> = new Set([1032, 5898])

function wasRemoved(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && REMOVED.has(Number(error.errcode))
}

function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return DAMAGE.has(code & 0xff)
}
