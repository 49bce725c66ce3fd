import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { expandPaths, expandWithin } from './expand-paths.ts'

let place: string

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-globs-'))
  for (const name of ['a.md', 'deep/b.md', 'deep/c.txt', 'node_modules/m/d.md', '.git/e.md']) {
    mkdirSync(join(place, name, '..'), { recursive: true })
    writeFileSync(join(place, name), 'text')
  }
  symlinkSync('.', join(place, 'loop'))
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const matched = async (glob: string): Promise<readonly string[]> =>
  (await expandPaths([join(place, glob)])).matched.map((path) => path.slice(place.length + 1))

it('a glob is what it matches, sorted, without what a walk passes over and through no link', async () => {
  expect(await matched('**/*.md')).toEqual(['a.md', 'deep/b.md'])
  expect(await matched('{a,deep/b}.md')).toEqual(['a.md', 'deep/b.md'])
  expect(await matched('node_modules/**/*.md')).toEqual(['node_modules/m/d.md'])
  await expect(matched('*.pdf')).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
})

it('a file that is called like a glob is itself, and what is named by a form of its own is no glob', async () => {
  writeFileSync(join(place, '[a].md'), 'text')
  const paths = [join(place, '[a].md'), 'git:.@v[1]', 'sqlite:a.db?SELECT 1']
  expect(await expandPaths(paths)).toEqual({ paths, matched: [] })
})

it('a project file names no repository and no part of a database', async () => {
  const error = { code: 'BAD_CONFIG', message: expect.stringContaining('is a repository') }
  await expect(expandWithin(place, ['git:../private@HEAD'])).rejects.toMatchObject(error)
  const part = { code: 'BAD_CONFIG', message: expect.stringContaining('is a part of a database') }
  await expect(expandWithin(place, ['sqlite:../private.db#t'])).rejects.toMatchObject(part)
})
