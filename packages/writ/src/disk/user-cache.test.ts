import { mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { cachedFile, keepCached, readCached } from './user-cache.ts'

it('removes what processes that were killed while they kept a file left of it', () => {
  vi.stubEnv('XDG_CACHE_HOME', mkdtempSync(join(tmpdir(), 'writ-cache-')))
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  keepCached('list.json', 'one')
  const names = ['list.json.1.tmp', 'list.json.2.tmp', 'other.json.1.tmp', 'list.json.old']
  for (const name of names) writeFileSync(cachedFile(name), '')
  for (const name of names.filter((one) => one !== 'list.json.2.tmp')) utimesSync(cachedFile(name), 1, 1)
  keepCached('list.json', 'two')
  expect(String(readCached('list.json'))).toBe('two')
  expect(readdirSync(cachedFile('.')).sort()).toEqual([
    'list.json',
    'list.json.2.tmp',
    'list.json.old',
    'other.json.1.tmp',
  ])
})
