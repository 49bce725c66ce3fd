import type { DatabaseSync } from 'node:sqlite'
import { isWritError, WritError } from '@writ/contract'
import { firstAltered, hasHeads } from './heads.ts'
import { RunRecords } from './run-records.ts'

const CORRUPT = 11 // SQLITE_CORRUPT
const NOT_A_DATABASE = 26 // SQLITE_NOTADB

/** `LEDGER_DAMAGED` for what SQLite says of damaged bytes; any other error as it is. */
export function asDamage(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  const primary = Number(error.errcode) % 256 // the rest is detail
  return primary === CORRUPT || primary === NOT_A_DATABASE ? damaged(path, error.message, error) : error
}

export function isDamage(error: unknown): boolean {
  return isWritError(error) && error.code === 'LEDGER_DAMAGED'
}

/**
 * What is asked of a shard before it is written: of every run whose process may have died, the records are as many as
 * their last seq says. Throws `LEDGER_DAMAGED`. The runs stay open: only a resume or an abort ends them.
 */
export function reconcile(db: DatabaseSync, path: string): void {
  const records = new RunRecords(db)
  for (const { id, run } of db.prepare(`SELECT id, run FROM runs WHERE status = 'open'`).all()) {
    const { count, last } = records.extent(Number(id))
    if (count !== last + 1) throw damaged(path, `records of run ${String(run)} are missing`)
  }
}

/** Reads every page and every record of a shard. Throws `LEDGER_DAMAGED` naming the first thing wrong. */
export function requireWhole(db: DatabaseSync, path: string): void {
  const found = db.prepare('PRAGMA integrity_check(1)').get()?.integrity_check
  if (found !== 'ok') throw damaged(path, String(found))
  reconcile(db, path)
  const altered = hasHeads(db) ? firstAltered(db) : undefined
  if (altered !== undefined)
    throw damaged(path, `records of its commit ${altered.seq} are not as they were written`)
}

function damaged(path: string, reason: string, cause?: unknown): WritError {
  return new WritError('LEDGER_DAMAGED', `${path} is damaged: ${reason}`, { cause })
}
