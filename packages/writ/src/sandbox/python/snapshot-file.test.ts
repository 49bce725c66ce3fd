import { chmodSync, mkdtempSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { memoryOf } from './sealed-memory.ts'
import { isSnapshot, keepSnapshot, snapshotPlace } from './snapshot-file.ts'

const ABI = `sha256:${'ab'.repeat(32)}`
const MEMORY = Buffer.alloc(70_000, 'memory')

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', mkdtempSync(join(tmpdir(), 'writ-cache-')))
  return () => {
    vi.unstubAllEnvs()
  }
})

it('is kept for the user, and is what was kept', () => {
  const path = snapshotPlace(ABI)
  expect(isSnapshot(path)).toBe(false)
  expect(keepSnapshot(ABI, MEMORY)).toBe(path)
  expect(isSnapshot(path)).toBe(true)
  expect(memoryOf(readFileSync(path)).equals(MEMORY)).toBe(true)
})

it('is none when it was changed, cut off or emptied, or others may write to it', () => {
  const path = snapshotPlace(ABI)
  const harms: readonly (() => void)[] = [
    () => writeFileSync(path, readFileSync(path).fill(0x6e, 9, 10)),
    () => truncateSync(path, 65_536),
    () => truncateSync(path, 0),
    () => chmodSync(path, 0o622),
  ]
  for (const harm of harms) {
    keepSnapshot(ABI, MEMORY)
    expect(isSnapshot(path)).toBe(true)
    harm()
    expect(isSnapshot(path)).toBe(false)
  }
})

it('is never looked for below the working directory', () => {
  vi.stubEnv('XDG_CACHE_HOME', 'cache')
  expect(snapshotPlace(ABI)).toMatch(/^\/.*\/\.cache\/writ\/python-(ab){16}\.memory$/)
})

it('serves this process alone where the user has no place for it, or no file where there is none at all', () => {
  vi.stubEnv('XDG_CACHE_HOME', join(devNull, 'cache'))
  expect(isSnapshot(snapshotPlace(ABI))).toBe(false)
  const own = keepSnapshot(ABI, MEMORY)
  expect(own).toMatch(/\/writ-python-\w+\/python-/)
  expect(isSnapshot(own ?? '')).toBe(true)
  vi.stubEnv('TMPDIR', join(devNull, 'tmp'))
  expect(keepSnapshot(ABI, MEMORY)).toBeUndefined()
})
