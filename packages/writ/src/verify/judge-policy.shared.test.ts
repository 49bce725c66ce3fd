import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Det,
  type Label,
  label,
  type RecordedDecision,
  type RecordKind,
  WritError,
} from '@writ/contract'
import { type AnyRecord, bundleHash, encodeRecord, type Verdict } from '@writ/evidence'
import { block, type Script, sequence, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit } from '../index.ts'
import { readRun } from '../kernel/journal/recorded-run.ts'
import { openLedger } from '../ledger/index.ts'
import { openDecisionPoint } from '../policy/index.ts'
import { judgePolicy } from './judge-policy.ts'

// Real runs, whose records are then changed the way a keeper would who signs whatever they say.

const PERSONAL = join(import.meta.dirname, '..', 'policy', 'personal')
const MODEL = {
  maxLevel: 'confidential',
  categories: ['PII'],
  jurisdiction: 'LOCAL',
  onPrem: true,
  retention: false,
  approved: true,
}
const UNTRUSTED = (level: Label['level'], categories: string[] = []): Label => label(level, categories, true)

const CODE = `
  const [a, b] = await Promise.all([read('low.txt'), read('private.txt')])
  const said = await Promise.all([llm_query('one ' + b), llm_query('two'), read('secret.txt').catch((e) => e.message)])
  const legal = await read('legal.txt').catch((error) => error.message)
  const found = await search('Alpha')
  const child = await rlm_query('SIMTASK:child look', { scope: 'inherit' })
  const text = await rlm_query('SIMTASK:text look', { context: 'A note of its own.' })
  print(a, said.length, legal, found.length, child, text)`

const script = (): Script => {
  const root = sequence([block(CODE), block("FINAL('done')")], () => ({ kind: 'text', text: 'said' }))
  const child = sequence([block("FINAL(await llm_query('deep') + (await read('low.txt')))")], () => ({
    kind: 'text',
    text: 'deep',
  }))
  return (request) =>
    request.task === 'child'
      ? child(request)
      : request.task === 'text'
        ? block("FINAL((await grep('note')).matches.length)")
        : root(request)
}

let place: string
let records: readonly AnyRecord[]
let bundle: Readonly<Record<string, string>>

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-policy-verdict-'))
  const [home, policy] = [join(place, 'home'), join(place, 'policy')]
  await cp(PERSONAL, policy, { recursive: true })
  const facts = { models: { byId: { 'any/model': MODEL } }, confinement: 'reduced' }
  await writeFile(join(policy, 'facts.json'), JSON.stringify(facts))
  const simulator = await startSimulator({ script: script() })
  const options = { home, policy, model: 'any/model', baseUrl: simulator.url }
  const writ = await createWrit({ ...options, price: { inputNanoUsd: 1000, outputNanoUsd: 4000 } })
  const answer = await writ.completion({
    query: 'SIMTASK:root What?',
    context: [
      { id: 'low.txt', text: 'Alpha.\n' },
      { id: 'private.txt', text: 'Alpha and Beta.\n', label: UNTRUSTED('confidential', ['PII']) },
      { id: 'secret.txt', text: 'Gamma.\n', label: UNTRUSTED('restricted') },
      { id: 'legal.txt', text: 'Delta.\n', label: UNTRUSTED('internal', ['LEGAL_PRIVILEGE']) },
    ],
    strategy: 'recurse',
  })
  await writ.close()
  await simulator.stop()
  expect(answer).toMatchObject({ status: 'complete', reason: null })
  const ledger = await openLedger(home)
  records = (await readRun(ledger, answer.run)).records
  await ledger.close()
  const point = await openDecisionPoint({ bundleDir: policy, osUser: 'anyone' })
  bundle = point.bundle.files
  await point.close()
})

afterAll(() => rm(place, { recursive: true, force: true }))

/** A record that reads itself back from its bytes, as one from a file does. */
const again = (changed: readonly AnyRecord[]): AnyRecord[] =>
  changed.map((record) => JSON.parse(Buffer.from(encodeRecord(record)).toString()) as AnyRecord)

const judged = (changed: readonly AnyRecord[], files = bundle): Promise<Verdict> =>
  judgePolicy({ bundle: files, records: again(changed) })

type Of<K extends RecordKind> = Extract<AnyRecord, { kind: K }>

function find<K extends RecordKind>(kind: K, fits: (record: Of<K>) => boolean = () => true): Of<K> {
  const found = records.find((record) => record.kind === kind && fits(record as Of<K>))
  if (found === undefined) throw new Error(`The run has no such ${kind}.`)
  return found as Of<K>
}

/** The run with `det` of one record changed. */
function withDet<K extends RecordKind>(target: Of<K>, det: Partial<Det[K]>): readonly AnyRecord[] {
  return records.map((record) =>
    record.seq === target.seq ? ({ ...record, det: { ...record.det, ...det } } as AnyRecord) : record,
  )
}

function decided(record: AnyRecord): readonly RecordedDecision[] {
  const { det } = record
  if ('decisions' in det) return det.decisions
  return 'decision' in det && det.decision !== null ? [det.decision] : []
}

/** The run with one decision of a record changed. */
function withDecision(record: AnyRecord, to: Partial<RecordedDecision>, which = 0): readonly AnyRecord[] {
  const { det } = record
  if ('decisions' in det) {
    const decisions = det.decisions.map((one, i) => (i === which ? { ...one, ...to } : one))
    return withDet(record as Of<'context.read'>, { decisions })
  }
  if (!('decision' in det)) throw new Error(`A ${record.kind} has no decision.`)
  return withDet(record as Of<'model.call'>, { decision: { ...(det as Det['model.call']).decision, ...to } })
}

const reading = (verdict: string, partition: number): Of<'context.read'> =>
  find('context.read', ({ det }) => {
    const id = find('run.open').det.partitions[partition]?.id ?? ''
    return det.decisions.some((one) => one.resource === `partition:${id}` && one.verdict === verdict)
  })

const partitionOf = (level: string, category = ''): number =>
  find('run.open').det.partitions.findIndex(
    (one) => one.label.level === level && (one.label.categories[0] ?? '') === category,
  )

describe('of a real run', () => {
  it('passes, and the run has every kind of decision', async () => {
    const actions = new Set(records.flatMap((record) => decided(record).map(({ action }) => action)))
    expect([...actions].sort()).toEqual([
      'context::read',
      'context::search',
      'model::call',
      'output::release',
      'recursion::spawn',
    ])
    const ceilings = records
      .filter(({ kind }) => kind.startsWith('context.'))
      .flatMap(decided)
      .filter(({ action }) => action === 'model::call')
    expect(ceilings.length).toBeGreaterThan(0)
    const report = await judged(records)
    expect(report).toMatchObject({ result: 'pass', code: 'OK' })
    expect(report.detail).toMatch(/^\d+ decisions, \d+ of them different, were made again/)
  })
})

describe('of a run that was changed', () => {
  it.each<[string, string, () => readonly AnyRecord[]]>([
    [
      'DECISION_DIFFERS',
      'a refusal became an allow, and the step was done',
      () => {
        const read = reading('deny', partitionOf('restricted'))
        const which = read.det.decisions.findIndex(({ verdict }) => verdict === 'deny')
        const changed = withDecision(
          read,
          { verdict: 'allow', policies: ['permit.context'], reason: 'permitted' },
          which,
        )
        const id = read.det.decisions[which]?.resource.slice('partition:'.length) ?? ''
        const det = { outcome: 'ok', code: null, partitions: [id], withheld: false }
        return changed.map((record) =>
          record.seq === read.seq ? ({ ...record, det: { ...record.det, ...det } } as AnyRecord) : record,
        )
      },
    ],
    [
      'DECISION_DIFFERS',
      'an allow became a refusal',
      () =>
        withDecision(find('output.release'), {
          verdict: 'deny',
          policies: ['forbid.release.label'],
          reason: 'label-flow',
        }),
    ],
    [
      'DECISION_DIFFERS',
      'other policies',
      () => withDecision(find('model.call'), { policies: ['permit.other'] }),
    ],
    ['DECISION_DIFFERS', 'another reason', () => withDecision(find('frame.spawn'), { reason: 'because' })],
    [
      'TAINT_NOT_DERIVED',
      'a lower label of a turn',
      () =>
        withDecision(
          find('model.call', ({ lane, det, n }) => lane === '0' && det.role === 'turn' && n > find('cell').n),
          { taint: label('internal') },
        ),
    ],
    [
      'TAINT_NOT_DERIVED',
      'a label nothing gives',
      () =>
        withDecision(
          find('model.call', ({ det }) => det.role === 'leaf'),
          { taint: UNTRUSTED('secret') },
        ),
    ],
    [
      'TAINT_NOT_DERIVED',
      'a lower label of the release',
      () => withDecision(find('output.release'), { taint: label('internal') }),
    ],
    [
      'TAINT_NOT_DERIVED',
      'a lower label of a ceiling',
      () => {
        const read = reading('allow', partitionOf('internal', 'LEGAL_PRIVILEGE'))
        const which = read.det.decisions.findIndex(({ action }) => action === 'model::call')
        return withDecision(read, { taint: label('internal') }, which)
      },
    ],
    [
      'DEPTH_NOT_DERIVED',
      'a lesser depth',
      () =>
        withDecision(
          find('model.call', ({ lane }) => lane === '0.1'),
          { depth: 0 },
        ),
    ],
    [
      'DISCHARGE_NOT_DERIVED',
      'an obligation nothing discharges',
      () => withDecision(find('model.call'), { discharged: ['redact:pii'] }),
    ],
    [
      'LABEL_NOT_DERIVED',
      'a lower label in a join',
      () => withDet(find('frame.join'), { label: label('internal') }),
    ],
    [
      'LABEL_NOT_DERIVED',
      'a higher label in a join',
      () => withDet(find('frame.join'), { label: UNTRUSTED('secret') }),
    ],
    [
      'LABEL_NOT_DERIVED',
      'a higher label at the end',
      () => withDet(find('run.close'), { label: UNTRUSTED('secret') }),
    ],
    [
      'LABEL_NOT_DERIVED',
      'a label that fell',
      () => withDet(find('context.read'), { label: label('public') }),
    ],
    [
      'CEILING_PASSED',
      'a ceiling left out, and the partition granted',
      () => {
        const read = reading('allow', partitionOf('internal', 'LEGAL_PRIVILEGE'))
        return withDet(read, {
          decisions: read.det.decisions.filter(({ action }) => action !== 'model::call'),
        })
      },
    ],
    [
      'LINEAGE_NOT_DERIVED',
      'a child of somebody else',
      () => withDet(find('frame.spawn'), { child: '0.7.1' }),
    ],
    [
      'LINEAGE_NOT_DERIVED',
      'a profile the bundle lacks',
      () => withDet(find('frame.spawn'), { profile: 'admin' }),
    ],
    [
      'FACTS_DIFFER',
      'another clearance',
      () => withDet(find('run.open'), { user: { ...find('run.open').det.user, clearance: 4 } }),
    ],
    [
      'FACTS_DIFFER',
      'a model approved for more',
      () =>
        withDet(find('run.open'), {
          models: find('run.open').det.models.map((one) => ({ ...one, maxLevel: 4 })),
        }),
    ],
    [
      'SPENDING_NOT_DERIVED',
      'charges moved from one frame to another',
      () => {
        const [from, to] = [
          find('model.result', ({ lane }) => lane === '0'),
          find('model.result', ({ lane }) => lane === '0.1'),
        ]
        const move = (record: Of<'model.result'>, tokens: number): Det['model.result']['charged'] => ({
          ...record.det.charged,
          inputTokens: record.det.charged.inputTokens + tokens,
        })
        return withDet(from, { charged: move(from, -1) }).map((record) =>
          record.seq === to.seq ? ({ ...to, det: { ...to.det, charged: move(to, 1) } } as AnyRecord) : record,
        )
      },
    ],
    [
      'SPENDING_NOT_DERIVED',
      'a call that costs less than its tokens',
      () => {
        const call = find('model.call')
        return withDet(call, { bound: { ...call.det.bound, costMicroUsd: call.det.bound.costMicroUsd - 1 } })
      },
    ],
  ])('fails with %s for %s', async (code, _, change) => {
    expect(await judged(change())).toMatchObject({ result: 'fail', code })
  })

  it('fails for less confinement than the bundle permits', async () => {
    const facts = JSON.parse(bundle['facts.json'] ?? '') as object
    const judgedAt = async (least: string, level: string): Promise<unknown> => {
      const strict = { ...bundle, 'facts.json': JSON.stringify({ ...facts, confinement: least }) }
      return await judged(
        withDet(find('run.open'), { bundle: bundleHash(strict), confinement: { level, layers: [] } }),
        strict,
      )
    }
    for (const [least, level] of [
      ['full', 'reduced'],
      ['full', 'filtered'],
      ['filtered', 'reduced'],
      ['reduced', 'of a later Writ'],
    ] as const)
      expect(await judgedAt(least, level)).toMatchObject({ result: 'fail', code: 'FACTS_DIFFER' })
    for (const [least, level] of [
      ['full', 'full'],
      ['filtered', 'full'],
      ['filtered', 'filtered'],
      ['reduced', 'filtered'],
    ] as const)
      expect(await judgedAt(least, level)).toMatchObject({ result: 'pass' })
  })

  it('fails when the policy was changed and pinned again', async () => {
    const name = 'policies/10-guards.cedar'
    const files = {
      ...bundle,
      [name]: (bundle[name] ?? '').replaceAll('clearance >=', 'clearance + 0 < 9 || 0 >='),
    }
    const looser = {
      ...bundle,
      [name]: (bundle[name] ?? '').replace('@reason("clearance")', '@reason("rank")'),
    }
    expect(await judged(records, looser)).toMatchObject({ result: 'fail', code: 'BUNDLE_MISMATCH' })
    const pinned = withDet(find('run.open'), { bundle: bundleHash(looser) })
    expect(await judged(pinned, looser)).toMatchObject({ result: 'fail', code: 'DECISION_DIFFERS' })
    const broken = withDet(find('run.open'), { bundle: bundleHash(files) })
    expect(await judged(broken, files)).toMatchObject({ result: 'fail', code: 'BAD_BUNDLE' })
  })
})

describe('of a run that cannot be judged in full', () => {
  it('is not evaluated where the engine failed at the time', async () => {
    const read = reading('deny', partitionOf('restricted'))
    const which = read.det.decisions.findIndex(({ verdict }) => verdict === 'deny')
    const changed = withDecision(read, { policies: [], reason: 'engine-error' }, which)
    expect(await judged(changed)).toMatchObject({ result: 'not-evaluated', code: 'ENGINE_FAILED' })
  })

  it('fails without records', async () => {
    expect(await judged([])).toMatchObject({ result: 'fail', code: 'LINEAGE_NOT_DERIVED' })
  })

  it('rejects when the file cannot be read to its end', async () => {
    const ending = function* (): Generator<AnyRecord> {
      yield* again(records.slice(0, 3))
      throw new WritError('EVIDENCE_UNREADABLE', 'the disk is gone')
    }
    const judging = judgePolicy({ bundle, records: ending() })
    await expect(judging).rejects.toMatchObject({ code: 'EVIDENCE_UNREADABLE' })
  })
})
