import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isDiskFull, orDiskFault, WritError } from '@writ/contract'
import { hasCode, syncDirectory, writeOnce } from '../disk/durable-file.ts'
import { trustPath } from './trust-path.ts'

/** Where the ledger room keeps what in a home directory. Absolute paths. */
export interface Home {
  readonly root: string
  /** Shards and their locks. */
  readonly ledger: string
  /** Heads of the shards, apart from them. */
  readonly heads: string
  /** Signing keys. */
  readonly keys: string
  /** One key file per run; deleting one erases the run's content. */
  readonly runKeys: string
  readonly trust: string
}

/** Makes the directories of a home, or finds them. Throws `HOME_UNUSABLE` before anything else is done. */
export function prepareHome(home: string): Home {
  if (home === '') throw new WritError('HOME_UNUSABLE', 'the home directory has an empty name')
  const root = resolve(home)
  const keys = join(root, 'keys')
  const places: Home = {
    root,
    ledger: join(root, 'ledger'),
    heads: join(root, 'heads'),
    keys,
    runKeys: join(keys, 'runs'),
    trust: trustPath(root),
  }
  try {
    for (const directory of [root, places.ledger, places.heads, keys, places.runKeys]) {
      makeDirectory(directory)
      accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
    }
    writeOnce(join(root, '.gitignore'), '*\n', 0o644)
  } catch (cause) {
    if (isDiskFull(cause)) throw orDiskFault(cause, root)
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new WritError('HOME_UNUSABLE', `${root} cannot hold the state of Writ: ${reason}`, { cause })
  }
  return places
}

/** Not `recursive`: Node never returns where the kernel answers ENOENT below a directory that exists (/proc). */
function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return
  if (dirname(path) !== path) makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it; a file in its place is no directory.
    if (!hasCode(error, 'EEXIST') || !statSync(path).isDirectory()) throw error
  }
  syncDirectory(dirname(path))
}
