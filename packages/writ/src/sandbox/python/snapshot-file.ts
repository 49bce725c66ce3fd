import { randomUUID } from 'node:crypto'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cachedFile, isOwn } from '../../disk/user-cache.ts'
import { isSealed } from './sealed-memory.ts'

// The memory of an interpreter that has run nothing: beginning from it takes a sixth of the time. It is the same on every
// machine, so it is kept for the user, for all homes. Whoever could change it could change the code of Writ as well.

/** How long one stays that no process begins from. One that is in use is touched every day. */
const UNUSED_MS = 7 * 24 * 3_600_000
/** How old its last touch may be, so that one that is in use does not look changed all the time. */
const TOUCHED_MS = 24 * 3_600_000

/** Where the snapshot of an engine is kept for this user. */
export function snapshotPlace(abi: string): string {
  return cachedFile(nameOf(abi))
}

/** Whether it is a file that nobody but this user can have written, and has the bytes that were written. It is in use then. */
export function isSnapshot(path: string): boolean {
  try {
    if (!isOwn(path) || !isSealed(readFileSync(path))) return false
    const now = new Date()
    if (now.getTime() - lstatSync(path).mtimeMs > TOUCHED_MS) utimesSync(path, now, now)
    return true
  } catch {
    return false
  }
}

/** A snapshot that interpreters of this process begin from: looked at again whenever its file is not as it was. */
export class KeptSnapshot {
  readonly path: string
  /** What the system said of the file before it was last seen to be whole. */
  #seen: string | undefined

  constructor(path: string) {
    this.path = path
  }

  /** Its file; undefined where it was removed, changed or cut off meanwhile. */
  whole(): string | undefined {
    const state = stateOf(this.path)
    if (state === undefined) return undefined
    if (state === this.#seen) return this.path
    if (!isSnapshot(this.path)) return undefined
    this.#seen = state // where it was touched or changed while it was read, it is looked at once more
    return this.path
  }
}

function stateOf(path: string): string | undefined {
  try {
    const { ino, size, mode, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true })
    return [ino, size, mode, mtimeNs, ctimeNs].join(' ')
  } catch {
    return undefined
  }
}

/** Removes what is kept of engines that this user begins from no more. */
export function removeUnused(inUse: string): void {
  const directory = dirname(inUse)
  try {
    for (const name of readdirSync(directory)) {
      const path = join(directory, name)
      if (path === inUse || !SNAPSHOT_NAME.test(name) || !isOwn(path)) continue
      if (Date.now() - lstatSync(path).mtimeMs > UNUSED_MS) rmSync(path)
    }
  } catch {
    // It is another process's to remove, or nothing can be removed here.
  }
}

/** Names that this and earlier versions gave, and those of drafts of which nothing came. */
const SNAPSHOT_NAME = /^python-[0-9a-f]{32}\.(memory|snapshot)(\.[-0-9a-f]+\.tmp)?$/

/**
 * Keeps a sealed memory for this user, or for this process alone where nothing can be kept, and gives the file. Undefined
 * where no file can be written.
 */
export function keepSnapshot(abi: string, kept: Uint8Array): string | undefined {
  return written(snapshotPlace(abi), kept) ?? writtenForThisProcess(abi, kept)
}

function written(path: string, kept: Uint8Array): string | undefined {
  try {
    mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 })
    const draft = `${path}.${randomUUID()}.tmp`
    try {
      writeFileSync(draft, kept, { flag: 'wx', mode: 0o600 })
      renameSync(draft, path) // whether it is on the disk, its digest tells
    } finally {
      rmSync(draft, { force: true })
    }
    return isOwn(path) ? path : undefined
  } catch {
    return undefined
  }
}

function writtenForThisProcess(abi: string, kept: Uint8Array): string | undefined {
  try {
    const directory = mkdtempSync(join(tmpdir(), 'writ-python-'))
    process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
    return written(join(directory, nameOf(abi)), kept)
  } catch {
    return undefined
  }
}

const nameOf = (abi: string): string => `python-${abi.replace(/^sha256:/, '').slice(0, 32)}.memory`
