import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stateOf } from './fresh-bundle.js'

// In a copy of the checkout, whose sources may be changed. The tests go on from each other.

const ROOT = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

let copy: string

beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'writ-checkout-'))
  const copied = ['contract', 'evidence', 'writ'].flatMap((name) => [`${name}/package.json`, `${name}/src`])
  for (const path of [...copied, 'writ/bin'])
    await cp(join(ROOT, 'packages', path), join(copy, 'packages', path), { recursive: true })
  await cp(join(ROOT, 'scripts', 'bundle'), join(copy, 'scripts', 'bundle'), { recursive: true })
  for (const file of ['package.json', 'package-lock.json']) await cp(join(ROOT, file), join(copy, file))
  const modules = join(copy, 'node_modules')
  await mkdir(join(modules, '@writ'), { recursive: true })
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (!name.startsWith('.') && name !== '@writ' && name !== 'writ')
      await symlink(join(ROOT, 'node_modules', name), join(modules, name))
  for (const name of ['contract', 'evidence'])
    await symlink(join(copy, 'packages', name), join(modules, '@writ', name))
})

afterAll(() => rm(copy, { recursive: true, force: true }))

const inCopy = (path: string): string => join(copy, path)
const MAIN = 'packages/writ/src/cli/command-line.ts'

/** What `writ --help` says in the copy, whatever runs. */
async function help(): Promise<string> {
  const { stdout } = await run(process.execPath, [inCopy('packages/writ/bin/writ.js'), '--help'])
  return stdout
}

/** The directory of the bundle that would run in the copy, asked in a process of its own. */
async function current(): Promise<string | null> {
  const module = pathToFileURL(inCopy('scripts/bundle/fresh-bundle.js')).href
  const program = `const { currentBundle } = await import('${module}'); console.log(JSON.stringify(currentBundle() ?? null))`
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program])
  return JSON.parse(stdout) as string | null
}

async function change(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(inCopy(path), 'utf8')
  expect(text).toContain(from)
  await writeFile(inCopy(path), text.replace(from, to))
}

describe('a checkout', () => {
  it('runs its bundle, and what a source says as soon as it says it', async () => {
    expect(await current()).toBeNull()
    expect(await help()).toContain('Answers a question')
    const first = await current()
    expect(first).toContain(inCopy('packages/writ/bundled'))
    await writeFile(join(String(first), 'cli', 'main.cjs'), 'console.log("the bundle")')
    expect(await help()).toBe('the bundle\n')
    await change(MAIN, 'Answers a question', 'Answers any question')
    expect(await current()).toBeNull()
    expect(await help()).toContain('Answers any question')
    expect(await current()).not.toBe(first)
  })

  it('runs its sources where no bundle can be made', async () => {
    await change('scripts/bundle/make-bundle.ts', 'await bundleWrit(', 'await bundleNothing(')
    await change(MAIN, 'Answers any question', 'Answers one question')
    expect(await help()).toContain('Answers one question')
    expect(await current()).toBeNull()
    await change('scripts/bundle/make-bundle.ts', 'await bundleNothing(', 'await bundleWrit(')
    expect(await help()).toContain('Answers one question')
    expect(await current()).not.toBeNull()
  })

  it('makes a bundle that is gone again', async () => {
    const bundle = String(await current())
    await rm(bundle, { recursive: true })
    expect(await current()).toBeNull()
    expect(await help()).toContain('question')
    expect(await current()).toBe(bundle)
  })

  it('makes a bundle again of which a part is gone', async () => {
    const bundle = String(await current())
    await rm(join(bundle, 'cli', 'main.cjs'))
    expect(await current()).toBeNull()
    expect(await help()).toContain('question')
    expect(await current()).toBe(bundle)
    expect(await readdir(join(bundle, '..'))).not.toContainEqual(expect.stringMatching(/^(old|new)-/))
  })
})

describe('a bundle is stale', () => {
  it.each<[string, () => Promise<void>]>([
    ['a source changes and its old time is put back', () => changeUnseen('packages/contract/src/errors.ts')],
    ['a door names another file', () => change('packages/writ/src/policy/index.ts', 'export', 'export ')],
    ['a manifest changes', () => change('packages/contract/package.json', '{', '{ ')],
    ['a prompt changes', () => change('packages/writ/src/reasoning/prompts/leaf.md', ' ', '  ')],
    ['code of the guest is added', () => writeFile(inCopy('packages/writ/src/sandbox/guest/zz.js'), '')],
    ['a policy is added', () => writeFile(inCopy('packages/writ/src/policy/personal/policies/z.cedar'), '')],
    ['a source is gone', () => rm(inCopy('packages/evidence/src/fold-run.ts'))],
    ['the lockfile changes', () => writeFile(inCopy('package-lock.json'), '{}')],
    ['the bundle cannot be told', () => writeFile(CURRENT(), '{"bundle":')],
  ])('when %s', async (_what, happen) => {
    expect(await current()).not.toBeNull()
    const kept = await readFile(CURRENT(), 'utf8')
    await happen()
    expect(await current()).toBeNull()
    await accept(kept)
  })
})

const CURRENT = (): string => inCopy('packages/writ/bundled/current.json')

/** Takes what was changed for what the bundle was made of. */
async function accept(kept: string): Promise<void> {
  const { bundle, files } = JSON.parse(kept) as { bundle: string; files: Record<string, string> }
  const there = Object.keys(files).filter((path) => existsSync(inCopy(path)))
  const states = Object.fromEntries(there.map((path) => [path, stateOf(inCopy(path))]))
  await writeFile(CURRENT(), JSON.stringify({ bundle, files: states }))
}

/** Changes one character, and puts size and time of writing back. */
async function changeUnseen(path: string): Promise<void> {
  const { atime, mtime } = await stat(inCopy(path))
  await change(path, 'e', 'E')
  await utimes(inCopy(path), atime, mtime)
}
