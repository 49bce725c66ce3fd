import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Ledger, RunLog } from '@writ/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eraseContent } from './erase-content.ts'
import { openLedger } from './ledger.ts'
import { firstLine, kill, killAll, listen, start } from './ledger-child.fixture.ts'
import { takeShard } from './shard.ts'

let home: string
const opened: Ledger[] = []

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-resume-'))
})

afterEach(async () => {
  await killAll()
  await Promise.all(opened.splice(0).map((ledger) => ledger.close()))
  rmSync(home, { recursive: true })
})

/** A ledger of this home; those of before are still open unless closed. */
async function ledgerHere(): Promise<Ledger> {
  const ledger = await openLedger(home)
  opened.push(ledger)
  return ledger
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const recordOf = (run: string, seq: number): Uint8Array => bytes(JSON.stringify({ run, seq }))
const put = (log: RunLog, seq: number, path?: string): Promise<void> =>
  log.append(
    recordOf(log.run, seq),
    path === undefined ? [] : [{ path, bytes: bytes(`value ${seq}`) }],
    'flush',
  )
const failed = { code: 'LEDGER_FAILED' }
const busy = { code: 'RUN_BUSY', retryable: true }
const root = new Uint8Array(32).fill(7)
const keyPath = (run: string): string => join(home, 'keys', 'runs', `${run}.key`)

async function seqs(records: AsyncIterable<Uint8Array>): Promise<number[]> {
  const found: number[] = []
  for await (const record of records) found.push(JSON.parse(new TextDecoder().decode(record)).seq)
  return found
}

/** A run of so many records, each with a payload, whose writer has closed its ledger. */
async function leave(run: string, count: number, end?: (log: RunLog) => Promise<void>): Promise<RunLog> {
  const ledger = await openLedger(home)
  const log = await ledger.open(run, 'why?', 1)
  for (let seq = 0; seq < count; seq++) await put(log, seq, `0/${seq}/x`)
  await end?.(log)
  await ledger.close()
  return log
}

test('a run is written on from the number of records stored, under its own key', async () => {
  const left = await leave('run-a', 3)
  const ledger = await ledgerHere()
  const log = await ledger.resume('run-a')
  expect(log.key).toEqual(left.key)
  await put(log, 3, '0/3/x')
  expect(await seqs(log.records())).toEqual([0, 1, 2, 3])
  expect(await ledger.payload('run-a', '0/0/x')).toEqual(bytes('value 0'))
  expect(await ledger.payload('run-a', '0/3/x')).toEqual(bytes('value 3'))
  await log.seal(4, root)
  await log.finish('complete')
  expect(await ledger.runs()).toMatchObject([{ run: 'run-a', status: 'complete', question: 'why?' }])
})

test.each<[string, (log: RunLog) => Promise<void>]>([
  ['a seq that is stored', (log) => put(log, 2)],
  ['a seq that skips one', (log) => put(log, 4)],
  ['a payload path that is stored', (log) => put(log, 3, '0/1/x')],
])('after a resume %s is refused', async (_, write) => {
  await leave('run-a', 3)
  const ledger = await ledgerHere()
  const log = await ledger.resume('run-a')
  await expect(write(log)).rejects.toMatchObject(failed)
  expect(await seqs(ledger.records('run-a'))).toEqual([0, 1, 2])
  expect(await ledger.payload('run-a', '0/1/x')).toEqual(bytes('value 1'))
})

test('a run without records is resumed at 0', async () => {
  await leave('run-a', 0)
  const log = await (await ledgerHere()).resume('run-a')
  await put(log, 0)
  expect(await seqs(log.records())).toEqual([0])
})

test('an ended run is given back: the same seal and status again, nothing else', async () => {
  await leave('run-a', 2, async (log) => {
    await log.seal(2, root)
    await log.finish('complete')
  })
  for (let times = 0; times < 2; times++) {
    const ledger = await openLedger(home)
    const log = await ledger.resume('run-a')
    await log.seal(2, root)
    await log.finish('complete')
    await ledger.close()
  }
  const wrong: ((log: RunLog) => Promise<void>)[] = [
    (log) => put(log, 2),
    (log) => log.seal(2, new Uint8Array(32)),
    (log) => log.seal(1, root),
    (log) => log.finish('failed'),
  ]
  for (const write of wrong) {
    const ledger = await openLedger(home)
    await expect(write(await ledger.resume('run-a'))).rejects.toMatchObject(failed)
    await ledger.close()
  }
  const ledger = await ledgerHere()
  expect(await ledger.runs()).toMatchObject([{ status: 'complete' }])
  expect(await seqs(ledger.records('run-a'))).toEqual([0, 1])
})

test('a run that was waiting may end otherwise; one that ended may not', async () => {
  await leave('run-a', 1, (log) => log.finish('pending'))
  const log = await (await ledgerHere()).resume('run-a')
  await log.finish('complete')
  await expect(log.finish('failed')).rejects.toMatchObject(failed)
})

test('a run nobody knows is not resumed', async () => {
  await leave('run-a', 1)
  const ledger = await ledgerHere()
  for (const run of ['run-x', '../run', '']) {
    await expect(ledger.resume(run)).rejects.toMatchObject({ code: 'UNKNOWN_RUN' })
  }
})

test('without its key, or with another, a run is not resumed', async () => {
  await leave('run-a', 1)
  const key = readFileSync(keyPath('run-a'))
  const ledger = await ledgerHere()
  writeFileSync(keyPath('run-a'), Buffer.alloc(32))
  await expect(ledger.resume('run-a')).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  rmSync(keyPath('run-a'))
  await expect(ledger.resume('run-a')).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  writeFileSync(keyPath('run-a'), key, { mode: 0o600 })
  await put(await ledger.resume('run-a'), 1)
})

test('records that are not as they were counted are not written on', async () => {
  await leave('run-a', 3)
  const db = new DatabaseSync(join(home, 'ledger', 'shard-0001.db'))
  db.exec('DELETE FROM records WHERE seq = 1')
  db.close()
  await expect((await ledgerHere()).resume('run-a')).rejects.toMatchObject({ code: 'LEDGER_DAMAGED' })
})

test('a run that is being written is busy, in this process and for another, and its log goes on', async () => {
  const [ledger, other] = [await ledgerHere(), await ledgerHere()]
  const log = await ledger.open('run-a', 'q', 1)
  await put(log, 0)
  await expect(ledger.resume('run-a')).rejects.toMatchObject(busy)
  await expect(other.resume('run-a')).rejects.toMatchObject(busy)
  await put(log, 1)
  const child = start(
    home,
    `await ledger.resume(run).catch((error) => say(error.code)); await ledger.close()`,
    'run-a',
  )
  expect(await firstLine(child)).toBe('RUN_BUSY')
  await put(log, 2)
  expect(await seqs(log.records())).toEqual([0, 1, 2])
})

test('one ledger writes its own shard and those it took over, and lets go of all', async () => {
  const [first, second] = [await ledgerHere(), await ledgerHere()]
  await put(await first.open('run-a', 'q', 1), 0)
  await put(await second.open('run-b', 'q', 2), 0)
  await Promise.all([first.close(), second.close()])
  const ledger = await ledgerHere()
  const logs = [
    await ledger.open('run-c', 'q', 3),
    await ledger.resume('run-b'),
    await ledger.resume('run-a'),
  ]
  const [c, b, a] = logs
  if (a === undefined || b === undefined || c === undefined) throw new Error('no logs')
  await Promise.all([put(c, 0), put(b, 1), put(a, 1), put(c, 1), put(b, 2)])
  // What fails one run leaves the others be, whichever shard they are in.
  await Promise.all([expect(put(b, 2)).rejects.toMatchObject(failed), put(a, 2), put(c, 2)])
  expect(await seqs(ledger.records('run-b'))).toEqual([0, 1, 2])
  await ledger.close()
  expect(readdirSync(join(home, 'ledger')).filter((name) => name.endsWith('-wal'))).toEqual([])
  const next = await ledgerHere()
  for (const run of ['run-a', 'run-b', 'run-c']) await put(await next.resume(run), 3)
})

test('killed in the middle of writing, a run is written on by another process and then by this one', async () => {
  const writing = `
    const log = first ? await ledger.open(run, 'q', 1) : await ledger.resume(run)
    let start = 0
    for await (const _ of log.records()) start += 1
    say('start ' + start)
    for (let seq = start; ; seq += 8) {
      const appends = Array.from({ length: 8 }, (_, i) =>
        log.append(record(run, seq + i), [{ path: '0/' + (seq + i) + '/x', bytes: record(run, seq + i) }], i % 3 ? 'commit' : 'flush')
          .then(() => say('done ' + (seq + i))))
      await Promise.all(appends)
    }`
  let acknowledged = -1
  for (let round = 0; round < 5; round++) {
    const child = start(home, `const first = ${round === 0};${writing}`, 'run-a')
    const lines = await listen(child, 100 + round * 37)
    await kill(child)
    const started = Number(lines[0]?.split(' ')[1])
    if (round > 0) expect(started).toBeGreaterThan(acknowledged)
    acknowledged = Number(lines.at(-1)?.split(' ')[1])
    expect(acknowledged).toBeGreaterThanOrEqual(started)
  }
  const ledger = await ledgerHere()
  expect(await ledger.runs()).toMatchObject([{ run: 'run-a', status: 'open' }])
  const log = await ledger.resume('run-a')
  const stored = await seqs(log.records())
  expect(stored.length).toBeGreaterThan(acknowledged)
  expect(stored).toEqual(stored.map((_, seq) => seq))
  for (const seq of stored)
    expect(JSON.parse(Buffer.from((await ledger.payload('run-a', `0/${seq}/x`)) ?? []).toString()).seq).toBe(
      seq,
    )
  await expect(put(log, stored.length, '0/5/x')).rejects.toMatchObject(failed)
})

test('a run that is left takes nothing more, and is resumed by whoever comes, this ledger included', async () => {
  const ledger = await ledgerHere()
  const log = await ledger.open('run-a', 'why?', 1)
  await put(log, 0)
  await expect(ledger.resume('run-a')).rejects.toMatchObject(busy)
  await ledger.leave('run-a')
  await expect(put(log, 1)).rejects.toMatchObject(failed)
  const again = await ledger.resume('run-a')
  await put(again, 1)
  await ledger.leave('run-a')
  expect(existsSync(join(home, 'ledger', 'shard-0001.db-wal'))).toBe(false)
  const other = await (await ledgerHere()).resume('run-a')
  await put(other, 2)
  expect(await seqs(ledger.records('run-a'))).toEqual([0, 1, 2])
})

test('a shard is given back with the last run that is open in it', async () => {
  const ledger = await ledgerHere()
  const [one] = [await ledger.open('run-a', 'why?', 1), await ledger.open('run-b', 'why?', 2)]
  await ledger.leave('run-b')
  const other = await ledgerHere()
  await expect(other.resume('run-b')).rejects.toMatchObject(busy)
  await expect(eraseContent(home, 'run-b', () => Promise.resolve())).rejects.toMatchObject(busy)
  await put(one, 0)
  await ledger.leave('run-a')
  await eraseContent(home, 'run-b', () => Promise.resolve())
  await put(await other.resume('run-a'), 1)
})

test.each<[string, () => void]>([
  ['whose key is gone', () => rmSync(keyPath('run-a'))],
  ['whose key is another', () => writeFileSync(keyPath('run-a'), Buffer.alloc(32))],
])('the shard of a run %s is given back when its resume has failed', async (_, spoil) => {
  await leave('run-a', 3)
  spoil()
  const ledger = await ledgerHere()
  await expect(ledger.resume('run-a')).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  const shard = takeShard(join(home, 'ledger', 'shard-0001.db'))
  expect(shard).toBeDefined()
  shard?.close()
})

test('the shard taken for a run that could not be opened is given back', async () => {
  const ledger = await ledgerHere()
  writeFileSync(keyPath('run-a'), Buffer.alloc(32))
  await expect(ledger.open('run-a', 'why?', 1)).rejects.toMatchObject(failed)
  const shard = takeShard(join(home, 'ledger', 'shard-0001.db'))
  expect(shard).toBeDefined()
  shard?.close()
})

test('a run that failed and was left is written on, while another keeps its shard', async () => {
  const ledger = await ledgerHere()
  const [log, other] = [await ledger.open('run-a', 'why?', 1), await ledger.open('run-b', 'why?', 2)]
  await put(log, 0)
  await expect(put(log, 2)).rejects.toMatchObject(failed)
  await ledger.leave('run-a')
  await put(await ledger.resume('run-a'), 1)
  await put(other, 0)
  expect(await seqs(ledger.records('run-a'))).toEqual([0, 1])
})
