import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { replaceFile } from '../../disk/durable-file.ts'
import { isSealed, sealed } from './sealed-memory.ts'

// The memory of an interpreter that has run nothing: beginning from it takes a sixth of the time. It is the same on every
// machine, so it is kept for the user, for all homes. Whoever could change it could change the code of Writ as well.

/** Where the snapshot of an engine is kept for this user. */
export function snapshotPlace(abi: string): string {
  return join(cacheDirectory(process.env), nameOf(abi))
}

/** Whether it is a file that nobody but this user can have written, and has the bytes that were written. */
export function isSnapshot(path: string): boolean {
  try {
    return isOwn(path) && isSealed(readFileSync(path))
  } catch {
    return false
  }
}

function isOwn(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
}

/**
 * Keeps a snapshot for this user, or for this process alone where nothing can be kept, and gives the file. Undefined
 * where no file can be written.
 */
export function keepSnapshot(abi: string, memory: Uint8Array): string | undefined {
  return written(snapshotPlace(abi), memory) ?? writtenForThisProcess(abi, memory)
}

function written(path: string, memory: Uint8Array): string | undefined {
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    replaceFile(path, sealed(memory), 0o600)
    return isOwn(path) ? path : undefined
  } catch {
    return undefined
  }
}

function writtenForThisProcess(abi: string, memory: Uint8Array): string | undefined {
  try {
    const directory = mkdtempSync(join(tmpdir(), 'writ-python-'))
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
    return written(join(directory, nameOf(abi)), memory)
  } catch {
    return undefined
  }
}

const nameOf = (abi: string): string => `python-${abi.replace(/^sha256:/, '').slice(0, 32)}.memory`

/** Never below the working directory: variables that are not absolute paths are ignored, as XDG asks. */
function cacheDirectory({ XDG_CACHE_HOME: given = '' }: NodeJS.ProcessEnv): string {
  const cache = isAbsolute(given) ? given : join(resolve('/', homedir()), '.cache')
  return join(cache, 'writ')
}
