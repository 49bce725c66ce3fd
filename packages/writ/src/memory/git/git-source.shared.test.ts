import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import type { ContextStore, Library } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openLibrary } from '../index.ts'
import { type Workspace, workspace } from '../memory-fixture.ts'
import { findRepository } from './git-directory.ts'
import { GitObjects } from './git-objects.ts'

// Revisions of repositories that git itself made, and of some that try to have something run or read elsewhere.

let space: Workspace
let library: Library
let repository: string

beforeEach(async () => {
  space = workspace()
  library = await openLibrary(space.home)
  repository = join(space.home, '..', 'repo')
  mkdirSync(repository)
  git('init', '-q', '-b', 'main')
})
afterEach(async () => {
  await library.close()
  space.remove()
})

const AS = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always']
function git(...args: readonly string[]): string {
  return execFileSync('git', [...AS, ...args], {
    cwd: repository,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}
function write(name: string, content: string): void {
  mkdirSync(join(repository, name, '..'), { recursive: true })
  writeFileSync(join(repository, name), content)
}
function commit(): string {
  git('add', '-A')
  git('commit', '-q', '-m', 'x')
  return git('rev-parse', 'HEAD')
}
const read = (revision = 'HEAD'): Promise<ContextStore> =>
  library.open({ ...space.request(), paths: [`git:${repository}@${revision}`] })
const ids = (store: ContextStore): readonly string[] =>
  store.partitions.flatMap(({ id }) => store.documents(id).map((info) => info.id)).sort()
const textOf = async (store: ContextStore, id: string): Promise<string> =>
  (await store.read(id, 0, store.locate(id)?.bytes ?? 0)).text

it('reads a revision as it was, and says of each document which one that is', async () => {
  write('docs/a.md', '# First\n')
  const first = commit()
  git('tag', '-a', 'v1', '-m', 'x')
  git('gc', '-q')
  write('docs/a.md', '# Second\n')
  write('b.txt', 'other\n')
  const second = commit()
  write('b.txt', 'not committed\n')
  const name = (hash: string): string => `repo@${hash.slice(0, 12)}`
  for (const revision of ['v1', 'HEAD~1', first, first.slice(0, 9), 'tags/v1', 'main^']) {
    const store = await read(revision)
    expect(ids(store), revision).toEqual([`${name(first)}/docs/a.md`])
    expect(await textOf(store, `${name(first)}/docs/a.md`)).toBe('# First\n')
  }
  const store = await read('main')
  expect(ids(store)).toEqual([`${name(second)}/b.txt`, `${name(second)}/docs/a.md`])
  expect(await textOf(store, `${name(second)}/b.txt`)).toBe('other\n')
  expect(await store.origin(`${name(second)}/b.txt`, 0, 5)).toEqual({
    file: `git:repo@${second}:b.txt`,
    sha256: createHash('sha256').update('other\n').digest('hex'),
  })
  expect(await store.outline(`${name(second)}/docs/a.md`)).toMatchObject([{ title: 'Second' }])
})

it('names what it does not read: links, submodules, pointers of LFS', async () => {
  write('a.txt', 'text\n')
  write('big.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n')
  symlinkSync('/etc/passwd', join(repository, 'link'))
  commit()
  git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},module`)
  git('commit', '-q', '-m', 'x')
  const store = await read()
  expect(ids(store)).toHaveLength(1)
  expect(store.skipped).toMatchObject({ symlink: 1 })
  expect(store.omitted.map(({ doc, reason }) => [doc.replace(/^.*?\//, ''), reason])).toEqual([
    ['big.bin', expect.stringContaining('pointer of Git LFS')],
    ['module', expect.stringContaining('submodule')],
  ])
})

it('labels its files by its own corpus.json', async () => {
  write('corpus.json', '{"labels": [{"glob": "hr/**", "label": "restricted"}]}')
  write('hr/pay.txt', 'pay\n')
  write('a.txt', 'text\n')
  commit()
  const store = await read()
  expect(store.partitions.map(({ label }) => label.level).sort()).toEqual(['internal', 'restricted'])
})

it('takes a full hash for itself, whatever branch is called so', async () => {
  write('a.txt', 'one')
  const first = commit()
  write('a.txt', 'two')
  const second = commit()
  writeFileSync(join(repository, '.git/refs/heads', first), `${second}\n`)
  const store = await read(first)
  expect(await textOf(store, `repo@${first.slice(0, 12)}/a.txt`)).toBe('one')
})

it('calls a repository that is named by its .git by the folder of that', async () => {
  write('a.txt', 'one')
  const hash = commit()
  const store = await library.open({ ...space.request(), paths: [`git:${repository}/.git`] })
  expect(ids(store)).toEqual([`repo@${hash.slice(0, 12)}/a.txt`])
})

it('runs, reads and writes nothing that a repository has set up', async () => {
  const marker = join(space.home, '..', 'ran')
  const run = `touch ${marker}`
  write('.gitattributes', '* filter=bad diff=bad\n')
  write('a.txt', 'first\n')
  const hash = commit()
  const blob = git('rev-parse', 'HEAD:a.txt')
  writeFileSync(join(repository, 'forged'), 'forged\n')
  const forged = git('hash-object', '-w', 'forged')
  git('replace', blob, forged)
  writeFileSync(join(repository, '.git', 'info', 'grafts'), `${hash} ${'2'.repeat(40)}\n`)
  writeFileSync(join(repository, '.git', 'shallow'), 'no hash\n')
  const settings = [
    ['core', 'fsmonitor', run],
    ['core', 'sshCommand', run],
    ['core', 'pager', run],
    ['core', 'askPass', run],
    ['core', 'editor', run],
    ['core', 'gitProxy', run],
    ['core', 'alternateRefsCommand', run],
    ['core', 'hooksPath', join(repository, 'hooks')],
    ['core', 'attributesFile', '/etc/passwd'],
    ['include', 'path', '/etc/passwd'],
    ['alias', 'cat-file', `!${run}`],
    ['alias', 'rev-parse', `!${run}`],
    ['credential', 'helper', `!${run}`],
    ['extensions', 'partialClone', 'origin'],
    ['uploadpack', 'packObjectsHook', run],
  ]
  const config = settings.map(([section, name, value]) => `[${section}]\n\t${name} = "${value}"\n`).join('')
  writeFileSync(
    join(repository, '.git', 'config'),
    `[core]\n\trepositoryFormatVersion = 1\n${config}[filter "bad"]\n\tsmudge = "${run}"\n\tprocess = "${run}"\n[diff "bad"]\n\ttextconv = "${run}"\n\tcommand = "${run}"\n[remote "origin"]\n\turl = "ext::sh -c '${run}'"\n\tpromisor = true\n`,
  )
  mkdirSync(join(repository, 'hooks'))
  for (const hook of ['reference-transaction', 'post-index-change', 'fsmonitor-watchman'])
    writeFileSync(join(repository, 'hooks', hook), `#!/bin/sh\n${run}\n`, { mode: 0o755 })
  const before = snapshot(join(repository, '.git'))
  const store = await read()
  expect(await textOf(store, `repo@${hash.slice(0, 12)}/a.txt`)).toBe('first\n')
  expect(existsSync(marker)).toBe(false)
  expect(snapshot(join(repository, '.git'))).toEqual(before)
  // A file that the clone does not have is not fetched.
  rmSync(join(repository, '.git', 'objects', blob.slice(0, 2), blob.slice(2)))
  const part = await read()
  expect(part.omitted).toMatchObject([{ reason: expect.stringContaining('not in the repository') }])
  expect(existsSync(marker)).toBe(false)
})

function snapshot(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
}

it('does not take an object for what its hash does not say', async () => {
  write('a.txt', 'true words\n')
  write('b.txt', 'more\n')
  commit()
  const blob = git('rev-parse', 'HEAD:a.txt')
  const path = join(repository, '.git', 'objects', blob.slice(0, 2), blob.slice(2))
  rmSync(path)
  writeFileSync(path, deflateSync('blob 11\0lying words'))
  const store = await read()
  expect(ids(store).map((id) => id.replace(/^.*\//, ''))).toEqual(['b.txt'])
  expect(store.omitted).toMatchObject([
    { doc: expect.stringContaining('a.txt'), reason: expect.stringContaining('its hash') },
  ])
})

it.each(['HEAD:', 'HEAD'])('takes no folder or commit for what its hash does not say: %s', async (name) => {
  write('a.txt', 'true words\n')
  const first = commit()
  write('b.txt', 'more\n')
  const second = commit()
  const [lying, told] = [git('rev-parse', name), git('rev-parse', name.replace('HEAD', first))]
  const at = (hash: string): string => join(repository, '.git', 'objects', hash.slice(0, 2), hash.slice(2))
  rmSync(at(lying))
  writeFileSync(at(lying), readFileSync(at(told)))
  await expect(read(second)).rejects.toMatchObject({ code: 'BAD_SOURCE' })
  // Git itself looks at a commit that it resolves. What it hands over is held against its hash all the same.
  const type = name === 'HEAD' ? 'commit' : 'tree'
  const objects = new GitObjects(findRepository(repository), space.base)
  expect(() => objects.whole(lying, type)).toThrow(
    `the ${type} ${lying} is damaged or not what its hash says`,
  )
  expect(objects.whole(told, type).length).toBeGreaterThan(0)
})

it('follows no name that is a link', async () => {
  write('a.txt', 'x')
  const hash = commit()
  writeFileSync(join(space.home, 'elsewhere'), `${hash}\n`)
  symlinkSync(join(space.home, 'elsewhere'), join(repository, '.git/refs/heads/linked'))
  await expect(read('linked')).rejects.toMatchObject({ code: 'BAD_SOURCE' })
})

it('takes no name that leads out of the repository', async () => {
  const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], {
    cwd: repository,
    input: 'x\n',
    encoding: 'utf8',
  }).trim()
  const entry = (mode: string, name: string, hash: string): Buffer =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(hash, 'hex')])
  const tree = (...entries: readonly Buffer[]): string =>
    execFileSync('git', ['hash-object', '-t', 'tree', '--literally', '-w', '--stdin'], {
      cwd: repository,
      input: Buffer.concat(entries),
      encoding: 'utf8',
    }).trim()
  const inner = tree(entry('100644', 'x', blob))
  const root = tree(
    Buffer.concat([Buffer.from('100644 caf\xe9\0', 'latin1'), Buffer.from(blob, 'hex')]),
    entry('40000', '..', inner),
    entry('40000', '.git', inner),
    entry('100644', 'a\nb', blob),
    entry('100644', '/etc/x', blob),
    entry('100644', 'ok', blob),
    entry('100644', 'ok', blob),
  )
  const hash = git('commit-tree', root, '-m', 'x')
  const store = await read(hash)
  expect(ids(store).map((id) => id.replace(/^[^/]*\//, ''))).toEqual(['ok'])
  expect(store.omitted.map(({ code }) => code)).toEqual(Array(6).fill('unsafe-name'))
})

it.each<[string, () => void, string?]>([
  [
    'its objects lie elsewhere',
    () => {
      renameSync(join(repository, '.git', 'objects', 'pack'), join(repository, 'packs'))
      symlinkSync(join(repository, 'packs'), join(repository, '.git', 'objects', 'pack'))
    },
  ],
  ['it borrows objects of another', () => write('.git/objects/info/alternates', '/elsewhere\n')],
  [
    'its .git is a file',
    () => {
      renameSync(join(repository, '.git'), join(repository, 'real'))
      write('.git', 'gitdir: real\n')
    },
  ],
  [
    'its .git is a link',
    () => {
      renameSync(join(repository, '.git'), join(repository, 'real'))
      symlinkSync('real', join(repository, '.git'))
    },
  ],
  [
    'its objects are a link',
    () => {
      renameSync(join(repository, '.git', 'objects'), join(repository, 'real'))
      symlinkSync('../real', join(repository, '.git', 'objects'))
    },
  ],
  [
    'its branch is a link to a file',
    () => {
      rmSync(join(repository, '.git', 'refs', 'heads', 'main'))
      symlinkSync('/etc/passwd', join(repository, '.git', 'refs', 'heads', 'main'))
    },
  ],
  ['its HEAD leads out', () => write('.git/HEAD', 'ref: ../../../etc/passwd\n')],
  ['its names go in a circle', () => write('.git/HEAD', 'ref: HEAD\n')],
  [
    'its folder is gone',
    () => {
      const tree = git('rev-parse', 'HEAD^{tree}')
      rmSync(join(repository, '.git', 'objects', tree.slice(0, 2), tree.slice(2)))
    },
  ],
  ['the revision is an option', () => undefined, '--upload-pack=x'],
  ['the revision is a path', () => undefined, 'HEAD:a.txt'],
  ['the revision is not there', () => undefined, 'none'],
  ['the revision names a file', () => undefined, 'blob'],
])('refuses a repository where %s', async (_what, harm, revision = 'HEAD') => {
  write('a.txt', 'text\n')
  commit()
  git('tag', 'blob', git('rev-parse', 'HEAD:a.txt'))
  harm()
  await expect(read(revision)).rejects.toMatchObject({ code: 'BAD_SOURCE' })
})

it('bounds a tree that says it holds more than there is', async () => {
  write('a.txt', 'x\n')
  commit()
  let tree = git('rev-parse', 'HEAD^{tree}')
  for (let depth = 0; depth < 12; depth += 1) {
    const lines = Array.from({ length: 10 }, (_, at) => `040000 tree ${tree}\td${at}`).join('\n')
    tree = execFileSync('git', ['mktree'], { cwd: repository, input: `${lines}\n`, encoding: 'utf8' }).trim()
  }
  const hash = git('commit-tree', tree, '-m', 'x')
  await expect(read(hash)).rejects.toMatchObject({
    code: 'BAD_SOURCE',
    message: expect.stringContaining('more than'),
  })
})

it('keeps a revision as a corpus, and knows it again without its files', async () => {
  write('docs/a.md', '# First\n')
  write('b.txt', 'other\n')
  const first = commit()
  const ingest = (revision: string): ReturnType<Library['ingest']> =>
    library.ingest('kept', { ...space.request(), paths: [`git:${repository}@${revision}`] })
  expect((await ingest(first)).changes).toBeNull()
  const again = await ingest('HEAD')
  expect(again.changes).toEqual({ added: [], changed: [], removed: [], unchanged: 2 })
  expect(ids(again)).toEqual([`repo@${first.slice(0, 12)}/b.txt`, `repo@${first.slice(0, 12)}/docs/a.md`])
  write('b.txt', 'another\n')
  const second = commit()
  const { changes } = await ingest('HEAD')
  const name = `repo@${second.slice(0, 12)}`
  expect(changes).toMatchObject({ added: [`${name}/b.txt`, `${name}/docs/a.md`], changed: [], unchanged: 0 })
})
