import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Answer, WritError } from '@writ/contract'
import { type AnyRecord, bytesSource, encodeRecord, readEvidence, type Verdict } from '@writ/evidence'
import { block, sequence, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { homeServices } from '../home/home-services.ts'
import { createWrit, verifyFile } from '../index.ts'
import { cutRun } from '../runs/cut-run.fixture.ts'
import { judgeReplay } from './judge-replay.ts'

// One run in a home, whose copies are then changed.

let place: string
let home: string
let answer: Answer
let records: readonly AnyRecord[]

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-judge-replay-'))
  home = join(place, 'home')
  const leaf = (): { kind: 'text'; text: string } => ({ kind: 'text', text: 'said' })
  const script = sequence([block("print(await llm_query('one'))"), block("FINAL('done')")], leaf)
  const simulator = await startSimulator({ script })
  const writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url })
  answer = await writ.completion({ query: 'SIMTASK:root What?', context: 'Alpha.', strategy: 'recurse' })
  await writ.close()
  await simulator.stop()
  const contents = await readEvidence(bytesSource(await readFile(answer.evidence ?? '')))
  const read: AnyRecord[] = []
  for await (const batch of contents.records()) read.push(...batch.records)
  records = read
})

afterAll(() => rm(place, { recursive: true, force: true }))

async function replayOf(options: {
  readonly home?: string
  readonly only?: string[]
}): Promise<Verdict | undefined> {
  const report = await verifyFile(answer.evidence ?? '', { trust: join(home, 'trust.json'), ...options })
  expect(report.ok).toBe(report.verdicts.every(({ result }) => result !== 'fail'))
  return report.verdicts.find(({ name }) => name === 'REPLAY')
}

/** A copy of the home, changed. */
async function changedHome(name: string, change: (home: string) => Promise<void>): Promise<string> {
  const copy = join(place, name)
  await cp(home, copy, { recursive: true })
  await change(copy)
  return copy
}

/** The records with `det` of one kind changed; a home that keeps them is changed alike. */
async function withDet(
  kind: string,
  det: object,
): Promise<{ changed: readonly AnyRecord[]; seq: number; copy: string }> {
  const seq = records.findIndex((record) => record.kind === kind)
  const changed = records.map((record, i) =>
    i === seq ? ({ ...record, det: { ...record.det, ...det } } as AnyRecord) : record,
  )
  const copy = await changedHome(`changed-${kind}`, async (path) => {
    const [shard = ''] = (await readdir(join(path, 'ledger'))).filter((file) => file.endsWith('.db'))
    const db = new DatabaseSync(join(path, 'ledger', shard))
    const bytes = encodeRecord(changed[seq] as AnyRecord)
    expect(db.prepare('UPDATE records SET bytes = ? WHERE seq = ?').run(bytes, seq).changes).toBe(1)
    db.close()
  })
  return { changed, seq, copy }
}

it('passes for a run that its home keeps', async () => {
  expect(await replayOf({ home })).toMatchObject({ result: 'pass', code: 'OK' })
  expect(await replayOf({ home, only: ['REPLAY'] })).toMatchObject({ result: 'pass' })
})

it('is not evaluated without a home that keeps the run, and makes none', async () => {
  const elsewhere = join(place, 'elsewhere')
  const code = 'NOT_IN_PROFILE'
  expect(await replayOf({})).toMatchObject({ result: 'not-evaluated', code })
  expect(await replayOf({ home: elsewhere })).toMatchObject({ result: 'not-evaluated', code })
  expect(await readdir(place)).not.toContain('elsewhere')
  expect(await replayOf({ home, only: ['POLICY'] })).toMatchObject({ code: 'NOT_ASKED' })
  await (await createWrit({ home: elsewhere })).runs()
  expect(await replayOf({ home: elsewhere })).toMatchObject({ result: 'not-evaluated', code })
})

it('is incomplete for a run that was aborted, wherever it had got to, and its evidence holds', async () => {
  const verdicts: unknown[] = []
  const cuts = [1, 3, records.length - 3, records.length - 1]
  for (const size of cuts) {
    const copy = join(place, `aborted-${size}`)
    await cutRun(home, answer.run, size, copy)
    const writ = await createWrit({ home: copy })
    const file = await writ.abort(answer.run, 'nobody goes on with it')
    await writ.close()
    const { ok, verdicts: judged } = await verifyFile(file, { trust: join(copy, 'trust.json'), home: copy })
    const { result, code } = judged.find(({ name }) => name === 'REPLAY') ?? {}
    verdicts.push([ok, result, code])
  }
  expect(verdicts).toEqual(cuts.map(() => [true, 'not-evaluated', 'INCOMPLETE']))
})

it('is incomplete once the key of the run is gone', async () => {
  const copy = await changedHome('erased', (path) => rm(join(path, 'keys', 'runs', `${answer.run}.key`)))
  expect(await replayOf({ home: copy })).toMatchObject({ result: 'not-evaluated', code: 'INCOMPLETE' })
})

it('fails where the home keeps other records of the run', async () => {
  const { copy, seq } = await withDet('run.close', { frames: 2 })
  const at = `records.ndjson#/${seq}`
  expect(await replayOf({ home: copy })).toMatchObject({ result: 'fail', code: 'HOME_DIFFERS', at })
})

it('fails where the home keeps fewer records of the run, or more', async () => {
  const more = [...records, records[0] as AnyRecord]
  for (const [file, seq] of [
    [records.slice(0, -1), records.length - 1],
    [more, records.length],
  ] as const) {
    const verdict = await judgeReplay(answer.run, file, home)
    expect(verdict).toMatchObject({ code: 'HOME_DIFFERS', at: `records.ndjson#/${seq}` })
  }
})

it('uses the ledger and the sandboxes that are open, and leaves them so', async () => {
  const services = homeServices(home, undefined)
  try {
    const ledger = vi.fn(services.ledger)
    const sandbox = vi.fn(() => services.sandboxes.open())
    const open = { ledger, sandboxes: { open: sandbox } }
    expect(await judgeReplay(answer.run, records, home, open)).toMatchObject({ result: 'pass' })
    expect([ledger, sandbox].map((asked) => asked.mock.calls.length)).toEqual([1, 1])
    expect(await (await services.ledger()).runs()).toHaveLength(1)
  } finally {
    await services.close()
  }
})

it('rejects when the file cannot be read to its end', async () => {
  const ending = function* (): Generator<AnyRecord> {
    yield* records.slice(0, 3)
    throw new WritError('EVIDENCE_UNREADABLE', 'the disk is gone')
  }
  const judging = judgeReplay(answer.run, ending(), home)
  await expect(judging).rejects.toMatchObject({ code: 'EVIDENCE_UNREADABLE' })
})

it('fails where doing it again gives something else, and says where', async () => {
  const { changed, seq, copy } = await withDet('cell', { fuel: 7 })
  const verdict = await judgeReplay(answer.run, changed, copy)
  expect(verdict).toMatchObject({ result: 'fail', code: 'DIVERGED', at: `records.ndjson#/${seq}/det/fuel` })
})

it('is not evaluated by code that shapes frames differently', async () => {
  const { changed, copy } = await withDet('run.open', { guestAbi: 'another' })
  const verdict = await judgeReplay(answer.run, changed, copy)
  expect(verdict).toMatchObject({ result: 'not-evaluated', code: 'CODE_MISMATCH' })
})
