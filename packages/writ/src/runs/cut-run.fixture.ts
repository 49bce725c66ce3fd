import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeRecord } from '@writ/evidence'

/**
 * Copies a home as a kill right after a run's record `size - 1` would have left it: the records and payloads of later
 * steps, the seal, the end, the log and the evidence file are not there.
 */
export async function cutRun(home: string, run: string, size: number, to: string): Promise<void> {
  const later = [join(home, 'runs'), join(home, 'log')]
  await cp(home, to, { recursive: true, filter: (path) => !later.includes(path) })
  for (const name of await readdir(join(to, 'ledger'))) {
    if (name.endsWith('.db')) cutShard(join(to, 'ledger', name), run, size)
  }
  await rm(join(to, 'heads'), { recursive: true })
}

/** Number of records of a run. */
export async function countRecords(home: string, run: string): Promise<number> {
  for (const name of await readdir(join(home, 'ledger'))) {
    if (!name.endsWith('.db')) continue
    using db = new DatabaseSync(join(home, 'ledger', name))
    const id = db.prepare('SELECT id FROM runs WHERE run = ?').get(run)?.id
    if (typeof id === 'number')
      return Number(db.prepare('SELECT count(*) AS size FROM records WHERE run = ?').get(id)?.size)
  }
  return 0
}

function cutShard(path: string, run: string, size: number): void {
  using db = new DatabaseSync(path)
  // A shard of the version before heads: it is taken as it is.
  db.exec('DROP TABLE heads; DROP INDEX records_in_blocks; PRAGMA user_version = 2')
  const id = db.prepare('SELECT id FROM runs WHERE run = ?').get(run)?.id
  if (typeof id !== 'number') return
  const kept = new Set(
    db
      .prepare('SELECT bytes FROM records WHERE run = ? AND seq < ?')
      .all(id, size)
      .map(({ bytes }) => placeOf(bytes)),
  )
  for (const { path: payload } of db.prepare('SELECT path FROM payloads WHERE run = ?').all(id)) {
    const [lane, n, kind, item] = String(payload).split('/')
    if (!kept.has(`${lane}/${n}/${kind}${kind === 'model.item' ? `/${item}` : ''}`))
      db.prepare('DELETE FROM payloads WHERE run = ? AND path = ?').run(id, String(payload))
  }
  db.prepare('DELETE FROM records WHERE run = ? AND seq >= ?').run(id, size)
  db.prepare('DELETE FROM seals WHERE run = ?').run(id)
  db.prepare(`UPDATE runs SET status = 'open' WHERE id = ?`).run(id)
}

function placeOf(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) throw new Error('a record holds no bytes')
  const { lane, n, kind, det } = decodeRecord(bytes)
  return `${lane}/${n}/${kind}${kind === 'model.item' ? `/${det.item}` : ''}`
}
