import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { isDiskFull, isWritError, orDiskFault, WritError } from '@writ/contract'

/** What SQLite says when another connection has the lock. */
const BUSY = 5

/**
 * Does something while nobody else, of this process or another, changes the corpus of a name. The lock is an exclusive
 * transaction, which the operating system ends with the process; its file stays. Rejects with `CORPUS_BUSY` when another has it,
 * and with `HOME_UNUSABLE` where there can be no lock.
 */
export async function withCorpusLock<T>(locks: string, name: string, work: () => Promise<T>): Promise<T> {
  const corpus = `the corpus ${name}`
  return await withLock(taken(locks, name, corpus, `${corpus} is being ingested or removed by another`), work)
}

async function withLock<T>(lock: DatabaseSync, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    lock.close()
  }
}

/** What no corpus can be called. */
const PACKS = '.packs'

/** How often it is tried to lock the packs, and for how long: packs are removed in well under a second. */
const PACKS_RETRY_MS = 10
const PACKS_WAIT_MS = 60_000

/**
 * Does something short while nobody else names the packs of a corpus or removes packs. Waits for whoever does. Rejects like
 * `withCorpusLock`, with the name of the corpus that it is done for.
 */
export async function withPacksLock<T>(locks: string, work: () => Promise<T>, name?: string): Promise<T> {
  const packs = name === undefined ? 'the packs of corpora' : `the packs of the corpus ${name}`
  const until = performance.now() + PACKS_WAIT_MS
  for (;;) {
    let lock: DatabaseSync
    try {
      lock = taken(locks, PACKS, packs, `${packs} wait for those that another one names or removes`)
    } catch (error) {
      const isTaken = isWritError(error) && error.code === 'CORPUS_BUSY' && performance.now() < until
      if (!isTaken) throw error
      await setTimeout(PACKS_RETRY_MS)
      continue
    }
    return await withLock(lock, work)
  }
}

/** The lock of a file; messages say what is locked by it, and what holds where another one has it. */
function taken(locks: string, file: string, what: string, busy: string): DatabaseSync {
  const path = join(locks, `${file}.lock`)
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(path, { timeout: 0 })
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock?.close()
    const why = cause instanceof Error ? cause.message : String(cause)
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === BUSY)
      throw new WritError('CORPUS_BUSY', busy)
    if (isDiskFull(cause)) throw orDiskFault(cause, locks)
    throw new WritError('HOME_UNUSABLE', `cannot lock ${what} by ${path}: ${why}`, { cause })
  }
}
