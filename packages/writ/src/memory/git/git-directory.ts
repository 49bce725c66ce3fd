import { lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { WritError } from '@writ/contract'

/** Longest file of names that is read of a repository, and how often one name may lead to another. */
const MAX_NAMES_BYTES: number = 16 * 1024 ** 2
const MAX_LINKS = 5

const HASH = /^([0-9a-f]{40}|[0-9a-f]{64})$/
const REVISION = /^([\w./@+-]*?)((?:[~^]\d*)*)$/

/** A repository on disk, as far as it is read here: where its objects are, and what its names mean. */
export interface Repository {
  readonly path: string
  readonly objects: string
  /** Digits of its hashes. */
  readonly hashLength: number
  /** A revision as a hash with what follows it (`~2`, `^`). Throws `BAD_SOURCE`. */
  readonly revision: (given: string) => string
}

/**
 * Finds the repository of a path. One whose parts lie elsewhere (worktrees, submodules, borrowed objects, links) is refused: such a
 * place is not what was named. Throws `BAD_SOURCE`.
 */
export function findRepository(given: string): Repository {
  const path = realPath(given)
  const below = join(path, '.git')
  const directory = kindOf(below) === undefined ? path : below
  if (kindOf(directory) !== 'directory')
    throw bad(given, 'its .git is no directory: name the repository that it leads to')
  const objects = join(directory, 'objects')
  if (kindOf(join(directory, 'HEAD')) === undefined || kindOf(objects) === undefined)
    throw bad(given, 'there is no repository: name the folder that has its .git, or a bare one')
  if (
    kindOf(objects) !== 'directory' ||
    kindOf(join(directory, 'commondir')) !== undefined ||
    hasLinks(objects)
  )
    throw bad(given, 'parts of it lie elsewhere: name the repository that it leads to')
  if (kindOf(join(objects, 'info', 'alternates')) !== undefined)
    throw bad(
      given,
      'it borrows objects of another repository; "git repack -a -d" copies them, then remove objects/info/alternates',
    )
  if (kindOf(join(directory, 'reftable')) !== undefined)
    throw bad(given, 'its names are kept in a form (reftable) that is not read; give a full hash of a clone')
  const names = new RefNames(directory, given)
  return {
    path,
    objects,
    hashLength: names.someHash().length,
    revision: (revision) => {
      const [, name, after] = REVISION.exec(revision) ?? []
      if (name === undefined || name === '')
        throw bad(
          given,
          `${JSON.stringify(revision)} is no revision: give a branch, a tag or a hash, with ~2 or ^ behind it at most`,
        )
      // A full hash is itself: whoever names one gets no branch that is called so.
      const full = HASH.test(name) ? name : undefined
      const hash = full ?? names.find(name) ?? (/^[0-9a-f]{7,64}$/.test(name) ? name : undefined)
      if (hash === undefined)
        throw bad(
          given,
          `it has no branch, tag or commit ${JSON.stringify(name)}: "git branch -a" and "git tag" list what it has`,
        )
      return `${hash}${after ?? ''}`
    },
  }
}

/** Names of commits, read from the files that git keeps them in. */
class RefNames {
  readonly #directory: string
  readonly #given: string
  #packed: ReadonlyMap<string, string> | undefined

  constructor(directory: string, given: string) {
    this.#directory = directory
    this.#given = given
  }

  /** The hash that a name means, looked for as git does. */
  find(name: string): string | undefined {
    if (!isName(name)) return undefined
    for (const full of [
      name,
      `refs/${name}`,
      `refs/tags/${name}`,
      `refs/heads/${name}`,
      `refs/remotes/${name}`,
    ]) {
      if (full !== 'HEAD' && !full.startsWith('refs/')) continue
      const hash = this.#follow(full, 0)
      if (hash !== undefined) return hash
    }
    return undefined
  }

  /** Any hash of it; one of the older kind where it has none yet. */
  someHash(): string {
    return this.#follow('HEAD', 0) ?? [...this.#all().values()][0] ?? '0'.repeat(40)
  }

  #follow(name: string, links: number): string | undefined {
    if (links > MAX_LINKS || !isName(name)) return undefined
    const text = this.#read(name)?.trim()
    if (text === undefined) return this.#all().get(name)
    if (text.startsWith('ref: ')) return this.#follow(text.slice(5).trim(), links + 1)
    return HASH.test(text) ? text : undefined
  }

  #all(): ReadonlyMap<string, string> {
    this.#packed ??= new Map(
      (this.#read('packed-refs') ?? '').split('\n').flatMap((line) => {
        const [hash = '', name = ''] = line.split(' ')
        return HASH.test(hash) && isName(name) ? [[name, hash] as const] : []
      }),
    )
    return this.#packed
  }

  /** A file of the directory; undefined for none, and for one that a link leads to. */
  #read(name: string): string | undefined {
    const path = join(this.#directory, name)
    try {
      if (realpathSync(path) !== join(realpathSync(this.#directory), name)) return undefined
      const facts = lstatSync(path)
      if (!facts.isFile()) return undefined
      if (facts.size > MAX_NAMES_BYTES)
        throw bad(this.#given, `its ${name} is too long: give a full hash of a clone`)
      return readFileSync(path, 'latin1')
    } catch (error) {
      if (error instanceof WritError) throw error
      return undefined
    }
  }
}

function isName(name: string): boolean {
  return /^[\w@+-][\w./@+-]{0,1000}$/.test(name) && !name.includes('..') && !name.split('/').includes('')
}

function realPath(given: string): string {
  try {
    return realpathSync(given)
  } catch (cause) {
    throw new WritError(
      'PATH_NOT_FOUND',
      `no such directory: ${JSON.stringify(given.split(sep).join('/'))}`,
      { cause },
    )
  }
}

function kindOf(path: string): 'directory' | 'other' | undefined {
  const facts = lstatSync(path, { throwIfNoEntry: false })
  if (facts === undefined) return undefined
  return facts.isDirectory() ? 'directory' : 'other'
}

/** Whether objects of it lie elsewhere: each of its folders and packs may be a link. */
function hasLinks(objects: string): boolean {
  return [objects, join(objects, 'pack'), join(objects, 'info')].some(
    (folder) =>
      kindOf(folder) !== undefined &&
      readdirSync(folder, { withFileTypes: true }).some((entry) => entry.isSymbolicLink()),
  )
}

function bad(given: string, what: string): WritError {
  return new WritError('BAD_SOURCE', `the repository ${JSON.stringify(given)}: ${what}`)
}
