import { existsSync } from 'node:fs'
import { isWritError, WritError } from '@writ/contract'

/** What a corpus is made of was removed: with another corpus that had the same, by a later ingestion, or by hand. */
export function gonePacks(hash: string): WritError {
  return new WritError('UNKNOWN_CORPUS', `what was kept of a corpus is gone (${hash}): ingest it again`)
}

export function areGone(error: unknown): boolean {
  return isWritError(error) && error.code === 'UNKNOWN_CORPUS'
}

/** What an error about files is called: where one of them is gone, that is why. */
export function orGone(error: unknown, hash: string, files: readonly string[]): unknown {
  return files.every((file) => existsSync(file)) ? error : gonePacks(hash)
}
