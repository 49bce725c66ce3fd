import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Label, Ledger, Sandbox } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import { block, sequence, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createWrit } from '../index.ts'
import { systemClock } from '../kernel/basis/system-clock.ts'
import { type RecordedRun, readRun } from '../kernel/journal/recorded-run.ts'
import { type ReplayReport, replayRun } from '../kernel/run/replay.ts'
import { openLedger } from '../ledger/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { openSandbox } from '../sandbox/index.ts'

// The partitions that the record of a step names, held against the frame's scope and the labels that it asked for.

let place: string
let ledger: Ledger
let sandbox: Sandbox
let recorded: RecordedRun

const label = (level: Label['level']): Label => ({ level, categories: [], untrusted: false })

const CODE = `
  await search('harbour')
  await search('harbour', { label: 'public' })
  await grep('harbour', { label: ['public', 'internal', 'restricted'] })
  const none = await search('harbour', { label: 'restricted' }).catch((error) => error.name)
  FINAL([none, (await docs({ label: 'public' })).length])`

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-labels-'))
  const home = join(place, 'home')
  const simulator = await startSimulator({ script: sequence([block(CODE)]) })
  const writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url })
  const context = [
    { id: 'open.txt', text: 'harbour open', label: label('public') },
    { id: 'own.txt', text: 'harbour own', label: label('internal') },
    { id: 'hr.txt', text: 'harbour restricted', label: label('restricted') },
  ]
  const { run, value } = await writ.completion({ query: 'SIMTASK:root What?', context, strategy: 'recurse' })
  expect(value).toEqual(['PolicyDenied', 1])
  await writ.close()
  await simulator.stop()
  ledger = await openLedger(home)
  sandbox = await openSandbox()
  recorded = await readRun(ledger, run)
})

afterAll(async () => {
  await sandbox.close()
  await ledger.close()
  await rm(place, { recursive: true, force: true })
})

/** Does the run again with the partitions of one of its searches changed. */
function replay(
  which: number,
  change: (partitions: readonly string[]) => readonly string[],
): Promise<ReplayReport> {
  const target = searches()[which]
  const records = recorded.records.map((record): AnyRecord => {
    if (record.seq !== target?.seq || record.kind !== 'context.search') return record
    return { ...record, det: { ...record.det, partitions: change(record.det.partitions) } }
  })
  return replayRun({ ...recorded, records }, { clock: systemClock, sandbox, reasoner: createReasoner() })
}

function searches(): AnyRecord[] {
  return recorded.records.filter(
    (record) => record.kind === 'context.search' && ['search', 'grep', 'docs'].includes(record.det.op),
  )
}

it('is identical as it was recorded', async () => {
  expect(await replay(0, (partitions) => partitions)).toMatchObject({ outcome: 'IDENTICAL' })
})

it.each<[string, number, (own: readonly string[], all: readonly string[]) => readonly string[]]>([
  ['a search names one less than there are', 0, (own) => own.slice(1)],
  ['a search by label names one of another label in place of its own', 1, (own, all) => other(all, own)],
  ['a search by label names one of another label beside its own', 1, (_, all) => all],
  ['a search by label names none, where there is one', 1, () => []],
  ['a pattern by labels goes over one less than there are', 2, (own) => own.slice(1)],
  ['a search of which all was refused names one', 3, (_, all) => all.slice(0, 1)],
  ['a listing names one less than there are', 4, (own) => own.slice(1)],
])('diverges where %s', async (_, which, change) => {
  const all = searches()[0]
  const ids = all?.kind === 'context.search' ? all.det.partitions : []
  expect(ids).toHaveLength(2)
  const { outcome, at } = await replay(which, (partitions) => change(partitions, ids))
  expect(outcome).toBe('DIVERGED')
  expect(at).toMatchObject({ seq: searches()[which]?.seq })
  expect(at?.pointer).toMatch(/^\/det\/partitions/)
})

function other(all: readonly string[], own: readonly string[]): readonly string[] {
  return all.filter((id) => !own.includes(id))
}
