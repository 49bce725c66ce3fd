import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { devNull, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { beforeEach, expect, it, vi } from 'vitest'
import { readCached } from '../../disk/user-cache.ts'
import { memoryOf, sealed } from './sealed-memory.ts'
import { isSnapshot, KeptSnapshot, keepSnapshot, removeUnused, snapshotPlace } from './snapshot-file.ts'

const ABI = `sha256:${'ab'.repeat(32)}`
const MEMORY = Buffer.alloc(70_000, 'memory')
const KEPT = sealed(MEMORY)

beforeEach(() => {
  vi.stubEnv('XDG_CACHE_HOME', mkdtempSync(join(tmpdir(), 'writ-cache-')))
  return () => {
    vi.unstubAllEnvs()
  }
})

it('is kept for the user, and is what was kept', () => {
  const path = snapshotPlace(ABI)
  expect(isSnapshot(path)).toBe(false)
  expect(keepSnapshot(ABI, KEPT)).toBe(path)
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
    keepSnapshot(ABI, KEPT)
    expect(isSnapshot(path)).toBe(true)
    harm()
    expect(isSnapshot(path)).toBe(false)
  }
})

it.skipIf(process.getuid?.() !== 0)(
  'is none where its directory is another user’s, or others may write to it',
  () => {
    const path = snapshotPlace(ABI)
    const directory = dirname(path)
    expect(keepSnapshot(ABI, KEPT)).toBe(path)
    for (const [mode, owner] of [
      [0o777, 0],
      [0o1777, 0],
      [0o770, 0],
      [0o755, 65_534],
    ] as const) {
      chmodSync(directory, mode)
      chownSync(directory, owner, 0)
      expect(isSnapshot(path)).toBe(false)
      expect(readCached(basename(path))).toBeUndefined()
      // Then it is this process's alone.
      const own = keepSnapshot(ABI, KEPT) ?? ''
      expect(own).not.toBe(path)
      expect(isSnapshot(own)).toBe(true)
    }
    chmodSync(directory, 0o755)
    chownSync(directory, 0, 0)
    expect(isSnapshot(path)).toBe(true)
    expect(readCached(basename(path))?.equals(KEPT)).toBe(true)
  },
)

it('is looked at again when its file is not as it was', () => {
  const path = keepSnapshot(ABI, KEPT) ?? ''
  const kept = new KeptSnapshot(path)
  expect(kept.whole()).toBe(path)
  const [before, changed] = [statSync(path), readFileSync(path).fill(0x6e, 9, 10)]
  writeFileSync(path, changed)
  utimesSync(path, before.atime, before.mtime)
  expect(kept.whole()).toBeUndefined()
  keepSnapshot(ABI, KEPT) // another process made it again
  expect(kept.whole()).toBe(path)
  rmSync(path)
  expect(kept.whole()).toBeUndefined()
  expect(new KeptSnapshot(join(devNull, 'cache')).whole()).toBeUndefined()
})

it('is never looked for below the working directory', () => {
  vi.stubEnv('XDG_CACHE_HOME', 'cache')
  expect(snapshotPlace(ABI)).toMatch(/^\/.*\/\.cache\/writ\/python-(ab){16}\.memory$/)
})

it('serves this process alone where the user has no place for it, or no file where there is none at all', () => {
  vi.stubEnv('XDG_CACHE_HOME', join(devNull, 'cache'))
  expect(isSnapshot(snapshotPlace(ABI))).toBe(false)
  const own = keepSnapshot(ABI, KEPT)
  expect(own).toMatch(/\/writ-python-\w+\/python-/)
  expect(isSnapshot(own ?? '')).toBe(true)
  vi.stubEnv('TMPDIR', join(devNull, 'tmp'))
  expect(keepSnapshot(ABI, KEPT)).toBeUndefined()
})

it('goes when no process began from it for a week, and nothing else of the directory does', () => {
  const path = keepSnapshot(ABI, KEPT) ?? ''
  const directory = dirname(path)
  const old = new Date(Date.now() - 8 * 24 * 3_600_000)
  const inUse = keepSnapshot(`sha256:${'01'.repeat(32)}`, KEPT) ?? ''
  const names = [
    `python-${'cd'.repeat(16)}.snapshot`,
    `python-${'ef'.repeat(16)}.memory.${'0a'.repeat(8)}.tmp`,
    'python-notes.memory',
    `python-${'cd'.repeat(16)}.memory.bak`,
  ]
  for (const name of names) writeFileSync(join(directory, name), 'x')
  for (const name of readdirSync(directory)) utimesSync(join(directory, name), old, old)
  const linked = `python-${'99'.repeat(16)}.memory`
  symlinkSync(directory, join(directory, linked))
  expect(isSnapshot(inUse)).toBe(true) // a process begins from it
  removeUnused(path)
  const left = [path, inUse, names[2] ?? '', names[3] ?? '', linked].map((name) => name.split('/').at(-1))
  expect(new Set(readdirSync(directory))).toEqual(new Set(left))
})
