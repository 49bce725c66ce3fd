import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Durability, Ledger, Payload, RunLog } from '@writ/contract'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openLedger } from './ledger.ts'

let home: string
let ledger: Ledger

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'writ-ledger-'))
  ledger = await openLedger(home)
})

afterEach(async () => {
  await ledger.close()
  rmSync(home, { recursive: true })
})

const DURABILITIES: readonly Durability[] = ['flush', 'commit', 'soon']
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const recordOf = (run: string, seq: number, note = ''): Uint8Array =>
  bytes(JSON.stringify({ note, run, seq, v: 2 }))
const put = (log: RunLog, seq: number, payloads: readonly Payload[] = []): Promise<void> =>
  log.append(recordOf(log.run, seq), payloads, 'commit')
const failed = { code: 'LEDGER_FAILED' }

async function seqs(records: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const record of records) found.push(JSON.parse(new TextDecoder().decode(record)).seq)
  return found
}

async function write(log: RunLog, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, seq) => put(log, seq)))
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const shards = (): string[] => readdirSync(join(home, 'ledger')).filter((name) => name.endsWith('.db'))
const keyPath = (run: string): string => join(home, 'keys', 'runs', `${run}.key`)

describe('reading', () => {
  test('a home without runs lists none and takes no shard', async () => {
    expect(await ledger.runs()).toEqual([])
    expect(shards()).toEqual([])
    expect(readFileSync(join(home, '.gitignore'), 'utf8')).toBe('*\n')
  })

  test('records come back in order over several batches, from the log, the ledger and another reader', async () => {
    const log = await ledger.open('run-a', 'why?', 1)
    await write(log, 600)
    expect(await seqs(log.records())).toEqual(upTo(600))
    expect(await seqs(ledger.records('run-a'))).toEqual(upTo(600))
    const other = await openLedger(home)
    expect(await seqs(other.records('run-a'))).toEqual(upTo(600))
    await put(log, 600)
    expect(await seqs(other.records('run-a'))).toEqual(upTo(601))
    await other.close()
  })

  test('runs are listed newest first with question and status', async () => {
    const first = await ledger.open('run-a', 'first?', 1)
    await ledger.open('run-b', 'second?', 2)
    await first.finish('complete')
    expect(await ledger.runs()).toEqual([
      { run: 'run-b', question: 'second?', status: 'open', startedAt: 2 },
      { run: 'run-a', question: 'first?', status: 'complete', startedAt: 1 },
    ])
  })

  test('a run that is not there is unknown, whatever its name', async () => {
    await ledger.open('run-a', 'q', 1)
    for (const run of ['run-x', '../../etc/passwd', '']) {
      await expect(seqs(ledger.records(run))).rejects.toMatchObject({ code: 'UNKNOWN_RUN' })
      expect(await ledger.payload(run, 'p')).toBeUndefined()
    }
  })

  test('a record missing from the middle is an error, not a shorter run', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    await write(log, 3)
    const db = new DatabaseSync(join(home, 'ledger', 'shard-0001.db'))
    db.exec('DELETE FROM records WHERE seq = 1')
    db.close()
    await expect(seqs(ledger.records('run-a'))).rejects.toMatchObject(failed)
  })
})

describe('writing', () => {
  test('acknowledges in the order of the appends, whatever their durability and run', async () => {
    const logs = [await ledger.open('run-a', 'q', 1), await ledger.open('run-b', 'q', 2)]
    const acknowledged: string[] = []
    const made: string[] = []
    const appends: Promise<void>[] = []
    for (const seq of upTo(50)) {
      for (const log of logs) {
        const name = `${log.run}/${seq}`
        made.push(name)
        const append = log.append(recordOf(log.run, seq), [], DURABILITIES[seq % 3] ?? 'commit')
        appends.push(append.then(() => void acknowledged.push(name)))
      }
      if (seq % 7 === 0) await appends.at(-1)
    }
    await Promise.all(appends)
    expect(acknowledged).toEqual(made)
  })

  test('records that may wait are sent once there are many, however long the wait is', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    vi.useFakeTimers({ toFake: ['setTimeout'] }) // the wait never ends
    onTestFinished(() => void vi.useRealTimers())
    await Promise.all(upTo(32).map((seq) => log.append(recordOf('run-a', seq), [], 'soon')))
    expect(await seqs(log.records())).toEqual(upTo(32))
  })

  test('bytes given to append stay the caller’s', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    const record = recordOf('run-a', 0)
    const payload = bytes('before')
    const append = log.append(record, [{ path: 'p', bytes: payload }], 'commit')
    payload.fill(0)
    record.fill(0)
    await append
    expect(await seqs(log.records())).toEqual([0])
    expect(await ledger.payload('run-a', 'p')).toEqual(bytes('before'))
  })

  test.each<[string, Uint8Array, Payload[]]>([
    ['a seq that skips one', recordOf('run-a', 2), []],
    ['a seq that is there already', recordOf('run-a', 0), []],
    ['a record of another run', recordOf('run-b', 1), []],
    ['no JSON', bytes('{"run":"run-a","seq":1'), []],
    ['a record that is too large', recordOf('run-a', 1, 'x'.repeat(65_536)), []],
    ['a path that is there already', recordOf('run-a', 1), [{ path: 'p', bytes: bytes('2') }]],
    [
      'a path given twice',
      recordOf('run-a', 1),
      [
        { path: 'r', bytes: bytes('1') },
        { path: 'r', bytes: bytes('2') },
      ],
    ],
  ])('%s fails the run and no other', async (_, record, payloads) => {
    const log = await ledger.open('run-a', 'q', 1)
    const other = await ledger.open('run-b', 'q', 2)
    await put(log, 0, [{ path: 'p', bytes: bytes('1') }])
    const outcomes = await Promise.allSettled([
      log.append(record, payloads, 'flush'),
      put(log, 1),
      put(other, 0),
    ])
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'fulfilled'])
    await expect(put(log, 1)).rejects.toMatchObject({ ...failed, run: 'run-a' })
    expect(await seqs(log.records())).toEqual([0])
    expect(await ledger.payload('run-a', 'p')).toEqual(bytes('1'))
    expect(await ledger.payload('run-a', 'r')).toBeUndefined()
  })

  test('a run opens once, even when its key is gone', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    await expect(ledger.open('run-a', 'q', 1)).rejects.toMatchObject(failed)
    rmSync(keyPath('run-a'))
    await expect(ledger.open('run-a', 'q', 1)).rejects.toMatchObject(failed)
    expect(existsSync(keyPath('run-a'))).toBe(false)
    await put(log, 0)
  })

  test('a name that is no file name, or a start that is no time, opens nothing and harms nothing', async () => {
    for (const run of ['../run', '', 'a/b', '.hidden', 'x'.repeat(65)]) {
      await expect(ledger.open(run, 'q', 1)).rejects.toMatchObject(failed)
    }
    await expect(ledger.open('run-a', 'q', 0.5)).rejects.toMatchObject(failed)
    await put(await ledger.open('run-a', 'q', 1), 0)
  })

  test('after a fault of the shard nothing more is taken, by any run', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    const other = await ledger.open('run-b', 'q', 1)
    await put(log, 0)
    const db = new DatabaseSync(join(home, 'ledger', 'shard-0001.db'))
    db.exec('ALTER TABLE payloads RENAME TO gone')
    await expect(put(log, 1, [{ path: 'p', bytes: bytes('1') }])).rejects.toMatchObject(failed)
    db.exec('ALTER TABLE gone RENAME TO payloads')
    db.close()
    await expect(put(log, 1)).rejects.toMatchObject(failed)
    await expect(put(other, 0)).rejects.toMatchObject(failed)
    await expect(other.finish('failed')).rejects.toMatchObject(failed)
    await expect(ledger.open('run-c', 'q', 1)).rejects.toMatchObject(failed)
    expect(await seqs(log.records())).toEqual([0])
  })

  test('a commit that does not read back as counted is not acknowledged', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    const other = await ledger.open('run-b', 'q', 1)
    const db = new DatabaseSync(join(home, 'ledger', 'shard-0001.db'))
    db.exec(`INSERT INTO records SELECT id, 5, x'00' FROM runs WHERE run = 'run-a'`)
    db.close()
    await expect(put(log, 0)).rejects.toMatchObject(failed)
    await expect(put(other, 0)).rejects.toMatchObject(failed)
  })

  test('close answers what was asked before and nothing after', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    const before = put(log, 0)
    const closing = ledger.close()
    await expect(put(log, 1)).rejects.toMatchObject(failed)
    await Promise.all([before, closing, ledger.close()])
    await expect(ledger.runs()).rejects.toMatchObject(failed)
    const again = await openLedger(home)
    expect(await seqs(again.records('run-a'))).toEqual([0])
    await again.close()
  })

  test('any interleaving of appends reads back in order', async () => {
    let runs = 0
    const step = fc.record({
      writer: fc.nat(3),
      durability: fc.constantFrom(...DURABILITIES),
      payload: fc.option(fc.uint8Array({ maxLength: 40 })),
      pause: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const logs = await Promise.all(upTo(4).map(() => ledger.open(`run-${runs++}`, 'q', runs)))
        const written = logs.map((log) => ({ log, count: 0, payloads: new Map<string, Uint8Array>() }))
        const appends: Promise<void>[] = []
        for (const { writer, durability, payload, pause } of steps) {
          const target = written[writer]
          if (target === undefined) throw new Error('no such writer')
          const path = `0/${target.count}/value`
          if (payload !== null) target.payloads.set(path, payload)
          const payloads = payload === null ? [] : [{ path, bytes: payload }]
          const record = recordOf(target.log.run, target.count++)
          appends.push(target.log.append(record, payloads, durability))
          if (pause) await appends.at(-1)
        }
        await Promise.all(appends)
        for (const { log, count, payloads } of written) {
          expect(await seqs(log.records())).toEqual(upTo(count))
          for (const [path, value] of payloads) expect(await ledger.payload(log.run, path)).toEqual(value)
        }
      }),
      { numRuns: 25 },
    )
  })
})

describe('sealing', () => {
  const root = new Uint8Array(32).fill(7)

  test('one root per size; the same again is accepted, and no append after it', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    await write(log, 3)
    await log.seal(3, root)
    await log.seal(3, root)
    await expect(put(log, 3)).rejects.toMatchObject(failed)
    expect(await seqs(log.records())).toEqual(upTo(3))
  })

  test('a sealed and finished run takes nothing more', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    await log.finish('pending')
    await write(log, 1)
    await log.seal(1, root)
    await expect(log.finish('complete')).rejects.toMatchObject(failed)
    expect(await ledger.runs()).toMatchObject([{ status: 'pending' }])
  })

  test.each<[string, number, Uint8Array]>([
    ['fewer records', 4, root],
    ['more records', 2, root],
    ['a root of another length', 3, root.subarray(1)],
  ])('%s than the size says is refused', async (_, size, given) => {
    const log = await ledger.open('run-a', 'q', 1)
    await write(log, 3)
    await expect(log.seal(size, given)).rejects.toMatchObject(failed)
    await expect(put(log, 3)).rejects.toMatchObject(failed)
  })

  test('another root for the same size is refused', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    await write(log, 3)
    await log.seal(3, root)
    await expect(log.seal(3, new Uint8Array(32).fill(8))).rejects.toMatchObject(failed)
    const db = new DatabaseSync(join(home, 'ledger', 'shard-0001.db'), { readOnly: true })
    expect(db.prepare('SELECT size, root FROM seals').all()).toMatchObject([{ size: 3, root }])
    db.close()
  })
})

describe('content', () => {
  test('questions and payloads are nowhere in the files of the ledger', async () => {
    const question = 'who-signed-the-heron-contract'
    const secret = 'heron-payload-plaintext-0123456789'
    const log = await ledger.open('run-a', question, 1)
    await log.append(
      recordOf('run-a', 0, 'heron-metadata'),
      [{ path: '0/0/value', bytes: bytes(secret) }],
      'flush',
    )
    const files = readdirSync(join(home, 'ledger'))
    expect(files.some((name) => name.endsWith('-wal'))).toBe(true)
    const stored = Buffer.concat(files.filter((name) => !name.includes('.lock')).map(readShardFile))
    expect(stored.includes('heron-metadata')).toBe(true)
    expect(stored.includes(question)).toBe(false)
    expect(stored.includes(secret)).toBe(false)
    expect(stored.includes(Buffer.from(log.key))).toBe(false)
    expect(await ledger.payload('run-a', '0/0/value')).toEqual(bytes(secret))
    expect(await ledger.payload('run-a', '0/1/value')).toBeUndefined()
  })

  test('the key of a run has 32 bytes in a file of its own', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    const other = await ledger.open('run-b', 'q', 1)
    expect(log.key).toHaveLength(32)
    expect(log.key).not.toEqual(other.key)
    expect(new Uint8Array(readFileSync(keyPath('run-a')))).toEqual(log.key)
  })

  test('without its key a run has no content; with another key it is refused', async () => {
    const log = await ledger.open('run-a', 'q', 1)
    await put(log, 0, [{ path: 'p', bytes: bytes('value') }])
    writeFileSync(keyPath('run-a'), Buffer.alloc(32), { mode: 0o600 })
    await expect(ledger.payload('run-a', 'p')).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    writeFileSync(keyPath('run-a'), Buffer.alloc(31))
    await expect(ledger.payload('run-a', 'p')).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
    rmSync(keyPath('run-a'))
    expect(await ledger.payload('run-a', 'p')).toBeUndefined()
    expect(await ledger.runs()).toMatchObject([{ run: 'run-a', question: '' }])
  })
})

function readShardFile(name: string): Buffer {
  return readFileSync(join(home, 'ledger', name))
}
