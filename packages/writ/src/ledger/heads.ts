import { createHash, type Hash, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Head } from './head-file.ts'

/** The table of a shard's heads: one row a commit, and row 0 for what was there before the first. Its root is random. */
export const HEADS_SCHEMA = `
  CREATE TABLE heads(seq INTEGER PRIMARY KEY, records INTEGER NOT NULL, root BLOB NOT NULL) STRICT;
`

/** A row of the table. */
export type StoredRow = Omit<Head, 'run'>

/** Whether a shard has the table: those of versions 1 and 2 have not. */
export function hasHeads(db: DatabaseSync): boolean {
  return db.prepare(`SELECT 1 FROM pragma_table_list WHERE name = 'heads'`).get() !== undefined
}

/** Adds row 0, in the transaction its caller holds. */
export function beginHeads(db: DatabaseSync): void {
  db.prepare('INSERT INTO heads VALUES (0, ?, ?)').run(countRecords(db), randomBytes(32))
}

/** The row of the last commit. */
export function lastRow(db: DatabaseSync): StoredRow | undefined {
  return rowOf(db.prepare('SELECT seq, records, root FROM heads ORDER BY seq DESC LIMIT 1').get())
}

/** The row of one commit. */
export function rowAt(db: DatabaseSync, seq: number): StoredRow | undefined {
  return rowOf(db.prepare('SELECT seq, records, root FROM heads WHERE seq = ?').get(seq))
}

/** Records in the shard. They are never deleted, so the last row number is their count; shards of version 1 have none. */
export function countRecords(db: DatabaseSync): number {
  const counted = hasRowNumbers(db) ? 'coalesce(max(rowid), 0)' : 'count(*)'
  return Number(db.prepare(`SELECT ${counted} AS count FROM records`).get()?.count)
}

/** The hash that the root of a commit begins with: the root before it. The bytes of its records follow. */
export function beginRoot(before: string): Hash {
  return createHash('sha256').update(before, 'hex')
}

/** The first commit whose root is not that of its records; undefined when all are as they were written. */
export function firstAltered(db: DatabaseSync): StoredRow | undefined {
  if (!hasRowNumbers(db)) return undefined
  const bytesOf = db.prepare('SELECT bytes FROM records WHERE rowid > ? AND rowid <= ? ORDER BY rowid')
  let before = rowAt(db, 0)
  for (const row of db.prepare('SELECT seq, records, root FROM heads WHERE seq > 0 ORDER BY seq').iterate()) {
    const head = rowOf(row)
    if (before === undefined || head === undefined) return head
    const root = beginRoot(before.root)
    for (const { bytes } of bytesOf.iterate(before.records, head.records)) {
      if (bytes instanceof Uint8Array) root.update(bytes)
    }
    if (head.seq !== before.seq + 1 || root.digest('hex') !== head.root) return head
    before = head
  }
  return undefined
}

function hasRowNumbers(db: DatabaseSync): boolean {
  return db.prepare(`SELECT wr FROM pragma_table_list WHERE name = 'records'`).get()?.wr === 0
}

function rowOf(row: Readonly<Record<string, unknown>> | undefined): StoredRow | undefined {
  if (row === undefined || !(row.root instanceof Uint8Array)) return undefined
  return { seq: Number(row.seq), records: Number(row.records), root: Buffer.from(row.root).toString('hex') }
}
