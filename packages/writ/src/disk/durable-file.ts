import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'

/**
 * Writes a file that did not exist, or leaves the one that did; says whether it wrote.
 *
 * INVARIANT: the name appears only when all its bytes are on disk, and of any number of writers exactly one wins.
 */
export function writeOnce(path: string, content: string | Uint8Array, mode: number): boolean {
  if (existsSync(path)) return false // without a draft: on a full disk, what is there must still open
  return publish(path, content, mode, (draft) => linked(draft, path))
}

/** Writes a file in place of the one there was: whole or not at all, and on disk when this returns. */
export function replaceFile(path: string, content: string | Uint8Array, mode: number): void {
  publish(path, content, mode, (draft) => {
    renameSync(draft, path)
    return true
  })
}

/** Puts the names in a directory on disk. */
export function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}

/** Whether a file system error has this code (`ENOENT`, `EEXIST`, …). */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Gives a draft the name `path` once its bytes are on disk. Whatever comes of it, no draft stays. */
function publish(
  path: string,
  content: string | Uint8Array,
  mode: number,
  name: (draft: string) => boolean,
): boolean {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    const file = openSync(draft, 'wx', mode)
    try {
      writeFileSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    if (!name(draft)) return false
  } finally {
    rmSync(draft, { force: true })
  }
  syncDirectory(dirname(path))
  return true
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}
