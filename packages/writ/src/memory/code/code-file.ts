import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { CodeFacts } from '@writ/contract'
import { sha256 } from '../sha256.ts'
import { packFacts, unpackFacts } from './code-codec.ts'

/** Counts up whenever what is found in source changes; what an older Writ found is found anew. */
const VERSION = 3

// Structure by the hash of its text. `places` says which text stands where in a pack, so that it need not be hashed to be counted.
const SCHEMA = `
  CREATE TABLE facts (text TEXT PRIMARY KEY, body BLOB, reason TEXT, seal TEXT NOT NULL);
  CREATE TABLE places (pack TEXT, at INTEGER, text TEXT NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (pack, at)) WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};
`

/** How long a process waits for another that writes the same file. */
const BUSY_MS = 10_000

/** The structure of a text, or why it is not known. */
export type Found = { readonly facts: CodeFacts } | { readonly facts: null; readonly reason: string }

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
  readonly found?: Found
}

/**
 * The file in which the structure of source is kept, by the hash of its text. What is damaged in it is as if it was not there.
 * Any number of processes may write it at once: equal texts have equal structure.
 */
export class CodeFile {
  readonly #path: string
  readonly #durable: boolean
  #db: DatabaseSync | undefined

  constructor(path: string, durable: boolean) {
    this.#path = path
    this.#durable = durable
  }

  /** What is known of a text. Undefined where nothing is, or it is not what was written there. */
  get(text: string): Found | undefined {
    return this.#sound((db) => {
      const row = db.prepare('SELECT body, reason, seal FROM facts WHERE text = ?').get(text)
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
          if (found !== undefined) facts.run(text, ...sealed(text, found))
          places.run(place.pack, place.at, text, bytes)
        }
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** The places whose structure is kept, and of those that have none why. */
  places(): readonly (Place & { readonly text: string; readonly reason: string | null })[] {
    return this.#sound((db) => {
      const rows: unknown[] = db
        .prepare('SELECT pack, at, text, reason FROM places JOIN facts USING (text)')
        .all()
      return rows as (Place & { text: string; reason: string | null })[]
    })
  }

  /** Takes over what another file has of some texts. What cannot be read there is left. */
  takeOver(path: string, texts: Iterable<string>): void {
    let other: DatabaseSync | undefined
    try {
      other = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
      if (versionOf(other) !== VERSION) return
      const asked = other.prepare('SELECT body, reason, seal FROM facts WHERE text = ?')
      this.#sound((db) => {
        const put = db.prepare('INSERT OR IGNORE INTO facts VALUES (?, ?, ?, ?)')
        db.exec('BEGIN IMMEDIATE')
        for (const text of texts) {
          const row = asked.get(text) as unknown as Row | undefined
          if (row !== undefined) put.run(text, row.body, row.reason, row.seal)
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

  /** Works with the file; a damaged one is thrown away, and the work is done with a new one. */
  #sound<T>(work: (db: DatabaseSync) => T): T {
    try {
      return work(this.#open())
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#remove()
      return work(this.#open())
    }
  }

  #open(): DatabaseSync {
    if (this.#db !== undefined) return this.#db
    const db = new DatabaseSync(this.#path, { timeout: BUSY_MS })
    this.#db = db
    // INVARIANT: what is cut short by a kill is whole or not there. A power cut may damage it: then it is found anew.
    db.exec(`PRAGMA synchronous = ${this.#durable ? 'NORMAL' : 'OFF'}`)
    if (versionOf(db) === VERSION) return db
    db.exec('BEGIN IMMEDIATE')
    // Another process may have made it meanwhile.
    if (versionOf(db) !== VERSION)
      db.exec(`DROP TABLE IF EXISTS facts; DROP TABLE IF EXISTS places; ${SCHEMA}`)
    db.exec('COMMIT')
    return db
  }

  #remove(): void {
    this.close()
    for (const ending of ['', '-journal']) rmSync(this.#path + ending, { force: true })
  }
}

type Row = {
  readonly body: Uint8Array | null
  readonly reason: string | null
  readonly seal: string
}

function sealed(text: string, found: Found): [Uint8Array | null, string | null, string] {
  const body = found.facts === null ? null : packFacts(found.facts)
  const reason = found.facts === null ? found.reason : null
  return [body, reason, sealOf(text, body, reason)]
}

function opened(text: string, row: Record<string, unknown>): Found | undefined {
  const { body, reason, seal } = row as unknown as Row
  if (seal !== sealOf(text, body, reason)) return undefined
  try {
    return body === null ? { facts: null, reason: reason ?? '' } : { facts: unpackFacts(body) }
  } catch {
    return undefined
  }
}

/** Ties what is kept to its text, so that what was damaged or put elsewhere is seen. */
function sealOf(text: string, body: Uint8Array | null, reason: string | null): string {
  return sha256(Buffer.concat([Buffer.from(`${text}\n${JSON.stringify(reason)}\n`), body ?? Buffer.alloc(0)]))
}

function versionOf(db: DatabaseSync): unknown {
  return db.prepare('PRAGMA user_version').get()?.user_version
}

/** SQLITE_ERROR (a table that is not there), SQLITE_CORRUPT, SQLITE_NOTADB. */
const DAMAGE: ReadonlySet<number> = new Set([1, 11, 26])

function isDamage(error: unknown): boolean {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0
  return DAMAGE.has(code & 0xff)
}
