import { BOTTOM, type Durability, NOTHING, type RunLog } from '@writ/contract'
import { expect, test } from 'vitest'
import { systemClock } from '../basis/system-clock.ts'
import { LiveJournal } from './live-journal.ts'
import { Suspension } from './suspension.ts'

/** A ledger that takes a record when the test says so. */
class SlowLog {
  readonly sent: { readonly durability: Durability; settle: (refusal?: Error) => void }[] = []
  readonly log: RunLog = {
    run: 'run-a',
    key: new Uint8Array(32),
    append: (_, __, durability) =>
      new Promise((resolve, reject) => {
        this.sent.push({ durability, settle: (refusal) => (refusal ? reject(refusal) : resolve()) })
      }),
    seal: () => Promise.resolve(),
    finish: () => Promise.resolve(),
    records: async function* () {},
  }
}

function journalOf(): {
  readonly sent: SlowLog['sent']
  readonly failures: unknown[]
  readonly journal: LiveJournal
  /** Resolves when the step may go on. */
  readonly write: (durability: Durability) => Promise<void>
} {
  const { log, sent } = new SlowLog()
  const failures: unknown[] = []
  const journal = new LiveJournal(log, systemClock, (error) => failures.push(error))
  let n = 0
  const write = (durability: Durability): Promise<void> => {
    const id = { lane: '0', n: n++ }
    const input = journal.commit(id, 'local', 'input', '[]')
    const output = journal.commit(id, 'local', 'output', 'null')
    return journal.write({
      kind: 'local',
      id,
      det: { op: 'cite', outcome: 'ok', code: null, input, output, label: BOTTOM, budget: null },
      obs: { at: journal.now() },
      durability,
    }).durable
  }
  return { sent, failures, journal, write }
}

/** Whether a promise is settled once everything that can go on has. */
async function settled(promise: Promise<void>): Promise<boolean> {
  const after = promise.then(
    () => true,
    () => true,
  )
  return await Promise.race([after, new Promise<false>((resolve) => setImmediate(resolve, false))])
}

test('a suspended run records what comes back, item by item, and nothing else', () => {
  const { log, sent } = new SlowLog()
  const suspend = new AbortController()
  const journal = new LiveJournal(log, systemClock, () => undefined, new Suspension('run-a', suspend.signal))
  suspend.abort()
  const id = { lane: '0', n: 0 }
  const output = journal.commit(id, 'model.result', 'output/0', 'said')
  const at = journal.now()
  journal.write({
    kind: 'model.item',
    id,
    det: { item: 0, outcome: 'ok', output, charged: NOTHING, code: null },
    obs: { at, command: 0, detail: [] },
    durability: 'commit',
  })
  expect(sent).toHaveLength(1)
  const retry = { at, command: 0, item: 1, attempt: 2 }
  journal.write({ kind: 'model.attempt', id, det: {}, obs: retry, durability: 'flush' })
  expect(sent).toHaveLength(1)
})

test('a step whose record is to be committed does not wait for it; one that is to be flushed does', async () => {
  const { sent, write } = journalOf()
  expect(await settled(write('commit'))).toBe(true)
  const command = write('flush')
  expect(await settled(command)).toBe(false)
  expect(sent.map(({ durability }) => durability)).toEqual(['commit', 'flush'])
  for (const { settle } of sent) settle()
  await command
})

test('a refused record ends the run, although nobody waited for it', async () => {
  const { sent, failures, write } = journalOf()
  await write('commit')
  const refusal = new Error('the disk is full')
  sent[0]?.settle(refusal)
  await settled(write('commit'))
  expect(failures).toEqual([refusal])
})

test('a step waits for its record when the ledger is far behind', async () => {
  const { sent, write } = journalOf()
  const writes = Array.from({ length: 65 }, () => write('commit'))
  const waiting = await Promise.all(writes.map(async (write) => !(await settled(write))))
  expect(waiting.filter(Boolean)).toHaveLength(1)
  expect(waiting.at(-1)).toBe(true)
  for (const { settle } of sent) settle()
  await Promise.all(writes)
  expect(await settled(write('commit'))).toBe(true)
})

test('nothing is told outside before the ledger has it, nor when the ledger refuses it', async () => {
  const { sent, failures, journal, write } = journalOf()
  const told: string[] = []
  await write('commit')
  journal.whenTaken(() => told.push('first'))
  await write('commit')
  journal.whenTaken(() => told.push('second'))
  await settled(Promise.resolve())
  expect(told).toEqual([])
  sent[0]?.settle()
  await settled(Promise.resolve())
  expect(told).toEqual(['first'])
  sent[1]?.settle(new Error('the disk is full'))
  await settled(Promise.resolve())
  expect(told).toEqual(['first'])
  expect(failures.length).toBeGreaterThan(0)
})

test('whoever is told and throws ends the run', async () => {
  const { failures, journal } = journalOf()
  const fault = new Error('the screen is gone')
  journal.whenTaken(() => {
    throw fault
  })
  await settled(Promise.resolve())
  expect(failures).toEqual([fault])
})
