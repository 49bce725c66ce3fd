import type { Answer } from '@writ/contract'
import { expect, test } from 'vitest'
import { packed } from './archive.fixture.ts'
import { canonicalBytes, parseCanonical } from './canonical.ts'
import { commitField } from './commitment.ts'
import { type Disclosure, disclose } from './disclosures.ts'
import { DISCLOSURES } from './evidence-layout.ts'
import { rootOf } from './merkle.ts'
import type { AnyRecord } from './record.ts'
import { OWNER, pack, RUN_KEY, sampleAnswer, sampleEvidence, sampleRecords } from './sample-run.fixture.ts'
import { signRunClose } from './statement-run.ts'
import { verifyEvidence } from './verify.ts'

const trust = OWNER.trust()
const sample = await sampleEvidence()
const file = await pack(sample)
const answer = sampleAnswer()

async function disclosure(bytes: Uint8Array, given?: unknown): Promise<string> {
  const report = await verifyEvidence(bytes, { trust, answer: given })
  const verdict = report.verdicts.find(({ name }) => name === 'DISCLOSURE')
  expect(report.verdicts.filter(({ result }) => result === 'fail').map(({ name }) => name)).toEqual(
    verdict?.result === 'fail' ? ['DISCLOSURE'] : [],
  )
  expect(report.ok).toBe(verdict?.result === 'pass')
  return `${verdict?.code} ${verdict?.at}`
}

/** The file with its disclosures changed by the keeper of the keys. */
async function disclosing(change: (items: readonly Disclosure[]) => readonly object[]): Promise<Uint8Array> {
  const before = parseCanonical(sample.files.get(DISCLOSURES) ?? new Uint8Array(0), '') as {
    items: readonly Disclosure[]
  }
  const items = change(before.items)
  const files = new Map([...sample.files, [DISCLOSURES, canonicalBytes({ ...before, items })]])
  const lastRecord = sample.leaves.at(-1) ?? new Uint8Array(0)
  const root = rootOf(sample.leaves)
  return packed(files, await signRunClose(OWNER, { lastRecord, size: sample.leaves.length, root, files }))
}

test('the answer of the run is tied to its file', async () => {
  expect(await disclosure(file, answer)).toBe('OK null')
  expect(await disclosure(file, JSON.parse(JSON.stringify(answer)))).toBe('OK null')
  expect(await disclosure(file, { ...answer, evidence: null })).toBe('OK null')
})

test('an answer that is given is compared, whatever else is asked', async () => {
  for (const only of [[], ['POLICY'], ['WITNESSED', 'INTEGRITY']]) {
    const given = async (one: unknown): Promise<unknown> => {
      const { ok, verdicts } = await verifyEvidence(file, { trust, answer: one, only })
      return [ok, verdicts.find(({ name }) => name === 'DISCLOSURE')?.code]
    }
    expect(await given(answer)).toEqual([true, 'OK'])
    expect(await given({ ...answer, value: null })).toEqual([false, 'ANSWER_MISMATCH'])
    expect(await given(undefined)).toEqual([true, 'NOT_ASKED'])
  }
})

test.each<[string, number, Partial<Disclosure>, string]>([
  ['another question', 0, { text: 'Which?' }, 'COMMITMENT_MISMATCH disclosures.json#/items/0/text'],
  ['another value', 2, { text: '{}' }, 'COMMITMENT_MISMATCH disclosures.json#/items/0/text'],
  ['another salt', 1, { salt: '0'.repeat(64) }, 'COMMITMENT_MISMATCH disclosures.json#/items/0/text'],
  [
    'the field of another',
    0,
    { field: 'run.open/omitted', path: '0/0/run.open/omitted' },
    'COMMITMENT_MISMATCH disclosures.json#/items/0/text',
  ],
  ['a path of another', 0, { path: '0/1/run.open/question' }, 'NO_SUCH_FIELD disclosures.json#/items/0/path'],
  [
    'a step there is not',
    0,
    { n: 7, path: '0/7/run.open/question' },
    'NO_SUCH_FIELD disclosures.json#/items/0/field',
  ],
  [
    'a field there is not',
    0,
    { field: 'run.open/toString', path: '0/0/run.open/toString' },
    'NO_SUCH_FIELD disclosures.json#/items/0/field',
  ],
])('%s disclosed is found', async (_, index, change, expected) => {
  const bytes = await disclosing((items) => [{ ...items[index], ...change }])
  expect(await disclosure(bytes)).toBe(expected)
})

test('fields may stay closed, but then an answer cannot be tied', async () => {
  const closed = await disclosing((items) => items.filter(({ field }) => field !== 'output.release/value'))
  expect(await disclosure(closed)).toBe('OK null')
  expect(await disclosure(closed, answer)).toBe('NOT_DISCLOSED answer#/value')
})

const usage = (change: Partial<Answer['usage']>): Partial<Answer> => ({
  usage: { ...answer.usage, ...change },
})

test.each<[string, unknown, string]>([
  ['run', { ...answer, run: 'other' }, '/run'],
  ['schema', { ...answer, schema: 'writ.answer/2' }, '/schema'],
  ['status', { ...answer, status: 'incomplete' }, '/status'],
  ['reason', { ...answer, reason: 'BUDGET_EXCEEDED' }, '/reason'],
  ['answer text', { ...answer, answer: '{}' }, '/answer'],
  ['answer null', { ...answer, answer: null }, '/answer'],
  ['value', { ...answer, value: { count: 3, share: 0.5, names: ['Ärger & Co', 'Bold'] } }, '/value/count'],
  [
    'an item of the value',
    { ...answer, value: { count: 2, share: 0.5, names: ['Ärger & Co'] } },
    '/value/names/1',
  ],
  [
    'a value no JSON has',
    { ...answer, value: { count: 2, share: Number.POSITIVE_INFINITY, names: [] } },
    '/value/share',
  ],
  ['quote', { ...answer, citations: [{ ...answer.citations[0], quote: 'renewed' }] }, '/citations/0/quote'],
  ['citations', { ...answer, citations: [] }, '/citations/0'],
  ['label', { ...answer, label: { ...answer.label, level: 'public' } }, '/label/level'],
  ['categories', { ...answer, label: { ...answer.label, categories: [] } }, '/label/categories/0'],
  ['model calls', { ...answer, ...usage({ modelCalls: 1 }) }, '/usage/modelCalls'],
  ['input tokens', { ...answer, ...usage({ inputTokens: 1 }) }, '/usage/inputTokens'],
  ['output tokens', { ...answer, ...usage({ outputTokens: 1 }) }, '/usage/outputTokens'],
  ['cost', { ...answer, ...usage({ costMicroUsd: 0 }) }, '/usage/costMicroUsd'],
  ['a known cost', { ...answer, ...usage({ costKnown: false }) }, '/usage/costKnown'],
  ['worst cases', { ...answer, ...usage({ boundCalls: 1 }) }, '/usage/boundCalls'],
  ['frames', { ...answer, ...usage({ frames: 1 }) }, '/usage/frames'],
  ['depth', { ...answer, ...usage({ maxDepth: 0 }) }, '/usage/maxDepth'],
  ['steps', { ...answer, ...usage({ steps: 1 }) }, '/usage/steps'],
  ['time', { ...answer, ...usage({ wallMs: 1 }) }, '/usage/wallMs'],
  ['basis', { ...answer, basis: 'exact' }, '/basis'],
  ['support', { ...answer, support: { ...answer.support, quoted: 4, unsupported: 0 } }, '/support/quoted'],
  [
    'which leaves are supported',
    { ...answer, support: { ...answer.support, unsupportedPaths: [] } },
    '/support/unsupportedPaths/0',
  ],
  ['coverage', { ...answer, coverage: { ...answer.coverage, read: 60 } }, '/coverage/read'],
  ['denials', { ...answer, denials: [] }, '/denials/0'],
  ['a count of denials', { ...answer, denials: [{ ...answer.denials[0], count: 2 }] }, '/denials/0/count'],
  ['omitted', { ...answer, omitted: [{ doc: 'c', code: 'binary' }] }, '/omitted/0/doc'],
  ['an extra key', { ...answer, 'a/b': 1 }, '/a~1b'],
  ['a missing key', Object.fromEntries(Object.entries(answer).filter(([key]) => key !== 'label')), '/label'],
])('an altered answer is found: %s', async (_, altered, pointer) => {
  expect(await disclosure(file, altered)).toBe(`ANSWER_MISMATCH answer#${pointer}`)
})

test.each([[null], ['text'], [[answer]], [7]])('%j is no answer', async (given) => {
  expect(await disclosure(file, given)).toBe('BAD_ANSWER answer')
})

test('a value nested beyond any reason is compared without overflow', async () => {
  let nested: unknown = 1
  for (let i = 0; i < 100_000; i++) nested = [nested]
  expect(await disclosure(file, { ...answer, value: nested })).toBe('ANSWER_MISMATCH answer#/value/0')
})

/** The sample run with its release refused. */
function refused(): readonly AnyRecord[] {
  return sampleRecords().map((record): AnyRecord => {
    if (record.kind === 'output.release') {
      return { ...record, det: { ...record.det, outcome: 'denied', code: 'POLICY_DENIED' } }
    }
    if (record.kind !== 'run.close') return record
    const reason = { code: 'POLICY_DENIED', data: {} }
    return {
      ...record,
      det: { ...record.det, status: 'denied', reason, basis: null, support: null },
      obs: { ...record.obs, reason: 'Policy refused the release.' },
    }
  })
}

test('a run that released nothing proves an answer of null', async () => {
  const bytes = await pack(await sampleEvidence(refused()))
  const nothing = {
    ...answer,
    status: 'denied',
    reason: 'Policy refused the release.',
    basis: null,
    support: { quoted: 0, computed: 0, unsupported: 0, unsupportedPaths: [] },
    answer: null,
    value: null,
    citations: [],
  }
  expect(await disclosure(bytes, nothing)).toBe('OK null')
  expect(await disclosure(bytes, { ...nothing, reason: 'POLICY_DENIED' })).toBe(
    'ANSWER_MISMATCH answer#/reason',
  )
  expect(await disclosure(bytes, { ...nothing, answer: 'null' })).toBe('ANSWER_MISMATCH answer#/answer')
  expect(await disclosure(bytes, { ...nothing, value: answer.value })).toBe('ANSWER_MISMATCH answer#/value')
})

test('a run that was aborted has no answer', async () => {
  const aborted = sampleRecords().map((record): AnyRecord => {
    if (record.kind !== 'run.close') return record
    return {
      ...record,
      kind: 'run.abort',
      det: { code: 'INTERRUPTED' },
      obs: { at: record.obs.at, message: '' },
    }
  })
  const bytes = await pack(await sampleEvidence(aborted))
  expect(await disclosure(bytes)).toBe('OK null')
  expect(await disclosure(bytes, answer)).toBe('BAD_ANSWER records.ndjson')
})

test('a keeper who commits to what is no JSON proves no answer with it', async () => {
  const [first, ...rest] = sampleRecords()
  if (first?.kind !== 'run.open') throw new Error('the sample run has no opening')
  const omitted = commitField(RUN_KEY, '0', first.n, 'run.open/omitted', 'none')
  const opened = disclose(RUN_KEY, '0', first.n, 'run.open/omitted', 'none')
  const others = await sampleEvidence([{ ...first, det: { ...first.det, omitted } }, ...rest])
  const before = parseCanonical(others.files.get(DISCLOSURES) ?? new Uint8Array(0), '') as {
    items: readonly Disclosure[]
  }
  const items = before.items.map((item) => (item.path === opened.path ? opened : item))
  const files = new Map([...others.files, [DISCLOSURES, canonicalBytes({ ...before, items })]])
  const lastRecord = others.leaves.at(-1) ?? new Uint8Array(0)
  const runClose = await signRunClose(OWNER, {
    lastRecord,
    size: others.leaves.length,
    root: rootOf(others.leaves),
    files,
  })
  const bytes = await packed(files, runClose)
  expect(await disclosure(bytes)).toBe('OK null')
  expect(await disclosure(bytes, answer)).toBe(`COMMITMENT_MISMATCH ${opened.path}`)
})
