import { lstatSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { replaceFile } from './durable-file.ts'

// What is the same for all homes of a user, and may be lost.

/** Where a file of this name is kept for this user. */
export function cachedFile(name: string): string {
  return join(cacheDirectory(process.env), name)
}

/** Its bytes; undefined where there is none, or where another user could have written it. */
export function readCached(name: string): Buffer | undefined {
  const path = cachedFile(name)
  try {
    return isOwn(path) ? readFileSync(path) : undefined
  } catch {
    return undefined
  }
}

/** Keeps it, where it can be kept. */
export function keepCached(name: string, content: string | Uint8Array): void {
  const path = cachedFile(name)
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    replaceFile(path, content, 0o600)
  } catch {
    // It is made anew the next time.
  }
}

/** Whether a file is one that nobody but this user can have written. */
export function isOwn(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
}

/** Never below the working directory: variables that are not absolute paths are ignored, as XDG asks. */
function cacheDirectory({ XDG_CACHE_HOME: given = '' }: NodeJS.ProcessEnv): string {
  const cache = isAbsolute(given) ? given : join(resolve('/', homedir()), '.cache')
  return join(cache, 'writ')
}
