import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WritError } from '@writ/contract'
import type { Repository } from './git-directory.ts'

/** Bytes that are asked of git at once, and how long it may take. */
const BATCH_BYTES: number = 64 * 1024 ** 2
const BATCH_OBJECTS = 10_000
const MOST_MS = 60_000
const MAX_TREE_BYTES: number = 64 * 1024 ** 2

/** Settings that bound what packs cost, and leave aside what only says again what objects say; the repository's own are never read. */
const SETTINGS = [
  'core.commitGraph=false',
  'core.multiPackIndex=false',
  'core.bigFileThreshold=1m',
  'core.packedGitLimit=256m',
  'core.deltaBaseCacheLimit=64m',
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'protocol.allow=never',
].flatMap((setting) => ['-c', setting])

/**
 * Objects of a repository, read by git from a repository of our own that has the objects of the other and nothing else of it: no
 * configuration, hooks, attributes, replacements, grafts or remotes. What comes is held against its hash.
 */
export class GitObjects {
  readonly #directory: string
  readonly #environment: NodeJS.ProcessEnv

  constructor({ objects, hashLength }: Repository, scratch: string) {
    const own = join(scratch, 'repository')
    for (const folder of ['objects', 'refs']) mkdirSync(join(own, folder), { recursive: true, mode: 0o700 })
    writeFileSync(join(own, 'HEAD'), 'ref: refs/heads/none\n')
    const format = hashLength === 64 ? '1\n[extensions]\n\tobjectFormat = sha256' : '0'
    writeFileSync(join(own, 'config'), `[core]\n\tbare = true\n\trepositoryFormatVersion = ${format}\n`)
    const { PATH } = process.env
    this.#directory = own
    this.#environment = {
      PATH,
      HOME: own,
      GIT_DIR: own,
      GIT_OBJECT_DIRECTORY: objects,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_NO_LAZY_FETCH: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'none',
      LC_ALL: 'C',
    }
  }

  /** The full hash of the commit that a hash, with what follows it, means. Throws `BAD_SOURCE`. */
  resolve(expression: string): string {
    const asked = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${expression}^{commit}`]
    const hash = this.#git(asked, '', 1024).toString('latin1').trim()
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash))
      throw new WritError(
        'BAD_SOURCE',
        `${JSON.stringify(expression)} is no commit that is in the repository: fetch it first, or name one that "git log --all" lists`,
      )
    return hash
  }

  /** The sizes of objects; undefined for one that is not there. */
  sizes(hashes: readonly string[]): readonly (number | undefined)[] {
    const sizes: (number | undefined)[] = []
    for (let at = 0; at < hashes.length; at += BATCH_OBJECTS) {
      const some = hashes.slice(at, at + BATCH_OBJECTS)
      const said = this.#git(['cat-file', '--batch-check'], asLines(some), some.length * 200)
      const lines = said.toString('latin1').split('\n')
      some.forEach((hash, line) => {
        const [, size] =
          lines[line]?.startsWith(hash) === true ? (/ \w+ (\d+)$/.exec(lines[line] ?? '') ?? []) : []
        sizes.push(size === undefined ? undefined : Number(size))
      })
    }
    return sizes
  }

  /** Files by their hashes, in the order asked for; undefined for one that is not what its hash says. */
  *blobs(hashes: readonly string[]): Generator<Buffer | undefined> {
    for (const { hash, bytes } of this.#read(hashes, 'blob')) {
      yield bytes !== undefined && hashOf('blob', bytes, hash.length) === hash ? bytes : undefined
    }
  }

  /** Trees by their hashes, without those that are not there or not what their hashes say. */
  trees(hashes: readonly string[]): ReadonlyMap<string, Buffer> {
    const found = new Map<string, Buffer>()
    for (const { hash, bytes } of this.#read([...new Set(hashes)], 'tree'))
      if (bytes !== undefined && hashOf('tree', bytes, hash.length) === hash) found.set(hash, bytes)
    return found
  }

  /** One object that has to be there. Throws `BAD_SOURCE`. */
  whole(hash: string, type: 'commit' | 'tree'): Buffer {
    const [found] = this.#read([hash], type)
    if (found?.bytes === undefined || hashOf(type, found.bytes, hash.length) !== hash)
      throw new WritError(
        'BAD_SOURCE',
        `the ${type} ${hash} is damaged or not what its hash says: "git fsck" tells what else is, a new clone has it whole`,
      )
    return found.bytes
  }

  *#read(
    hashes: readonly string[],
    type: string,
  ): Generator<{ readonly hash: string; readonly bytes: Buffer | undefined }> {
    const sizes = this.sizes(hashes)
    for (let at = 0; at < hashes.length; ) {
      const some: string[] = []
      let bytes = 0
      for (; at < hashes.length && some.length < BATCH_OBJECTS; at += 1) {
        const size = sizes[at] ?? 0
        if (type !== 'blob' && size > MAX_TREE_BYTES)
          throw new WritError(
            'BAD_SOURCE',
            `the list of one of its folders has more than ${MAX_TREE_BYTES / 1024 ** 2} MiB: name a checkout of it as a directory`,
          )
        if (some.length > 0 && bytes + size > BATCH_BYTES) break
        some.push(hashes[at] ?? '')
        bytes += size
      }
      yield* objectsIn(
        this.#git(['cat-file', '--batch'], asLines(some), bytes + some.length * 200),
        some,
        type,
      )
    }
  }

  #git(asked: readonly string[], input: string, mostBytes: number): Buffer {
    const { error, stdout } = spawnSync('git', ['--no-pager', ...SETTINGS, ...asked], {
      env: this.#environment,
      cwd: this.#directory,
      input,
      stdio: ['pipe', 'pipe', 'ignore'],
      maxBuffer: mostBytes + 4096,
      timeout: MOST_MS,
      killSignal: 'SIGKILL',
    })
    if (error === undefined) return stdout
    const code = 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT')
      throw new WritError('BAD_SOURCE', 'a repository is read with git, which is not installed: install it')
    const why =
      code === 'ETIMEDOUT'
        ? `it took longer than ${MOST_MS / 1000} s; "git gc" in the repository makes it quicker to read`
        : 'it gave more than it said; look into the repository with "git fsck"'
    throw new WritError('BAD_SOURCE', `git was stopped: ${why}`)
  }
}

/** What `cat-file --batch` gave: for each object a line, its bytes and a line feed. */
function* objectsIn(
  said: Buffer,
  hashes: readonly string[],
  type: string,
): Generator<{ readonly hash: string; readonly bytes: Buffer | undefined }> {
  let at = 0
  for (const hash of hashes) {
    const end = said.indexOf(0x0a, at)
    const [, kind, size] =
      /^[0-9a-f]+ (\w+) (\d+)$/.exec(said.toString('latin1', at, Math.max(at, end))) ?? []
    const to = end + 1 + Number(size ?? 0)
    const isThere = kind !== undefined && to < said.length
    yield { hash, bytes: isThere && kind === type ? said.subarray(end + 1, to) : undefined }
    at = end === -1 ? said.length : isThere ? to + 1 : end + 1
  }
}

function asLines(hashes: readonly string[]): string {
  return hashes.map((hash) => `${hash}\n`).join('')
}

function hashOf(type: string, bytes: Buffer, length: number): string {
  const algorithm = length === 64 ? 'sha256' : 'sha1'
  return createHash(algorithm).update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')
}
