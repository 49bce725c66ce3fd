import { copyFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isWritError, WritError } from '@writ/contract'
import { replaceFile } from '../disk/durable-file.ts'
import { requireCounted } from './check-head.ts'
import { formatHeadFile, type Head, headPath, readHead } from './head-file.ts'
import { lastRow, type StoredRow } from './heads.ts'
import { prepareHome } from './home.ts'
import { keepPrivate } from './keep-private.ts'
import { lockShard, openForReading, openForWriting, shardPaths } from './shard.ts'
import { isDamage } from './shard-health.ts'

/** What somebody accepted as lost, kept beside the head it replaced. */
export interface AcceptedLoss {
  readonly schema: 'writ.accepted-loss/1'
  readonly shard: string
  /** ISO 8601. */
  readonly at: string
  readonly reason: string
  /** What was wrong, in words. */
  readonly damage: string
  /** Last commit that the head named; null when the head was gone or unreadable. */
  readonly lost: Head | null
  /** Last commit that the database has: the head from here on. */
  readonly kept: StoredRow
  /** Name of a copy of the write-ahead log as it was found; null when it held nothing. */
  readonly log: string | null
}

/**
 * Takes a shard that is behind its head as it is, so that its runs can be read and resumed. A person asks for this: calls
 * whose results are missing are sent, and paid for, again.
 *
 * Throws `USAGE` for a shard that is not there or lacks nothing, `RUN_BUSY` while a live process writes it, and
 * `LEDGER_DAMAGED` when its database cannot be read even so.
 */
export async function acceptLoss(home: string, shard: string, reason: string): Promise<AcceptedLoss> {
  const places = prepareHome(home)
  const path = join(places.ledger, `${shard}.db`)
  if (!shardPaths(places.ledger).includes(path))
    throw new WritError('USAGE', `There is no shard ${shard} in ${places.root}.`)
  const lock = lockShard(path)
  if (lock === undefined) throw new WritError('RUN_BUSY', `${path} is written by a live process.`)
  try {
    const damage = damageOf(path)
    if (damage === undefined)
      throw new WritError('USAGE', `${path} lacks nothing: there is nothing to accept.`)
    const at = new Date().toISOString()
    const lost = lastNamed(path)
    const log = keepLog(path, at)
    const kept = flushedRow(path)
    const loss: AcceptedLoss = { schema: 'writ.accepted-loss/1', shard, at, reason, damage, lost, kept, log }
    // The note first: a loss is never taken for granted without one.
    replaceFile(
      join(places.heads, `${shard}.accepted-${stamp(at)}.json`),
      `${JSON.stringify(loss, null, 2)}\n`,
      0o600,
    )
    replaceFile(headPath(path), formatHeadFile(shard, { ...kept, run: '' }, undefined), 0o600)
    return loss
  } finally {
    lock.close()
  }
}

/** The last commit that is there, flushed: the new head must name nothing that a power cut may still take. */
function flushedRow(path: string): StoredRow {
  const db = openForWriting(path)
  try {
    db.exec(
      'BEGIN IMMEDIATE; UPDATE heads SET records = records WHERE seq = (SELECT max(seq) FROM heads); COMMIT',
    )
    const row = lastRow(db)
    if (row === undefined) throw new WritError('LEDGER_FAILED', `${path} has no heads`)
    requireCounted(path, db, row)
    return row
  } finally {
    db.close()
  }
}

function damageOf(path: string): string | undefined {
  try {
    openForReading(path)?.close()
    return undefined
  } catch (error) {
    if (isWritError(error) && isDamage(error)) return error.message
    throw error
  }
}

function lastNamed(path: string): Head | null {
  const stored = readHead(path)
  const heads = [stored?.flushed, stored?.latest?.head].filter((head) => head !== undefined)
  return heads.toSorted((a, b) => b.seq - a.seq)[0] ?? null
}

/** Opening a shard for writing drops what its write-ahead log has behind a damaged frame: the file is kept first. */
function keepLog(path: string, at: string): string | null {
  const log = `${path}-wal`
  if ((statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return null
  const copy = `${log}.damaged-${stamp(at)}`
  copyFileSync(log, copy)
  keepPrivate(copy)
  return copy
}

function stamp(at: string): string {
  return at.replaceAll(/[^0-9]/g, '')
}
