import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { label } from '@writ/contract'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fileFeed, textFeed } from './document-source.ts'
import { type FileRecord, sightOf } from './file-record.ts'
import { writePack } from './pack-directory.ts'
import { PackSet } from './pack-set.ts'
import { type Before, planPartition } from './partition-plan.ts'
import type { Candidate } from './selection.ts'

const manner = { rehash: false, partBytes: 1000 }

let directory: string
let set: PackSet
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'writ-plan-'))
})
afterEach(() => {
  set.close()
  vi.useRealTimers()
  rmSync(directory, { recursive: true })
})

/** A file with what a first ingestion knew of it, and a candidate that counts how often it is read. */
function known(text: string): { candidate: Candidate; before: Before; reads: () => number; path: string } {
  const path = join(directory, 'a.txt')
  writeFileSync(path, text)
  let reads = 0
  const candidate: Candidate = {
    id: 'a.txt',
    label: label('internal', [], true),
    file: { path, verdict: undefined, named: false },
    feed: (take) => {
      reads += 1
      return fileFeed(path)(take)
    },
  }
  const pack = join(directory, 'pack')
  writePack(pack, [candidate], [])
  reads = 0
  set = new PackSet([{ pack: 'pack', gone: [] }], () => pack)
  const record: FileRecord = {
    id: 'a.txt',
    partition: 'p',
    ...sightOf(candidate),
    docs: ['a.txt'],
    omitted: [],
  }
  const progress = { whole: undefined, packs: [], files: new Map(), same: new Set<string>() }
  const before = {
    files: new Map([['a.txt', record]]),
    set,
    progress,
    progressSet: new PackSet([], () => pack),
  }
  return { candidate, before, reads: () => reads, path }
}

/** As if nothing had been written for an hour. */
function anHourLater(): void {
  vi.useFakeTimers({ now: Date.now() + 3_600_000, toFake: ['Date'] })
}

it('reads no file that is as it was', () => {
  anHourLater()
  const { candidate, before, reads } = known('some text')
  const plan = planPartition([candidate], before, manner)
  expect(plan).toMatchObject({ isUnchanged: true, tasks: [] })
  expect(reads()).toBe(0)
})

it('reads it when it was written just before it was looked at, or when that is asked for', () => {
  const { candidate, before, reads } = known('some text')
  expect(planPartition([candidate], before, manner).isUnchanged).toBe(true)
  expect(reads()).toBe(1)
  anHourLater()
  expect(planPartition([candidate], before, { ...manner, rehash: true }).isUnchanged).toBe(true)
  expect(reads()).toBe(2)
})

it('reads it when its time of writing was set back: the time of change was not', async () => {
  anHourLater()
  const { candidate, before, reads, path } = known('some text')
  const today = statSync(path).mtime.setUTCHours(0, 0, 0, 0) / 1000
  await vi.waitFor(() => {
    utimesSync(path, today, today)
    expect(sightOf(candidate).seen).not.toBe(before.files.get('a.txt')?.seen)
  })
  expect(planPartition([candidate], before, manner).isUnchanged).toBe(true)
  expect(reads()).toBe(1)
})

it('packs it again with its day when it was touched on another one, and calls it the same', () => {
  const { candidate, before, path } = known('some text')
  utimesSync(path, 1, 1)
  const plan = planPartition([candidate], before, manner)
  expect(plan).toMatchObject({ isUnchanged: false, same: new Set(['a.txt']) })
  expect(plan.tasks.map(({ id, fresh }) => [id, fresh !== undefined])).toEqual([['a.txt', true]])
})

it('takes a file whose content is other for a new one', () => {
  const { candidate, before } = known('some text')
  const other = { ...candidate, feed: textFeed('some talk') }
  const plan = planPartition([other], before, manner)
  expect(plan.isUnchanged).toBe(false)
  expect(plan.tasks.map(({ id, fresh }) => [id, fresh !== undefined])).toEqual([['a.txt', true]])
})

it('reads it when that is asked for, though one that was cut short had it', () => {
  anHourLater()
  const { candidate, before, reads } = known('some text')
  const progress = { ...before.progress, packs: ['pack'], files: new Map(before.files) }
  const { set: progressSet } = before
  if (progressSet === undefined) throw new Error('there is no set')
  planPartition([candidate], { ...before, progress, progressSet }, { ...manner, rehash: true })
  expect(reads()).toBe(1)
})
