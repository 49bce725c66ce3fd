import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import { writeOnce } from '../disk/durable-file.ts'
import { readSecret } from './secret-file.ts'

const KEY_BYTES = 32

/** A run id is a file name here, and ids come from the command line too. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

export function isRunId(run: string): boolean {
  return RUN_ID.test(run)
}

/** Makes the key of a new run, on disk before it returns. Throws `LEDGER_FAILED` when the run has one already. */
export function createRunKey(directory: string, run: string): Buffer {
  const key = randomBytes(KEY_BYTES)
  if (!writeOnce(keyPath(directory, run), key, 0o600)) {
    throw new WritError('LEDGER_FAILED', `run ${run} exists already`, { run })
  }
  return key
}

/** The key of a run; undefined when it is gone. Throws `KEY_UNAVAILABLE` for a file that is no key. */
export function readRunKey(directory: string, run: string): Buffer | undefined {
  const path = keyPath(directory, run)
  const key = readSecret(path)
  if (key === undefined || key.length === KEY_BYTES) return key
  throw new WritError('KEY_UNAVAILABLE', `${path} holds ${key.length} bytes, not ${KEY_BYTES}`, { run })
}

function keyPath(directory: string, run: string): string {
  return join(directory, `${run}.key`)
}
