import type { DatabaseSync } from 'node:sqlite'
import { WritError, whole } from '@writ/contract'
import { bootId } from './boot-id.ts'
import { type Head, headPath, nameOf, readHead, type StoredHead } from './head-file.ts'
import { countRecords, lastRow, rowAt, type StoredRow } from './heads.ts'

/**
 * Holds a shard against its head, read before the database was: every commit the head names is there, with its root.
 * `db` is undefined when the database is missing or empty. Throws `LEDGER_DAMAGED`.
 */
export function checkHead(path: string, stored: StoredHead | undefined, db: DatabaseSync | undefined): void {
  const last = db === undefined ? undefined : lastRow(db)
  if (stored === undefined) {
    // The head file is made before the first commit, so a shard without commits may be one that is just being made.
    if ((last?.seq ?? 0) > 0 && readHead(path) === undefined)
      throw lost(path, `its head ${headPath(path)} is missing, so nothing tells whether records are`)
    return
  }
  if (stored.flushed === undefined) throw lost(path, `its head ${headPath(path)} cannot be read`)
  for (const head of [stored.flushed, sinceBoot(stored)]) {
    if (head === undefined || assertsNothing(head)) continue
    if (db === undefined || last === undefined) throw lost(path, behind(undefined, head))
    if (last.seq < head.seq) throw lost(path, behind(last, head))
    if (rowAt(db, head.seq)?.root !== head.root)
      throw lost(path, `its commit ${whole(head.seq)} is not the one that its head names`)
  }
  if (db !== undefined && last !== undefined) requireCounted(path, db, last)
}

/** The records are as many as its last commit counted. Throws `LEDGER_DAMAGED`. */
export function requireCounted(path: string, db: DatabaseSync, last: StoredRow): void {
  const found = countRecords(db)
  if (found !== last.records)
    throw lost(path, `${whole(last.records)} records were committed, ${whole(found)} are there`)
}

/** What a killed process had committed in this boot: the kernel has it still. After a reboot nobody can tell. */
function sinceBoot({ latest }: StoredHead): Head | undefined {
  return latest !== undefined && latest.boot === bootId() ? latest.head : undefined
}

function assertsNothing({ seq, records }: Head): boolean {
  return seq === 0 && records === 0
}

function behind(last: StoredRow | undefined, head: Head): string {
  const { seq = 0, records = 0 } = last ?? {}
  const [commits, missing] = [head.seq - seq, head.records - records]
  const wrote = head.run === '' ? '' : ` The last of them wrote run ${head.run}.`
  return (
    `${count(commits, 'commit')} that ${commits === 1 ? 'was' : 'were'} acknowledged, with ${count(missing, 'record')}, ` +
    `${commits === 1 ? 'is' : 'are'} missing: the database ends at commit ${whole(seq)}, its head at ${whole(head.seq)}.${wrote}`
  )
}

function count(n: number, what: string): string {
  return `${whole(n)} ${what}${n === 1 ? '' : 's'}`
}

function lost(path: string, what: string): WritError {
  const sentence = what.endsWith('.') ? what : `${what}.`
  return new WritError(
    'LEDGER_DAMAGED',
    `${path} is damaged: ${sentence} Nothing was sent. To go on without what is missing: ` +
      `writ ledger accept-loss ${nameOf(path)} --reason … ; calls whose results are missing are then paid for again.`,
  )
}
