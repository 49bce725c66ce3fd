import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, defined, type Ledger, type Reasoner, type Sandbox } from '@writ/contract'
import { type AnyRecord, commitField } from '@writ/evidence'
import { block, type Script, sequence, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit } from '../index.ts'
import { systemClock } from '../kernel/basis/system-clock.ts'
import { type RecordedRun, readRun } from '../kernel/journal/recorded-run.ts'
import { type ReplayReport, replayRun } from '../kernel/run/replay.ts'
import { openLedger } from '../ledger/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { openSandbox } from '../sandbox/index.ts'

// One run with a scripted model, whose record is then changed in every way that must not go unseen.

let place: string
let ledger: Ledger
let sandbox: Sandbox
let answer: Answer
let recorded: RecordedRun

const CODE = `
  const order = []
  const calls = ['slow', 'quick', 'plain'].map((name) => llm_query(name).then((text) => order.push(text)))
  await Promise.all(calls)
  const child = await rlm_query('SIMTASK:child look', { scope: 'inherit' })
  print(order.join(), child, await read('a.txt'))`

const leaf: Script = ({ prompt }) => ({
  kind: 'text',
  text: `said ${prompt}`,
  delayMs: prompt === 'slow' ? 300 : prompt === 'plain' ? 150 : 0,
})

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-parting-'))
  const home = join(place, 'home')
  const root = sequence([block(CODE), block('FINAL({ order, child })')], leaf)
  const script: Script = (request) =>
    request.task === 'child' ? block("FINAL(await llm_query('deep'))") : root(request)
  const simulator = await startSimulator({ script })
  const writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url })
  const context = [
    { id: 'a.txt', text: 'Alpha.\n' },
    { id: 'b.txt', text: 'Beta.\n' },
  ]
  answer = await writ.completion({ query: 'SIMTASK:root What?', context, strategy: 'recurse' })
  await writ.close()
  await simulator.stop()
  ledger = await openLedger(home)
  sandbox = await openSandbox()
  recorded = await readRun(ledger, answer.run)
})

afterAll(async () => {
  await sandbox.close()
  await ledger.close()
  await rm(place, { recursive: true, force: true })
})

interface Change {
  readonly records?: readonly AnyRecord[]
  /** Texts by path, or null for one that is gone. */
  readonly payloads?: Readonly<Record<string, string | null>>
  readonly key?: undefined
  readonly reasoner?: Reasoner
  readonly sandbox?: Sandbox
  readonly bundle?: string
}

function replay(change: Change = {}): Promise<ReplayReport> {
  const { payloads = {}, records = recorded.records } = change
  const changed: RecordedRun = {
    ...recorded,
    records,
    key: 'key' in change ? undefined : recorded.key,
    payload: (path) => {
      const text = payloads[path]
      if (text === undefined) return recorded.payload(path)
      return Promise.resolve(text === null ? undefined : Buffer.from(text))
    },
  }
  return replayRun(changed, {
    clock: systemClock,
    sandbox: change.sandbox ?? sandbox,
    reasoner: change.reasoner ?? createReasoner(),
    ...defined({ bundle: change.bundle }),
  })
}

function find(lane: string, kind: string, which = 0): AnyRecord {
  const record = recorded.records.filter((one) => one.lane === lane && one.kind === kind)[which]
  if (record === undefined) throw new Error(`The run has no ${kind} ${which} in lane ${lane}.`)
  return record
}

/** The result of a sub-call, by what it said. */
async function resultOf(text: string): Promise<AnyRecord> {
  for (const record of recorded.records) {
    if (record.kind !== 'model.result') continue
    const bytes = await recorded.payload(pathOf(record, 'output'))
    if (
      Buffer.from(bytes ?? [])
        .toString()
        .includes(text)
    )
      return record
  }
  throw new Error(`No model said "${text}".`)
}

function pathOf({ lane, n, kind }: AnyRecord, name: string): string {
  return `${lane}/${n}/${kind}/${name}`
}

/** The records with one of them changed. */
function withDet(record: AnyRecord, det: object): readonly AnyRecord[] {
  const changed = { ...record, det: { ...record.det, ...det } } as AnyRecord
  return recorded.records.map((one) => (one.seq === record.seq ? changed : one))
}

function output(text: string): string {
  return JSON.stringify([JSON.stringify({ text })])
}

it('is identical as it was recorded, again and again', async () => {
  const expected = { outcome: 'IDENTICAL', steps: answer.usage.steps, at: null }
  expect(await replay()).toEqual(expected)
  expect(await replay()).toEqual(expected)
})

describe('other code', () => {
  const at = { seq: 0, lane: '0', n: 0, pointer: '/det/guestAbi' }

  it('is a mismatch when a prompt changed', async () => {
    const reasoner = { ...createReasoner(), digest: 'reasoning/1:other' }
    const report = await replay({ reasoner })
    expect(report).toMatchObject({ outcome: 'CODE_MISMATCH', steps: 0, at })
    expect(report.at?.found).toContain('reasoning/1:other')
  })

  it('is a mismatch when the sandbox changed', async () => {
    const confinement = { ...sandbox.confinement, guestAbi: 'sha256:other' }
    const other: Sandbox = {
      confinement,
      open: (options) => sandbox.open(options),
      sql: sandbox.sql,
      abandon: () => sandbox.abandon(),
      close: () => sandbox.close(),
    }
    expect(await replay({ sandbox: other })).toMatchObject({ outcome: 'CODE_MISMATCH', at })
  })

  it('diverges where a prompt that hides its change is first sent', async () => {
    const reasoner = { ...createReasoner(), leafPrompt: 'Obey.' }
    const report = await replay({ reasoner })
    expect(report).toMatchObject({
      outcome: 'DIVERGED',
      at: { lane: '0', pointer: '/det/bound/inputTokens' },
    })
    const { seq } = recorded.records.find((one) => one.kind === 'model.call' && one.det.role === 'leaf') ?? {}
    expect(report.at?.seq).toBe(seq)
  })
})

describe('another record', () => {
  it('diverges at the opening under another policy', async () => {
    expect(await replay({ bundle: 'f'.repeat(64) })).toMatchObject({
      outcome: 'DIVERGED',
      at: { seq: 0, pointer: '/det/bundle', found: 'f'.repeat(64) },
    })
  })

  it('diverges at a model result whose stored words were changed', async () => {
    const result = await resultOf('said plain')
    const report = await replay({ payloads: { [pathOf(result, 'output')]: output('said other') } })
    expect(report).toMatchObject({ outcome: 'DIVERGED', at: { seq: result.seq, pointer: '/det/output' } })
  })

  it('diverges at the cell that used a model result, when words and commitment were changed together', async () => {
    const result = await resultOf('said plain')
    const { lane, n } = result
    const text = JSON.stringify({ text: 'said other' })
    const key = recorded.key ?? new Uint8Array()
    const report = await replay({
      records: withDet(result, { output: commitField(key, lane, n, 'model.result/output', text) }),
      payloads: { [pathOf(result, 'output')]: JSON.stringify([text]) },
    })
    expect(report).toMatchObject({
      outcome: 'DIVERGED',
      at: { seq: find('0', 'cell').seq, pointer: '/det/output' },
    })
  })

  it('diverges at the join of a child that was told something else', async () => {
    const result = await resultOf('said deep')
    const { lane, n } = result
    expect(lane).toBe('0.1')
    const text = JSON.stringify({ text: 'said shallow' })
    const key = recorded.key ?? new Uint8Array()
    const report = await replay({
      records: withDet(result, { output: commitField(key, lane, n, 'model.result/output', text) }),
      payloads: { [pathOf(result, 'output')]: JSON.stringify([text]) },
    })
    expect(report).toMatchObject({
      outcome: 'DIVERGED',
      at: { seq: find('0', 'frame.join').seq, pointer: '/det/value' },
    })
  })

  it('diverges when results are recorded in another order', async () => {
    const [quick, slow] = [await resultOf('said quick'), await resultOf('said slow')]
    expect(quick.seq).toBeLessThan(slow.seq)
    const records = recorded.records.map((one) =>
      one.seq === quick.seq
        ? { ...slow, seq: quick.seq }
        : one.seq === slow.seq
          ? { ...quick, seq: slow.seq }
          : one,
    )
    const report = await replay({ records })
    expect(report).toMatchObject({
      outcome: 'DIVERGED',
      at: { seq: find('0', 'cell').seq, pointer: '/det/output' },
    })
  })

  it.each([
    ['the code of a cell', '0', 'cell', { code: '0'.repeat(64) }, '/det/code'],
    ['the fuel of a cell', '0', 'cell', { fuel: 7 }, '/det/fuel'],
    ['what a cell released', '0', 'cell', { final: true }, '/det/final'],
    ['what was asked of a model', '0', 'model.call', { input: '0'.repeat(64) }, '/det/input'],
    ['which model', '0', 'model.call', { model: 'other' }, '/det/model'],
    ['the worst case', '0', 'model.call', { maxOutputTokens: 1 }, '/det/maxOutputTokens'],
    ['what was read', '0', 'context.read', { output: '0'.repeat(64) }, '/det/output'],
    ['where it was read', '0', 'context.read', { input: '0'.repeat(64) }, '/det/input'],
    [
      'a label that fell',
      '0',
      'context.read',
      { label: { level: 'public', categories: [], untrusted: false } },
      '/det/label/level',
    ],
    ['the child', '0', 'frame.spawn', { child: '0.9' }, '/det/child'],
    ['what a child brought', '0', 'frame.join', { value: '0'.repeat(64) }, '/det/value'],
    [
      'the label of a child',
      '0',
      'frame.join',
      { label: { level: 'secret', categories: [], untrusted: true } },
      '/det/label/level',
    ],
    ['the answer', '0', 'output.release', { value: '0'.repeat(64) }, '/det/value'],
    ['the status', '0', 'run.close', { status: 'incomplete' }, '/det/status'],
    ['the number of steps', '0', 'run.close', { steps: 1 }, '/det/steps'],
    ['the strategy', '0', 'strategy.chosen', { reason: 'requested-elsewhere' }, '/det/reason'],
    ['the question', '0', 'run.open', { question: '0'.repeat(64) }, '/det/question'],
  ])('diverges where %s was changed', async (_, lane, kind, det, pointer) => {
    const record = find(lane, kind)
    const report = await replay({ records: withDet(record, det) })
    expect(report).toMatchObject({ outcome: 'DIVERGED', at: { seq: record.seq, pointer } })
  })

  it('diverges at the end when what was charged was changed', async () => {
    const record = await resultOf('said slow')
    const charged = { calls: 9, inputTokens: 0, outputTokens: 0, costMicroUsd: 0 }
    const report = await replay({ records: withDet(record, { charged }) })
    expect(report).toMatchObject({ outcome: 'DIVERGED', at: { seq: find('0', 'run.close').seq } })
    expect(report.at?.pointer).toBe('/det/charged/calls')
  })

  it('diverges at a step that was dropped, and at one that was added', async () => {
    const read = find('0', 'context.read')
    const without = recorded.records.filter((one) => one.seq !== read.seq)
    expect(await replay({ records: without })).toMatchObject({
      outcome: 'DIVERGED',
      at: { seq: null, n: read.n, expected: null, found: 'context.read' },
    })
    const close = find('0', 'run.close')
    const added = { ...read, seq: close.seq, lane: '0.2', n: 0 } as AnyRecord
    const records = [...recorded.records.slice(0, -1), added, { ...close, seq: close.seq + 1 } as AnyRecord]
    expect(await replay({ records })).toMatchObject({
      outcome: 'DIVERGED',
      at: { seq: added.seq, lane: '0.2', expected: 'context.read', found: null },
    })
  })
})

describe('a record that is not whole', () => {
  it('is incomplete when a payload is gone', async () => {
    const result = await resultOf('said plain')
    const report = await replay({ payloads: { [pathOf(result, 'output')]: null } })
    expect(report).toMatchObject({
      outcome: 'INCOMPLETE',
      at: { seq: result.seq, expected: 'the payload output', found: null },
    })
  })

  it('is incomplete when the key was destroyed', async () => {
    expect(await replay({ key: undefined })).toMatchObject({ outcome: 'INCOMPLETE', steps: 0 })
  })

  it('is incomplete wherever it was cut off', async () => {
    for (const size of [0, 1, 2, 5, 9, 12, recorded.records.length - 2, recorded.records.length - 1]) {
      const report = await replay({ records: recorded.records.slice(0, size) })
      expect(report, `cut after ${size} records`).toMatchObject({ outcome: 'INCOMPLETE' })
    }
  })
})
