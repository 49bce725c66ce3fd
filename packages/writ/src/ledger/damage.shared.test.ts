import { spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Ledger } from '@writ/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkShards } from './check-shards.ts'
import { prepareHome } from './home.ts'
import { openLedger } from './ledger.ts'
import { killAll, listen, start } from './ledger-child.fixture.ts'
import { Writer } from './writer.ts'

let home: string
const damaged = { code: 'LEDGER_DAMAGED' }

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-damage-'))
})

afterEach(async () => {
  await killAll()
  rmSync(home, { recursive: true })
})

const recordOf = (run: string, seq: number): Uint8Array =>
  Buffer.from(JSON.stringify({ note: 'x'.repeat(500), run, seq }))

async function count(ledger: Ledger, run: string): Promise<number> {
  let found = 0
  for await (const _ of ledger.records(run)) found += 1
  return found
}

/** Two ledgers at once, so that each run is in a shard of its own. */
async function twoShards(): Promise<readonly [string, string]> {
  const ledgers = await Promise.all([openLedger(home), openLedger(home)])
  for (const [index, ledger] of ledgers.entries()) {
    const log = await ledger.open(`run-${index}`, 'q', index)
    for (let seq = 0; seq < 200; seq++) await log.append(recordOf(log.run, seq), [], 'commit')
  }
  // The later one first: it has the other's shard open to read, and the last to close folds the write-ahead log in.
  for (const ledger of ledgers.toReversed()) await ledger.close()
  return [join(home, 'ledger', 'shard-0001.db'), join(home, 'ledger', 'shard-0002.db')]
}

function overwrite(path: string, from: number, bytes: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, from)
  closeSync(file)
}

test('a shard whose head is overwritten hides no other, takes no run, and is named', async () => {
  const [first, second] = await twoShards()
  expect(checkShards(home)).toBe(2)
  overwrite(first, 0, 4096)
  expect(() => checkShards(home)).toThrow(first)
  const before = readFileSync(first)
  const ledger = await openLedger(home)
  expect(await ledger.runs()).toMatchObject([{ run: 'run-1' }])
  expect(await ledger.damaged()).toEqual([first])
  expect(await count(ledger, 'run-1')).toBe(200)
  await expect(count(ledger, 'run-0')).rejects.toMatchObject(damaged)
  await expect(ledger.resume('run-0')).rejects.toMatchObject(damaged)
  const log = await ledger.open('run-2', 'q', 3)
  await log.append(recordOf('run-2', 0), [], 'flush')
  await ledger.close()
  expect(readFileSync(first)).toEqual(before)
  expect(statSync(second).size).toBeGreaterThan(0)
})

test('pages overwritten in the middle are found by the check, and never read as records', async () => {
  const [first] = await twoShards()
  overwrite(first, 5 * 4096, 8 * 4096)
  expect(() => checkShards(home)).toThrow(expect.objectContaining(damaged))
  const ledger = await openLedger(home)
  await expect(count(ledger, 'run-0')).rejects.toThrow()
  expect(await count(ledger, 'run-1')).toBe(200)
  await ledger.close()
})

test('a full shard is closed for new runs; its open runs go on and readers see all', async () => {
  const writer = new Writer(prepareHome(home), () => undefined, 65_536)
  const put = (run: string, seq: number): void => {
    const record = recordOf(run, seq)
    expect(writer.commit([{ op: 'append', run, record, payloads: [], flush: true }])).toEqual([
      { ok: true, value: undefined },
    ])
  }
  writer.open({ op: 'open', run: 'run-0', question: 'q', startedAt: 0 })
  // The write-ahead log is folded in at 1,000 pages; only then does the shard itself grow.
  let seq = 0
  while (statSync(join(home, 'ledger', 'shard-0001.db')).size < 65_536) put('run-0', seq++)
  writer.open({ op: 'open', run: 'run-1', question: 'q', startedAt: 1 })
  put('run-1', 0)
  put('run-0', seq++)
  expect(readdirSync(join(home, 'ledger')).filter((name) => name.endsWith('.db'))).toHaveLength(2)
  const ledger = await openLedger(home)
  expect(await count(ledger, 'run-0')).toBe(seq)
  expect(await count(ledger, 'run-1')).toBe(1)
  await ledger.close()
  writer.close()
  const next = new Writer(prepareHome(home), () => undefined, 65_536)
  next.open({ op: 'open', run: 'run-2', question: 'q', startedAt: 2 })
  expect(readdirSync(join(home, 'ledger')).filter((name) => name.endsWith('.db'))).toHaveLength(2)
  next.close()
})

test('a full disk stops the run, loses nothing acknowledged, and leaves the rest readable', async (context) => {
  const disk = join(home, 'disk')
  mkdirSync(disk)
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk]).status !== 0) {
    context.skip('a file system of a fixed size cannot be mounted here')
  }
  try {
    const child = start(
      disk,
      `const log = await ledger.open(run, 'q', 1)
      let seq = 0
      try { for (;; seq++) await log.append(record(run, seq), [], 'flush') } catch (error) { say(error.code) }
      say(String(seq))
      await log.append(record(run, seq), [], 'flush').catch((error) => say(error.code))
      await ledger.open('run-b', 'q', 1).catch((error) => say(error.code))
      await ledger.close()`,
      'run-a',
    )
    const [first, acknowledged, ...later] = await listen(child)
    expect([first, ...later]).toEqual(['LEDGER_FAILED', 'LEDGER_FAILED', 'LEDGER_FAILED'])
    const ledger = await openLedger(disk)
    expect(Number(acknowledged)).toBeGreaterThan(0)
    expect(await count(ledger, 'run-a')).toBe(Number(acknowledged))
    expect(await ledger.runs()).toMatchObject([{ run: 'run-a', status: 'open' }])
    await ledger.close()
  } finally {
    spawnSync('umount', [disk])
  }
})

/** What a kill leaves beside a shard before its write-ahead log is on: a journal that has to be rolled back. */
function leaveJournal(shard: string, withDatabase: boolean): void {
  const path = join(home, 'half.db')
  const half = new DatabaseSync(path)
  half.exec('PRAGMA cache_size = 1; BEGIN; CREATE TABLE pages(bytes)')
  const add = half.prepare('INSERT INTO pages VALUES (?)')
  for (let n = 0; n < 100; n += 1) add.run(Buffer.alloc(3_000))
  copyFileSync(`${path}-journal`, `${shard}-journal`)
  if (withDatabase) copyFileSync(path, shard)
  half.close()
}

test('a shard whose maker died before its write-ahead log was on is made anew', async () => {
  const ledger = await openLedger(home)
  leaveJournal(join(home, 'ledger', 'shard-0001.db'), true)
  expect(await ledger.runs()).toEqual([])
  expect(await ledger.damaged()).toEqual([])
  const log = await ledger.open('run-a', 'q', 1)
  await log.append(recordOf('run-a', 0), [], 'flush')
  expect(await count(ledger, 'run-a')).toBe(1)
  await ledger.close()
  expect(readdirSync(join(home, 'ledger')).filter((name) => name.endsWith('-journal'))).toEqual([])
})

test('a journal put beside a shard that has runs is damage, and is not rolled back', async () => {
  const [first] = await twoShards()
  leaveJournal(first, false)
  const before = readFileSync(first)
  const ledger = await openLedger(home)
  await expect(count(ledger, 'run-0')).rejects.toMatchObject(damaged)
  await expect(ledger.resume('run-0')).rejects.toMatchObject(damaged)
  expect(await count(ledger, 'run-1')).toBe(200)
  await ledger.close()
  expect(readFileSync(first).equals(before)).toBe(true)
})
