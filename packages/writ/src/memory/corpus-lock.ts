import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { WritError } from '@writ/contract'

/** What SQLite says when another connection has the lock. */
const BUSY = 5

/**
 * Does something while nobody else, of this process or another, changes the corpus of a name. The lock is an exclusive
 * transaction, which the operating system ends with the process; its file stays. Rejects with `CORPUS_BUSY` when another has it.
 */
export async function withCorpusLock<T>(locks: string, name: string, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(join(locks, `${name}.lock`), { timeout: 0 })
  try {
    take(lock, name)
    return await work()
  } finally {
    lock.close()
  }
}

function take(lock: DatabaseSync, name: string): void {
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error && error.errcode === BUSY)) throw error
    throw new WritError('CORPUS_BUSY', `the corpus ${name} is being ingested or removed by another`)
  }
}
