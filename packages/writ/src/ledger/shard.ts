import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { WritError, whyUnwritten } from '@writ/contract'
import { syncDirectory } from '../disk/durable-file.ts'
import { checkHead } from './check-head.ts'
import { readHead } from './head-file.ts'
import { HeadWriter } from './head-writer.ts'
import { beginHeads, HEADS_SCHEMA } from './heads.ts'
import { RECORDS_INDEX } from './run-records.ts'
import { asDamage, isDamage, reconcile } from './shard-health.ts'

/**
 * 1 kept records in the order of (run, seq), so that each of many runs had a page of its own to rewrite in every group.
 * Since 2 they lie in the order of their writing. Since 3 each commit adds a row to `heads`. Since 4 they are found by blocks. All are
 * read; whoever writes an older one makes it one of 4 first.
 */
const VERSION = 4
const VERSIONS: readonly unknown[] = [1, 2, 3, VERSION]
const FIRST_WITH_HEADS = 3
const BUSY = 5 // SQLITE_BUSY
const HOT_JOURNAL = 776 // SQLITE_READONLY_ROLLBACK
const WAIT_MS = 5_000 // for another process that recovers or creates a shard
const MOST_SHARDS = 9_999
/** A shard this large is closed for new runs: small enough to copy, check and restore in seconds. */
const FULL_SHARD_BYTES = 1024 ** 3
const SHARD_FILE = /^shard-\d{4}\.db$/

const SCHEMA = `
  CREATE TABLE runs(
    id INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    question BLOB NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE records(
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;
  CREATE TABLE payloads(
    run INTEGER NOT NULL,
    path TEXT NOT NULL,
    ciphertext BLOB NOT NULL,
    UNIQUE(run, path)
  ) STRICT;
  CREATE TABLE seals(
    run INTEGER NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    PRIMARY KEY(run, size)
  ) STRICT, WITHOUT ROWID;
`

/** A shard this process writes, and nobody else. */
export interface Shard {
  readonly path: string
  readonly db: DatabaseSync
  readonly head: HeadWriter
  close(): void
}

/** Takes the first shard that is neither full, damaged nor written by a live process, making the next when there is none. */
export function takeFreeShard(directory: string, fullBytes: number = FULL_SHARD_BYTES): Shard {
  for (let n = 1; n <= MOST_SHARDS; n++) {
    const path = join(directory, `shard-${String(n).padStart(4, '0')}.db`)
    const shard = isFull(path, fullBytes) ? undefined : takeIfSound(path)
    if (shard !== undefined) return shard
  }
  throw new WritError('LEDGER_FAILED', `all ${MOST_SHARDS} shards in ${directory} are taken`)
}

/** Whether a shard takes no new runs; those it has may still be written on. */
export function isFull(path: string, fullBytes: number = FULL_SHARD_BYTES): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= fullBytes
}

function takeIfSound(path: string): Shard | undefined {
  try {
    return takeShard(path)
  } catch (error) {
    if (isDamage(error)) return undefined
    throw error
  }
}

/**
 * Takes this shard, making it when there is none; undefined while someone else has it. Throws `LEDGER_DAMAGED`, and then
 * nothing of it was changed: opening a database for writing already drops what follows a damaged frame of its log.
 *
 * INVARIANT: a shard is written only under its lock, an exclusive transaction on a file of its own that the operating
 * system ends with the process. In this process SQLite alone may open that file: it puts off a close while the lock is held,
 * and any other close would drop the lock (POSIX).
 */
export function takeShard(path: string): Shard | undefined {
  const lock = lockShard(path)
  if (lock === undefined) return undefined
  try {
    openForReading(path)?.close()
    const db = openForWriting(path)
    syncDirectory(dirname(path))
    const head = openHead(db, path)
    return { path, db, head, close: () => closeAll(db, head, lock) }
  } catch (error) {
    lock.close()
    throw error
  }
}

/** Takes the lock of a shard; undefined while someone else has it. */
export function lockShard(path: string): DatabaseSync | undefined {
  return tryLock(path.replace(/\.db$/, '.lock'))
}

/** Paths of the shards there are, in order; of one whose database is gone its head tells. */
export function shardPaths(directory: string): readonly string[] {
  const heads = join(dirname(directory), 'heads')
  const named = existsSync(heads) ? readdirSync(heads).map((name) => name.replace(/\.head$/, '.db')) : []
  const names = new Set([...readdirSync(directory), ...named].filter((name) => SHARD_FILE.test(name)))
  return [...names].toSorted().map((name) => join(directory, name))
}

/**
 * Opens a shard another process may be writing; undefined while it is still being made, also by a process that died over it.
 * Throws `LEDGER_DAMAGED`, also when it is behind its head.
 */
export function openForReading(path: string): DatabaseSync | undefined {
  const head = readHead(path)
  if (!existsSync(path)) {
    checkHead(path, head, undefined)
    return undefined
  }
  const db = new DatabaseSync(path, { readOnly: true, timeout: WAIT_MS })
  try {
    db.exec('BEGIN') // one snapshot: somebody may be writing
    const version = versionOf(db, path)
    checkHead(path, head, version >= FIRST_WITH_HEADS ? db : undefined)
    db.exec('COMMIT')
    if (version !== 0) return db
  } catch (cause) {
    db.close()
    if (wasBeingMade(cause)) {
      checkHead(path, head, undefined)
      return undefined
    }
    const damage = asDamage(path, cause)
    if (isDamage(damage)) throw damage
    throw new WritError('LEDGER_FAILED', `${path} cannot be read: ${whyUnwritten(cause)}`, { cause })
  }
  db.close()
  return undefined
}

/** A shard has a rollback journal only until it keeps a write-ahead log. Whoever takes it next rolls it back and makes it. */
function wasBeingMade(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === HOT_JOURNAL
}

function tryLock(path: string): DatabaseSync | undefined {
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return undefined
    throw error
  }
}

/** Opens a shard whose lock this process holds, without asking whether it agrees with its head. */
export function openForWriting(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: WAIT_MS })
  try {
    db.exec('PRAGMA secure_delete = ON')
    const mode = db.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
    if (mode !== 'wal') throw new WritError('LEDGER_FAILED', `${path} cannot keep a write-ahead log`)
    // FULL: the shard itself must be on disk before anything in it can be.
    db.exec('PRAGMA synchronous = FULL')
    const version = versionOf(db, path)
    if (version !== 0) reconcile(db, path)
    if (version !== VERSION) makeCurrent(db, version)
    return db
  } catch (error) {
    db.close()
    throw asDamage(path, error)
  }
}

function openHead(db: DatabaseSync, path: string): HeadWriter {
  try {
    return new HeadWriter(db, path)
  } catch (error) {
    db.close()
    throw error
  }
}

/** In one transaction: makes the tables of a new shard, or adds what an older one lacks. */
function makeCurrent(db: DatabaseSync, version: number): void {
  db.exec('BEGIN IMMEDIATE')
  if (version === 0) db.exec(SCHEMA)
  if (version < FIRST_WITH_HEADS) {
    db.exec(HEADS_SCHEMA)
    beginHeads(db)
  }
  db.exec(RECORDS_INDEX)
  db.exec(`PRAGMA user_version = ${VERSION}; COMMIT`)
}

/** 0 for a shard that is still being made. */
function versionOf(db: DatabaseSync, path: string): number {
  const version = db.prepare('PRAGMA user_version').get()?.user_version
  if (version === 0 || VERSIONS.includes(version)) return Number(version)
  throw new WritError(
    'LEDGER_FAILED',
    `${path} has version ${String(version)}; this Writ reads ${VERSIONS.join(', ')}`,
  )
}

/** The lock goes last, so that whoever takes it next finds the shard closed. */
function closeAll(db: DatabaseSync, head: HeadWriter, lock: DatabaseSync): void {
  try {
    head.close()
    if (db.isOpen) db.close()
  } finally {
    lock.close()
  }
}
