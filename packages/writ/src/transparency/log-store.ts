import { DatabaseSync } from 'node:sqlite'
import { WritError, whyUnwritten } from '@writ/contract'
import { bytesEqual, completedBy, hex, leafHash, MAX_ENTRY_BYTES, treeRoot } from '@writ/evidence'

const VERSION = 1
const WAIT_MS = 10_000 // for another process that appends
const BATCH = 256

const SCHEMA = `
  CREATE TABLE log(origin TEXT NOT NULL) STRICT;
  CREATE TABLE leaves(idx INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE nodes(
    height INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY(height, idx)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE checkpoints(size INTEGER PRIMARY KEY, root BLOB NOT NULL, note BLOB) STRICT;
  PRAGMA user_version = ${VERSION};
`

/** A leaf that is in the log: its index, and the tree whose checkpoint is to cover it. */
export interface Appended {
  readonly index: number
  readonly size: number
  readonly root: Uint8Array
}

/**
 * The log's tree in SQLite. INVARIANTS: a leaf, the subtrees it completes and the root of its size are one transaction,
 * flushed before `append` returns; a size has one root, ever; nothing is changed or removed.
 */
export class LogStore {
  readonly #db: DatabaseSync
  readonly origin: string

  /** Opens the store, or makes it with this origin; without one, only a store that is there. Throws `LOG_FAILED`. */
  constructor(path: string, newOrigin: string | null) {
    this.#db = attempt(`${path} cannot be opened`, () => openDatabase(path))
    this.origin = this.locked(() => {
      const known = this.#db.prepare('SELECT origin FROM log').get()?.origin
      if (typeof known === 'string') return known
      if (newOrigin === null) throw new WritError('LOG_FAILED', `${path} holds no log yet.`)
      this.#db.prepare('INSERT INTO log VALUES (?)').run(newOrigin)
      return newOrigin
    })
    this.#checkLast()
  }

  get size(): number {
    return Number(this.#db.prepare('SELECT coalesce(max(idx) + 1, 0) AS size FROM leaves').get()?.size)
  }

  root(size: number): Uint8Array {
    return treeRoot((height, index) => this.node(height, index), size)
  }

  node(height: number, index: number): Uint8Array {
    const row = this.#db.prepare('SELECT hash FROM nodes WHERE height = ? AND idx = ?').get(height, index)
    if (row?.hash instanceof Uint8Array) return new Uint8Array(row.hash)
    throw new WritError('LOG_FAILED', `The log has no node ${index} of height ${height}.`)
  }

  /** Runs something while no other process writes; whatever it writes is on disk when this returns, or not at all. */
  locked<T>(work: () => T): T {
    return attempt('The log cannot be written', () => {
      this.#db.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        this.#db.exec('COMMIT')
        return result
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** The index of a statement that is in the log already. */
  indexOf(statement: Uint8Array): number | undefined {
    const row = this.#db.prepare('SELECT idx FROM leaves WHERE hash = ?').get(leafHash(statement))
    return row === undefined ? undefined : Number(row.idx)
  }

  /** Appends a statement; call it `locked`. */
  append(statement: Uint8Array): Appended {
    if (statement.length > MAX_ENTRY_BYTES) {
      throw new WritError('LOG_FAILED', `A statement of ${statement.length} bytes is too long for the log.`)
    }
    const index = this.size
    const hash = leafHash(statement)
    this.#db.prepare('INSERT INTO leaves VALUES (?, ?, ?)').run(index, hash, statement)
    const insert = this.#db.prepare('INSERT INTO nodes VALUES (?, ?, ?)')
    for (const node of completedBy((height, at) => this.node(height, at), index, hash)) {
      insert.run(node.height, node.index, node.hash)
    }
    const root = this.root(index + 1)
    this.#db.prepare('INSERT INTO checkpoints(size, root) VALUES (?, ?)').run(index + 1, root)
    return { index, size: index + 1, root }
  }

  /** Keeps the signed checkpoint of a size; its root was persisted before it was signed. */
  keepNote(size: number, note: Uint8Array): void {
    this.#db.prepare('UPDATE checkpoints SET note = ? WHERE size = ? AND note IS NULL').run(note, size)
  }

  /** The newest signed checkpoint. */
  newestNote(): Uint8Array | undefined {
    const sql = 'SELECT note FROM checkpoints WHERE note IS NOT NULL ORDER BY size DESC LIMIT 1'
    const note = this.#db.prepare(sql).get()?.note
    return note instanceof Uint8Array ? new Uint8Array(note) : undefined
  }

  /** Whether the newest tree has a signed checkpoint. */
  isSigned(size: number): boolean {
    return (
      this.#db.prepare('SELECT 1 FROM checkpoints WHERE size = ? AND note IS NOT NULL').get(size) !==
      undefined
    )
  }

  entries(from: number): readonly Uint8Array[] {
    const rows = this.#db
      .prepare('SELECT bytes FROM leaves WHERE idx >= ? ORDER BY idx LIMIT ?')
      .all(from, BATCH)
    return rows.map(({ bytes }) => new Uint8Array(bytes as Uint8Array))
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close()
  }

  /** Holds the newest root that was kept against the tree: damage shows before anything is signed on top of it. */
  #checkLast(): void {
    const { size } = this
    const row = this.#db.prepare('SELECT size, root FROM checkpoints ORDER BY size DESC LIMIT 1').get()
    const root = row?.root instanceof Uint8Array ? row.root : undefined
    if (size === 0 && row === undefined) return
    if (Number(row?.size) === size && root !== undefined && bytesEqual(this.root(size), root)) return
    throw new WritError(
      'LOG_FORKED',
      `The log holds ${size} statements under root ${hex(this.root(size))}, which is not the root it kept for them.`,
    )
  }
}

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: WAIT_MS })
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    const version = (): unknown => db.prepare('PRAGMA user_version').get()?.user_version
    if (version() === 0) {
      db.exec('BEGIN IMMEDIATE')
      db.exec(version() === 0 ? `${SCHEMA} COMMIT` : 'COMMIT')
    }
    if (version() !== VERSION) throw new Error(`it has version ${String(version())}`)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function attempt<T>(what: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof WritError) throw cause
    const why = whyUnwritten(cause)
    throw new WritError('LOG_FAILED', `${what}: ${why}`, { cause })
  }
}
