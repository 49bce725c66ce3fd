import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { WritError } from '@writ/contract'
import type { Home } from '../home.ts'

const WAIT_MS = 10_000
const RETRY_MS = 20
const BUSY = 5 // SQLITE_BUSY

/**
 * Does something while nobody else, of this process or another, changes the keys of the home. The lock is an exclusive
 * transaction, which the operating system ends with the process. Rejects with `KEY_UNAVAILABLE` when it is kept from us.
 */
export async function withKeysLock<T>(home: Home, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(join(home.keys, 'keys.lock'), { timeout: 0 })
  try {
    for (let waited = 0; !tryLock(lock); waited += RETRY_MS) {
      if (waited >= WAIT_MS) {
        throw new WritError('KEY_UNAVAILABLE', `somebody else is changing the keys in ${home.keys}`)
      }
      await sleep(RETRY_MS)
    }
    return await work()
  } finally {
    lock.close()
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return false
    throw error
  }
}
