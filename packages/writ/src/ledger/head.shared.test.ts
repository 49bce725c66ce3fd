import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Durability, RunLog } from '@writ/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { acceptLoss } from './accept-loss.ts'
import { backUp } from './backup.ts'
import { digest } from './backup-manifest.ts'
import { bootId } from './boot-id.ts'
import { checkShards } from './check-shards.ts'
import { formatHeadFile, formatSlot, LATEST_SLOT, readHead, SLOT_BYTES } from './head-file.ts'
import { prepareHome } from './home.ts'
import { openLedger } from './ledger.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

// A home as a kill leaves it, at several moments of one run, and everything that can be done to its write-ahead log.

const damaged = expect.objectContaining({ code: 'LEDGER_DAMAGED' })
/** Records by then, the last of each group of five flushed but for the last two groups. */
const MOMENTS = { early: 5, barrier: 30, later: 35, last: 40 }

let place: string
let copies = 0
let home: string

const shardIn = (directory: string): string => join(directory, 'ledger', 'shard-0001.db')
const walIn = (directory: string): string => `${shardIn(directory)}-wal`
const record = (run: string, seq: number): Uint8Array =>
  Buffer.from(JSON.stringify({ note: 'x'.repeat(600), run, seq }))

/** By another process: whoever opens and closes a database file here would drop the locks of this one. */
function copyHome(from: string, to: string): void {
  const { status, stderr } = spawnSync('cp', ['-r', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
}

const momentOf = (name: keyof typeof MOMENTS): string => join(place, name)

async function append(log: RunLog, seq: number, durability: Durability): Promise<void> {
  await log.append(record(log.run, seq), [{ path: `0/${seq}/x`, bytes: record(log.run, seq) }], durability)
}

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'writ-head-'))
  const living = join(place, 'living')
  const ledger = await openLedger(living)
  const log = await ledger.open('run-a', 'q', 1)
  let seq = 0
  for (const [name, records] of Object.entries(MOMENTS)) {
    for (; seq < records; seq++)
      await append(log, seq, seq < MOMENTS.barrier && seq % 5 === 4 ? 'flush' : 'commit')
    // Its head is flushed soon after a flushed commit, not with it.
    const flushed = Math.min(records, MOMENTS.barrier)
    while (readHead(shardIn(living))?.flushed?.records !== flushed) await sleep(5)
    copyHome(living, join(place, name))
  }
  await ledger.close()
})

beforeEach(() => {
  home = join(place, `copy-${copies++}`)
  copyHome(momentOf('last'), home)
})

afterAll(() => rmSync(place, { recursive: true }))

/** What the ledger's worker does, in this thread. */
class Rooms {
  readonly reader = new Reader(prepareHome(home))
  readonly writer = new Writer(prepareHome(home), () => undefined)

  records(): number {
    let found = 0
    for (let more = true; more; ) {
      const batch = this.reader.records({ op: 'records', run: 'run-a', from: found })
      found += batch.records.length
      more = batch.more
    }
    return found
  }

  resume(): void {
    const shard = this.reader.shardOf('run-a')
    if (shard === undefined) throw this.reader.unknown('run-a')
    this.writer.resume('run-a', shard)
  }

  append(run: string, seq: number, bytes: Uint8Array = record(run, seq), flush = true): void {
    const write = { op: 'append', run, record: bytes, payloads: [], flush } as const
    expect(this.writer.commit([write])).toEqual([{ ok: true, value: undefined }])
  }
}

function withRooms<T>(work: (rooms: Rooms) => T): T {
  const rooms = new Rooms()
  try {
    return work(rooms)
  } finally {
    rooms.reader.close()
    rooms.writer.close()
  }
}

const countRecords = (): number => withRooms((rooms) => rooms.records())

function writeOn(from: number, count: number): void {
  withRooms((rooms) => {
    rooms.resume()
    for (let seq = from; seq < from + count; seq++) rooms.append('run-a', seq)
  })
}

/** As if the machine had been started anew since: what was not flushed may be gone. */
function reboot(): void {
  const path = join(home, 'heads', 'shard-0001.head')
  const { latest } = readHead(shardIn(home)) ?? {}
  if (latest === undefined) throw new Error('nothing was committed')
  const bytes = readFileSync(path)
  bytes.set(formatSlot('shard-0001', latest.head, '00000000-1111'), LATEST_SLOT * SLOT_BYTES)
  writeFileSync(path, bytes)
}

const middle = (bytes: Buffer): number => Math.floor(bytes.length * 0.6)

const DAMAGE: Record<string, () => void> = {
  'a log that is cut off': () => truncateSync(walIn(home), middle(readFileSync(walIn(home)))),
  'a log whose last frame is cut off': () => truncateSync(walIn(home), readFileSync(walIn(home)).length - 1),
  'a flipped bit in the log': () => {
    const bytes = readFileSync(walIn(home))
    bytes[middle(bytes)] = (bytes[middle(bytes)] ?? 0) ^ 4
    writeFileSync(walIn(home), bytes)
  },
  'zeroes in the log': () => {
    const bytes = readFileSync(walIn(home))
    writeFileSync(walIn(home), bytes.fill(0, middle(bytes)))
  },
  'an older copy of the log': () => copyFileSync(walIn(momentOf('early')), walIn(home)),
  'an older copy of the whole ledger directory': () => {
    rmSync(join(home, 'ledger'), { recursive: true })
    copyHome(join(momentOf('early'), 'ledger'), join(home, 'ledger'))
  },
  'no log': () => rmSync(walIn(home)),
  'no database': () => {
    for (const name of readdirSync(join(home, 'ledger'))) rmSync(join(home, 'ledger', name))
  },
  'a head that cannot be read': () =>
    writeFileSync(join(home, 'heads', 'shard-0001.head'), Buffer.alloc(3 * SLOT_BYTES)),
  'no head': () => rmSync(join(home, 'heads', 'shard-0001.head')),
}

/** What lies there of the shard, but for what readers leave: shared memory, locks and an empty log. */
function files(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    ['ledger', 'heads'].flatMap((folder) =>
      readdirSync(join(home, folder))
        .filter((name) => name.startsWith('shard-0001') && !/-shm$|\.lock$/.test(name))
        .map((name) => [name, digest(join(home, folder, name))] as const)
        .filter(([, { size }]) => size > 0)
        .map(([name, { sha256 }]) => [name, sha256]),
    ),
  )
}

test('a killed process leaves no damage: everything committed is there and written on', () => {
  expect(countRecords()).toBe(MOMENTS.last)
  writeOn(MOMENTS.last, 1)
  expect(checkShards(home)).toBe(1)
  expect(countRecords()).toBe(MOMENTS.last + 1)
})

describe.each(Object.keys(DAMAGE))('with %s', (name) => {
  const moments = ['in the same boot', 'after a reboot'] as const
  // What lies behind the last barrier may be gone after a reboot.
  test.each(name === 'a log whose last frame is cut off' ? moments.slice(0, 1) : moments)(
    'nothing of the shard is read or written, %s',
    async (moment) => {
      if (moment === 'after a reboot') reboot()
      DAMAGE[name]?.()
      const before = files()
      withRooms((rooms) => {
        expect(rooms.reader.runs()).toEqual([])
        expect(() => rooms.records()).toThrow(damaged)
        expect(() => rooms.reader.key({ op: 'key', run: 'run-a' })).toThrow(damaged)
        expect(() => rooms.reader.payload({ op: 'payload', run: 'run-a', path: '0/0/x' })).toThrow(damaged)
        expect(() => rooms.resume()).toThrow(damaged)
        expect(() => rooms.resume()).toThrow('writ ledger accept-loss shard-0001')
        expect(() => rooms.writer.resume('run-a', shardIn(home))).toThrow(damaged)
        rooms.writer.open({ op: 'open', run: 'run-b', question: 'q', startedAt: 2 })
        rooms.append('run-b', 0)
        expect(rooms.reader.runs()).toMatchObject([{ run: 'run-b' }])
      })
      expect(() => checkShards(home)).toThrow(damaged)
      await expect(backUp(home, join(home, 'copy'), { keys: false })).rejects.toEqual(damaged)
      expect(files()).toEqual(before)
    },
  )

  test('a person can go on with what is there, which is noted, and then it is sound again', async () => {
    DAMAGE[name]?.()
    const log = existsSync(walIn(home)) ? digest(walIn(home)) : undefined
    const loss = await acceptLoss(home, 'shard-0001', 'the disk was replaced')
    expect(loss).toMatchObject({ shard: 'shard-0001', reason: 'the disk was replaced' })
    expect(loss.log === null ? undefined : digest(loss.log)).toEqual(log)
    const notes = readdirSync(join(home, 'heads')).filter((file) => file.includes('accepted'))
    expect(notes.map((file) => JSON.parse(readFileSync(join(home, 'heads', file), 'utf8')))).toEqual([loss])
    expect(checkShards(home)).toBe(1)
    if (loss.kept.records === 0) {
      expect(() => withRooms((rooms) => rooms.resume())).toThrow('there is no run run-a')
    } else {
      expect(countRecords()).toBe(loss.kept.records)
      writeOn(loss.kept.records, 1)
      expect(countRecords()).toBe(loss.kept.records + 1)
    }
    await expect(acceptLoss(home, 'shard-0001', 'again')).rejects.toMatchObject({ code: 'USAGE' })
  })
})

test('what was committed after the last barrier may be gone after a reboot, and not without one', () => {
  copyFileSync(walIn(momentOf('barrier')), walIn(home))
  expect(countRecords).toThrow(damaged)
  reboot()
  expect(countRecords()).toBe(MOMENTS.barrier)
  writeOn(MOMENTS.barrier, 1)
  expect(countRecords()).toBe(MOMENTS.barrier + 1)
})

test('a head that a kill left behind its database is caught up', () => {
  copyFileSync(join(momentOf('later'), 'heads', 'shard-0001.head'), join(home, 'heads', 'shard-0001.head'))
  expect(countRecords()).toBe(MOMENTS.last)
  withRooms((rooms) => {
    rooms.resume()
    rooms.append('run-a', MOMENTS.last, record('run-a', MOMENTS.last), false)
  })
  expect(readHead(shardIn(home))?.latest).toMatchObject({
    boot: bootId(),
    head: { records: MOMENTS.last + 1 },
  })
})

test('a database with a history of its own is not taken for the one its head names, however long it is', () => {
  const own = home
  const other = join(place, `copy-${copies++}`)
  copyHome(own, other)
  writeOn(MOMENTS.last, 3)
  home = other
  withRooms((rooms) => {
    rooms.resume()
    for (let seq = MOMENTS.last; seq < MOMENTS.last + 9; seq++)
      rooms.append('run-a', seq, Buffer.from(JSON.stringify({ run: 'run-a', seq })))
  })
  home = own
  copyFileSync(shardIn(other), shardIn(home))
  expect(countRecords).toThrow('is not the one that its head names')
})

test('records that were committed and are gone are missed, also where no other follows', () => {
  writeOn(MOMENTS.last, 1)
  const db = new DatabaseSync(shardIn(home))
  db.exec(`DELETE FROM records WHERE seq = ${MOMENTS.last}`)
  db.close()
  expect(countRecords).toThrow('41 records were committed, 40 are there')
})

test('records altered in place are found by the check that reads them all', () => {
  writeOn(MOMENTS.last, 1)
  const db = new DatabaseSync(shardIn(home))
  db.prepare('UPDATE records SET bytes = ? WHERE seq = 17').run(record('run-a', 71))
  db.close()
  expect(() => checkShards(home)).toThrow('are not as they were written')
})

test('a shard of version 3 is written on, and its head goes on', () => {
  writeOn(MOMENTS.last, 1)
  const before = readHead(shardIn(home))?.flushed?.seq ?? Number.NaN
  const db = new DatabaseSync(shardIn(home))
  db.exec(
    'DROP INDEX records_in_blocks; CREATE UNIQUE INDEX old ON records(run, seq); PRAGMA user_version = 3',
  )
  db.close()
  const records = MOMENTS.last + 1
  expect(countRecords()).toBe(records)
  writeOn(records, 1)
  expect(readHead(shardIn(home))?.flushed).toMatchObject({
    seq: before + 1,
    records: records + 1,
    run: 'run-a',
  })
  expect(countRecords()).toBe(records + 1)
  expect(checkShards(home)).toBe(1)
})

test.each([1, 2])('a shard of version %i is written on, and has a head from then on', (version) => {
  writeOn(MOMENTS.last, 1)
  rmSync(join(home, 'heads'), { recursive: true })
  const db = new DatabaseSync(shardIn(home))
  db.exec('DROP TABLE heads; DROP INDEX records_in_blocks')
  if (version === 1)
    db.exec(`CREATE TABLE old(run INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL,
      PRIMARY KEY(run, seq)) STRICT, WITHOUT ROWID;
      INSERT INTO old SELECT * FROM records; DROP TABLE records; ALTER TABLE old RENAME TO records`)
  db.exec(`PRAGMA user_version = ${version}`)
  db.close()
  const records = MOMENTS.last + 1
  expect(countRecords()).toBe(records)
  writeOn(records, 1)
  expect(readHead(shardIn(home))?.flushed).toMatchObject({ seq: 1, records: records + 1, run: 'run-a' })
  expect(checkShards(home)).toBe(1)
  const head = { seq: 2, records: 99, root: 'ab'.repeat(32), run: '' }
  writeFileSync(join(home, 'heads', 'shard-0001.head'), formatHeadFile('shard-0001', head, undefined))
  expect(countRecords).toThrow('1 commit that was acknowledged')
})

test('what is accepted has to be a shard that lacks something and that nobody writes', async () => {
  for (const shard of ['shard-0009', '../shard-0001', 'shard-0001'])
    await expect(acceptLoss(home, shard, 'r')).rejects.toMatchObject({ code: 'USAGE' })
  const rooms = new Rooms()
  rooms.resume()
  await expect(acceptLoss(home, 'shard-0001', 'r')).rejects.toMatchObject({ code: 'RUN_BUSY' })
  rooms.reader.close()
  rooms.writer.close()
})

test('a ledger that saw damage sees that the loss was accepted', async () => {
  DAMAGE['a log that is cut off']?.()
  const ledger = await openLedger(home)
  expect(await ledger.damaged()).toEqual([shardIn(home)])
  expect(await ledger.runs()).toEqual([])
  await acceptLoss(home, 'shard-0001', 'the disk was replaced')
  expect(await ledger.damaged()).toEqual([])
  expect(await ledger.runs()).toMatchObject([{ run: 'run-a' }])
  await expect(ledger.resume('run-b')).rejects.toMatchObject({ code: 'UNKNOWN_RUN' })
  expect(await ledger.resume('run-a')).toMatchObject({ run: 'run-a' })
  await ledger.close()
})
