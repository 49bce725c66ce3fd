import { lstatSync, mkdirSync, mkdtempSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { writeOnce } from '../../disk/durable-file.ts'

// The memory of an interpreter that has run nothing: beginning from it takes a third of the time. It is the same on every
// machine, so it is kept for the user, for all homes. Whoever could change it could change the code of Writ as well.

/** The snapshot of an engine, made when it is not there yet. */
export async function snapshotFile(abi: string, make: () => Promise<Uint8Array>): Promise<string> {
  const name = `python-${abi.replace(/^sha256:/, '').slice(0, 32)}.snapshot`
  const kept = join(cacheDirectory(process.env), name)
  if (isOwn(kept)) return kept
  const snapshot = await make()
  try {
    mkdirSync(cacheDirectory(process.env), { recursive: true, mode: 0o700 })
    writeOnce(kept, snapshot, 0o600)
    if (isOwn(kept)) return kept
  } catch {
    // Where nothing can be kept, it serves this process.
  }
  const own = join(mkdtempSync(join(tmpdir(), 'writ-python-')), name)
  writeOnce(own, snapshot, 0o600)
  return own
}

/** Whether it is a file that nobody but this user can have written. */
function isOwn(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false })
  return found?.isFile() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
}

/** Never below the working directory: variables that are not absolute paths are ignored, as XDG asks. */
function cacheDirectory({ XDG_CACHE_HOME: given = '' }: NodeJS.ProcessEnv): string {
  const cache = isAbsolute(given) ? given : join(resolve('/', homedir()), '.cache')
  return join(cache, 'writ')
}
