import { mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { defined, GIT_PREFIX, type Omitted, WritError } from '@writ/contract'
import { dayOfCommit } from '../document-day.ts'
import { MAX_PARSED_BYTES, MAX_SETTINGS_BYTES } from '../limits.ts'
import { memberName, shownName } from '../member-name.ts'
import { sha256 } from '../sha256.ts'
import { count, MANIFEST_NAME } from '../walk.ts'
import { findRepository } from './git-directory.ts'
import { GitObjects } from './git-objects.ts'
import { listTree, type TreeFile } from './git-tree.ts'

/** Bytes of all files of one revision. */
const MAX_REVISION_BYTES: number = 512 * 1024 ** 2

const LFS = 'version https://git-lfs.github.com/spec/'

/** A file of a revision, as it was written to disk. */
export interface RevisionFile {
  readonly path: string
  readonly relative: string
  /** Where it comes from: the repository, the full hash of the revision, and its path there. */
  readonly file: string
  readonly sha256: string
}

/** The files of one revision of a repository. */
export interface Revision {
  /** `<repository>@<first digits of the hash>`: what the ids of its documents begin with. */
  readonly name: string
  /** A directory with its `corpus.json`, where it has one. */
  readonly folder: string
  readonly files: readonly RevisionFile[]
  /** The day of its commit. */
  readonly day?: string
  /** By their paths in the revision. */
  readonly omitted: readonly Omitted[]
  readonly skipped: ReadonlyMap<string, number>
}

/**
 * Reads the files of `git:<path>@<revision>` into a folder, without a checkout: nothing that the repository configures is read or
 * run, and every object is held against its hash. Throws `BAD_SOURCE`.
 */
export function readRevision(source: string, scratch: string, at: number): Revision {
  const given = source.slice(GIT_PREFIX.length)
  const split = given.lastIndexOf('@')
  const [path, revision] = split === -1 ? [given, 'HEAD'] : [given.slice(0, split), given.slice(split + 1)]
  const folder = join(scratch, `git-${at}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const repository = findRepository(path === '' ? '.' : path)
  const objects = new GitObjects(repository, folder)
  const hash = objects.resolve(repository.revision(revision))
  const called = nameOf(repository.path)
  const name = `${called.replace(/\.git$/, '')}@${hash.slice(0, 12)}`
  const origin = `${GIT_PREFIX}${called}@${hash}`
  const day = dayOfCommit(objects.whole(hash, 'commit').toString('latin1'))
  return {
    ...new Reading({ folder, objects, origin }).read(name, listTree(objects, hash)),
    ...defined({ day }),
  }
}

/** What a repository is called: the folder that it is in, where its own is `.git`. */
function nameOf(path: string): string {
  const own = basename(path)
  return own === '.git' ? basename(dirname(path)) : own
}

interface Place {
  readonly folder: string
  readonly objects: GitObjects
  readonly origin: string
}

/** Decides which files of a revision are kept, and writes them. */
class Reading {
  readonly #place: Place
  readonly #omitted: Omitted[] = []
  readonly #skipped = new Map<string, number>()
  readonly #files: RevisionFile[] = []
  readonly #paths = new Set<string>()
  #bytes = 0

  constructor(place: Place) {
    this.#place = place
  }

  read(name: string, listed: readonly TreeFile[]): Revision {
    const { folder, objects } = this.#place
    const wanted = listed.filter((file) => this.#isWanted(file))
    const sizes = objects.sizes(wanted.map(({ hash }) => hash))
    const small = wanted.filter((file, at) => this.#isSmall(file, sizes[at]))
    let next = 0
    for (const bytes of objects.blobs(small.map(({ hash }) => hash))) {
      const file = small[next]
      next += 1
      if (file === undefined) break
      if (bytes === undefined)
        this.#leave(file.path, 'its object is damaged or not what its hash says; a new clone has it whole')
      else this.#keep(file.path, bytes)
    }
    return { name, folder, files: this.#files, omitted: this.#omitted, skipped: this.#skipped }
  }

  #isWanted({ path, kind }: TreeFile): boolean {
    const shown = memberName(path)
    // A name in another encoding than UTF-8 is none that is known, and two of them may look the same.
    const isKnown = shown !== undefined && !path.includes('\ufffd') && !this.#paths.has(path)
    this.#paths.add(path)
    if (!isKnown || /(^|\/)\.git($|\/)/i.test(path)) {
      this.#omitted.push({
        doc: shownName(path),
        code: 'unsafe-name',
        reason: 'its name leads out of its repository or cannot be shown',
      })
      return false
    }
    if (kind === 'submodule')
      this.#leave(path, 'it is a submodule, whose files are in another repository: name that one as a source')
    else if (kind === 'link') count(this.#skipped, 'symlink')
    else if (/(^|\/)node_modules\//.test(path)) count(this.#skipped, 'node_modules')
    else return true
    return false
  }

  #isSmall({ path }: TreeFile, size: number | undefined): boolean {
    if (size === undefined) {
      this.#leave(
        path,
        'its object is not in the repository: the clone is a part of it; one made without --filter has it',
      )
      return false
    }
    if (size > MAX_PARSED_BYTES) {
      const doc = path
      const reason = `it is larger than ${MAX_PARSED_BYTES / 1024 ** 2} MiB, the most of a file of a repository; name it in a checkout`
      this.#omitted.push({ doc, code: 'too-large', reason })
      return false
    }
    this.#bytes += size
    if (this.#bytes > MAX_REVISION_BYTES)
      throw new WritError(
        'BAD_SOURCE',
        `the files of the revision have more than ${MAX_REVISION_BYTES / 1024 ** 2} MiB: name folders of a checkout of it instead`,
      )
    return true
  }

  #keep(path: string, bytes: Buffer): void {
    const { folder, origin } = this.#place
    if (bytes.length < 1024 && bytes.toString('latin1').startsWith(LFS)) {
      this.#leave(
        path,
        'it is a pointer of Git LFS: the file itself is not in the repository; "git lfs pull" puts it into a checkout, which can be named',
      )
      return
    }
    if (path === MANIFEST_NAME) {
      // A longer one is refused for its size like any.
      writeFileSync(join(folder, MANIFEST_NAME), bytes.subarray(0, MAX_SETTINGS_BYTES + 1), { mode: 0o600 })
      return
    }
    const kept = join(folder, `${this.#files.length}`)
    writeFileSync(kept, bytes, { mode: 0o600 })
    this.#files.push({ path: kept, relative: path, file: `${origin}:${path}`, sha256: sha256(bytes) })
  }

  #leave(doc: string, reason: string): void {
    this.#omitted.push({ doc, code: 'unreadable', reason })
  }
}
