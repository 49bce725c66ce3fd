import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { replaceFile } from './durable-file.ts'

// What is the same for all homes of a user, and may be lost.

/** Opens what is a file, and waits for nothing that is not. */
const OF_A_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** How old a draft may be that somebody still writes. */
const DRAFT_MS = 600_000

/** Where a file of this name is kept for this user. */
export function cachedFile(name: string): string {
  return join(cacheDirectory(process.env), name)
}

/** Its bytes; undefined where there is none, or where another user could have written it. */
export function readCached(name: string): Buffer | undefined {
  try {
    const path = cachedFile(name)
    const file = openSync(path, OF_A_FILE)
    try {
      return isOnlyOurs(fstatSync(file)) && isWithinOurs(path) ? readFileSync(file) : undefined
    } finally {
      closeSync(file)
    }
  } catch {
    return undefined
  }
}

/** Keeps it, where it can be kept. */
export function keepCached(name: string, content: string | Uint8Array): void {
  try {
    const path = cachedFile(name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    replaceFile(path, content, 0o600)
    removeDrafts(path)
  } catch {
    // It is made anew the next time.
  }
}

/** Removes what processes that were killed while they kept a file left of it. */
function removeDrafts(path: string): void {
  const directory = dirname(path)
  for (const entry of readdirSync(directory)) {
    const draft = join(directory, entry)
    if (
      draft.startsWith(`${path}.`) &&
      entry.endsWith('.tmp') &&
      Date.now() - lstatSync(draft).mtimeMs > DRAFT_MS
    )
      rmSync(draft)
  }
}

/** Whether a file is one that nobody but this user can have written, or can put another in the place of. */
export function isOwn(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found !== undefined && isOnlyOurs(found) && isWithinOurs(path)
}

function isOnlyOurs(found: Stats): boolean {
  return found.isFile() && isWrittenByUs(found)
}

/** Whoever may write to its directory could move another file of this user there, or change it after it was looked at. */
function isWithinOurs(path: string): boolean {
  return isWrittenByUs(statSync(dirname(path)))
}

function isWrittenByUs({ uid, mode }: Stats): boolean {
  return uid === process.getuid?.() && (mode & 0o022) === 0
}

/** Never below the working directory: variables that are not absolute paths are ignored, as XDG asks. */
function cacheDirectory({ XDG_CACHE_HOME: given = '' }: NodeJS.ProcessEnv): string {
  const cache = isAbsolute(given) ? given : join(resolve('/', homedir()), '.cache')
  return join(cache, 'writ')
}
