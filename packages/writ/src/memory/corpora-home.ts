import { mkdirSync, mkdtempSync, readdirSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { isDiskFull, orDiskFault, WritError } from '@writ/contract'
import { isWorthKeeping } from './work-journal.ts'

/** Where things are below `<home>/corpora`. Packs and indexes are written in a scratch directory, then renamed. */
export class CorporaHome {
  /** The state directory itself, as a real path. */
  readonly home: string
  readonly packs: string
  readonly indexes: string
  readonly named: string
  readonly scratch: string
  /** What ingestions that were cut short have done, by the name of their corpus. */
  readonly unfinished: string
  /** Files that are locked while the corpus of their name is changed. */
  readonly locks: string

  constructor(home: string) {
    const corpora = join(resolve(home), 'corpora')
    this.packs = join(corpora, 'packs')
    this.indexes = join(corpora, 'index')
    this.named = join(corpora, 'named')
    this.scratch = join(corpora, 'scratch')
    this.unfinished = join(corpora, 'unfinished')
    this.locks = join(corpora, 'locks')
    try {
      for (const path of [this.packs, this.indexes, this.named, this.scratch, this.unfinished, this.locks])
        makeDirectory(path)
      this.home = realpathSync(home)
    } catch (cause) {
      throw unusable(corpora, cause)
    }
  }

  /** A directory for one store's unfinished and run-lived files. The store removes it; `sweep` does for a dead process. Throws `HOME_UNUSABLE`, `DISK_FULL`. */
  newScratch(): string {
    try {
      return mkdtempSync(join(this.scratch, scratchPrefix(process.pid)))
    } catch (cause) {
      throw unusable(this.scratch, cause)
    }
  }

  /** Removes what processes of this machine left when they died. */
  sweep(): void {
    for (const name of readdirSync(this.scratch)) {
      const pid = /^(.*)-(\d+)-[^-]+$/.exec(name)
      if (pid?.[1] !== machine() || isAlive(Number(pid[2]))) continue
      this.release(join(this.scratch, name))
    }
  }

  /** The directory for ingesting a named corpus, with what an ingestion that was cut short left. It is nobody else's. */
  takeWork(name: string, scratch: string): string {
    const path = join(scratch, WORK + name)
    try {
      renameSync(join(this.unfinished, name), path)
    } catch {
      mkdirSync(path, { mode: 0o700 })
    }
    return path
  }

  /** Removes a scratch directory. What can be gone on with is put where the next ingestion of its corpus finds it. */
  release(scratch: string): void {
    for (const entry of list(scratch).filter((name) => name.startsWith(WORK))) {
      const work = join(scratch, entry)
      for (const file of list(work).filter((name) => name.endsWith('.tmp'))) rmSync(join(work, file))
      if (isWorthKeeping(work)) this.#leave(work, join(this.unfinished, entry.slice(WORK.length)))
    }
    rmSync(scratch, { recursive: true, force: true })
  }

  /** Forgets what an ingestion that was cut short left. */
  forgetWork(name: string): void {
    if (list(this.unfinished).includes(name)) rmSync(join(this.unfinished, name), { recursive: true })
  }

  #leave(work: string, place: string): void {
    try {
      rmSync(place, { recursive: true, force: true })
      renameSync(work, place)
    } catch {
      // Another process left its own there, or has just taken this one: then it is gone on with elsewhere, or done again.
    }
  }
}

/** First letters of the name of a directory for ingesting a named corpus. */
const WORK = 'work-'

function unusable(directory: string, cause: unknown): unknown {
  if (isDiskFull(cause)) return orDiskFault(cause, directory)
  const why = cause instanceof Error ? cause.message : String(cause)
  return new WritError('HOME_UNUSABLE', `cannot keep corpora in ${directory}: ${why}`, { cause })
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

/** Not `recursive`: Node never returns where the kernel answers ENOENT below a directory that exists (/proc). */
function makeDirectory(path: string): void {
  if (isDirectory(path)) return
  if (dirname(path) !== path) makeDirectory(dirname(path))
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    // Another process may have made it.
    if (!isDirectory(path)) throw error
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function scratchPrefix(pid: number): string {
  return `${machine()}-${pid}-`
}

/** Several machines (or containers) may share a home; a pid means nothing to the others. */
function machine(): string {
  return hostname().replace(/[^A-Za-z0-9.-]/g, '_')
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
