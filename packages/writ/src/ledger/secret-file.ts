import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { WritError } from '@writ/contract'
import { hasCode } from '../disk/durable-file.ts'

const SHARED = 0o077 // any permission of group or others

/**
 * Reads a key file; undefined when there is none. Throws `KEY_UNAVAILABLE` when it cannot be read or others could read it.
 *
 * INVARIANT: no error says anything of the content.
 */
export function readSecret(path: string): Buffer | undefined {
  try {
    // O_NONBLOCK: a pipe in place of the key must not hang the process.
    const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      refuseUnsafe(path, file)
      return readFileSync(file)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    if (error instanceof WritError) throw error
    throw new WritError('KEY_UNAVAILABLE', `${path} cannot be read`, { cause: error })
  }
}

function refuseUnsafe(path: string, file: number): void {
  const stat = fstatSync(file)
  if (!stat.isFile()) throw new WritError('KEY_UNAVAILABLE', `${path} is not a file`)
  // Windows has no such permission bits.
  if (process.platform !== 'win32' && (stat.mode & SHARED) !== 0) {
    const mode = (stat.mode & 0o777).toString(8)
    throw new WritError(
      'KEY_UNAVAILABLE',
      `${path} is open to other users (mode ${mode}); run: chmod 600 '${path}'`,
    )
  }
}
