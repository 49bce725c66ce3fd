import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { WritError } from '@writ/contract'
import { destroyFile } from './destroy-file.ts'
import { prepareHome } from './home.ts'
import { isRunId } from './run-key.ts'
import { openForReading, type Shard, shardPaths, takeShard } from './shard.ts'

const CHECKPOINT_TRIES = 100
const RETRY_MS = 50

/**
 * Makes the content of a run unreadable: its payloads and its question leave the shard, then its key is destroyed. The
 * records stay. Doing it again does no harm, and finishes what was cut short.
 *
 * `first` is done before anything of it, once nobody else can write the run. Rejects with `UNKNOWN_RUN`, and with `RUN_BUSY`
 * while somebody holds the run's shard, which may be a ledger of this process with a run open in it.
 */
export async function eraseContent<T>(home: string, run: string, first: () => Promise<T>): Promise<T> {
  const places = prepareHome(home)
  const path = isRunId(run) ? shardPaths(places.ledger).find((one) => holds(one, run)) : undefined
  if (path === undefined)
    throw new WritError('UNKNOWN_RUN', `there is no run ${run} in ${places.root}`, { run })
  const shard = takeShard(path)
  if (shard === undefined) {
    throw new WritError('RUN_BUSY', `run ${run} is in ${path}, which a live process writes`, { run })
  }
  let done: T
  try {
    done = await first()
    await emptyRun(shard, run)
  } finally {
    shard.close()
  }
  destroyFile(join(places.runKeys, `${run}.key`))
  return done
}

function holds(path: string, run: string): boolean {
  const db = openForReading(path)
  if (db === undefined) return false
  try {
    return db.prepare('SELECT 1 FROM runs WHERE run = ?').get(run) !== undefined
  } finally {
    db.close()
  }
}

/** INVARIANT: the shard has `secure_delete` on, so what is deleted is overwritten; the write-ahead log is cut to nothing. */
async function emptyRun({ db, path, head }: Shard, run: string): Promise<void> {
  if (db.prepare('PRAGMA secure_delete').get()?.secure_delete !== 1) {
    throw new WritError('LEDGER_FAILED', `${path} does not overwrite what it deletes`, { run })
  }
  db.exec('BEGIN IMMEDIATE')
  db.prepare('DELETE FROM payloads WHERE run = (SELECT id FROM runs WHERE run = ?)').run(run)
  db.prepare(`UPDATE runs SET question = x'' WHERE run = ?`).run(run)
  head.extend(run)
  db.exec('COMMIT')
  head.publish(true)
  for (let tries = 0; db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.busy !== 0; tries++) {
    if (tries >= CHECKPOINT_TRIES) {
      throw new WritError('RUN_BUSY', `${path} is being read, so its old pages cannot be dropped yet`, {
        run,
      })
    }
    await sleep(RETRY_MS)
  }
}
