import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, label } from '@writ/contract'
import { type AnyRecord, canonicalJson } from '@writ/evidence'
import { block, type Script, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CompletionOptions, createWrit, verifyFile, type Writ, type WritOptions } from '../index.ts'
import { judgeAgain, keyedRun } from '../verify/keyed-run.fixture.ts'
import { bundleThat } from './cleared-bundle.fixture.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// The frame that checks claims has models of its own. The models are scripted.

let place: string
let simulator: Simulator
let writ: Writ | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-verifier-'))
})

afterEach(async () => {
  await writ?.close()
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

const VERIFIER = [
  block(`
    const seen = await read('a.txt')
    const asked = await llm_query('is there a needle?')
    const other = await llm_query('is it there?', { model: 'b/sub' }).catch((error) => error.name)
    const child = await rlm_query('SIMTASK:look')`),
  block(
    "FINAL([{ claim: 'a needle', supported: seen.includes('needle'), why: [asked, other, child].join('; ') }])",
  ),
]

const ROOT = sequence([
  block("const said = await llm_query('what is it?'); const found = await grep('needle', {})"),
  block("FINAL({ word: 'needle', said })"),
])

const script: Script = (request) => {
  const [system] = request.messages
  if (request.task === null) return `said ${request.prompt}`
  if (request.task === 'look') return block("FINAL('a child looked')")
  if (system?.content.startsWith('You are a verifier') === true) return VERIFIER[request.turns] ?? ''
  return ROOT(request)
}

function open(options: Partial<WritOptions> = {}): Promise<Writ> {
  return createWrit({
    home: join(place, 'home'),
    model: 'a/root',
    subModel: 'b/sub',
    baseUrl: simulator.url,
    apiKey: 'x',
    ...options,
  })
}

async function ask(
  options: Partial<WritOptions> = {},
  asked: Partial<CompletionOptions> = {},
  answering = script,
  own: Partial<WritOptions> = { verifierModel: 'v/one' },
): Promise<Answer> {
  simulator = await startSimulator({ script: answering, honourKeys: true })
  writ = await open({ ...own, ...options })
  return await writ.completion({
    query: QUESTION,
    context: TEXTS,
    strategy: 'recurse',
    verify: ['claims'],
    ...asked,
  })
}

/** The models that were asked, in order. */
function askedOf(): readonly (string | null)[] {
  return simulator.journal().entries.map(({ model }) => model)
}

/** Everything that is promised of any run. */
async function holds(answer: Answer): Promise<void> {
  const trust = join(writ?.home ?? '', 'trust.json')
  const report = await verifyFile(answer.evidence ?? '', { trust, answer })
  expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(report.verdicts).toContainEqual(expect.objectContaining({ name: 'POLICY', result: 'pass' }))
  expect(await writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}

const CHECKED = { check: 'claims', outcome: 'passed', checked: 1, failed: 0 }
const IN_TURN = ['a/root', 'b/sub', 'a/root', 'v/one', 'v/one', 'b/sub', 'v/one']

describe('a verifier', () => {
  it('has its own model for its turns and its sub-calls, and its children that of children', async () => {
    const answer = await ask()
    expect(answer).toMatchObject({ status: 'complete', checks: [CHECKED] })
    expect(answer.answeredBy).toEqual(['a/root', 'b/sub', 'v/one'])
    expect(askedOf()).toEqual(IN_TURN)
    const shown = await writ?.show(answer.run)
    expect(shown?.models).toEqual(['a/root', 'b/sub', 'v/one'])
    expect(shown?.frames.map(({ lane, model }) => [lane, model])).toEqual([
      ['0', 'a/root'],
      ['0.1', 'v/one'],
      ['0.1.1', 'b/sub'],
    ])
    await holds(answer)
  })

  it('cannot name another model for a sub-call, and other frames not its own', async () => {
    const root = sequence([
      block("const own = await llm_query('x', { model: 'v/one' }).catch((error) => error.name)"),
      block('FINAL({ own })'),
    ])
    const answer = await ask({}, {}, (request) => {
      const checks = request.messages[0]?.content.startsWith('You are a verifier') === true
      if (request.task === 'test' && !checks) return root(request)
      const doubted = VERIFIER[1]?.replace("seen.includes('needle')", 'false') ?? ''
      return checks && request.turns === 1 ? doubted : script(request)
    })
    expect(answer.value).toEqual({ own: 'UnknownModel' })
    expect(answer.checks?.[0]?.problems.join()).toContain('; UnknownModel; ')
    await holds(answer)
  })

  it('has a list, of which the next stands in for one that refuses', async () => {
    const answer = await ask({ verifierModel: ['v/one', 'v/two'] }, {}, (request) =>
      request.model === 'v/one' ? { kind: 'status', status: 401 } : script(request),
    )
    expect(answer).toMatchObject({ checks: [CHECKED], answeredBy: ['a/root', 'b/sub', 'v/two'] })
    expect(askedOf()).toEqual(['a/root', 'b/sub', 'a/root', 'v/one', 'v/two', 'v/two', 'b/sub', 'v/two'])
    await holds(answer)
  })

  it('is asked nothing where policy denies its models', async () => {
    const policy = await bundleThat(join(place, 'bundle'), ({ models }) => {
      models.byId['v/one'] = { ...models.defaults.loopback, approved: false }
    })
    const answer = await ask({ policy })
    expect(answer).toMatchObject({ status: 'complete', checks: [{ outcome: 'undone', checked: 0 }] })
    expect(answer.denials).toContainEqual(expect.objectContaining({ resource: 'model:v/one' }))
    expect(askedOf()).not.toContain('v/one')
    await holds(answer)
  })

  it.each([
    ['more', 'a/root', 'v/one', CHECKED],
    ['less', 'v/one', 'a/root', { outcome: 'undone', code: 'POLICY_DENIED' }],
  ])('that may be sent %s than the root hears nothing beyond either', async (_, least, most, check) => {
    const policy = await bundleThat(join(place, 'bundle'), ({ models }) => {
      models.byId[least] = { ...models.defaults.loopback, maxLevel: 'internal' }
      models.byId[most] = { ...models.defaults.loopback, maxLevel: 'secret' }
    })
    const [a = { id: 'a.txt', text: '' }] = TEXTS
    const context = [a, { id: 'b.txt', text: 'Beta pays 7 crowns.', label: label('confidential', [], true) }]
    const heard: string[] = []
    const answer = await ask({ policy }, { context }, (request) => {
      if (request.model === least) heard.push(...request.messages.map(({ content }) => content))
      const checks = request.messages[0]?.content.startsWith('You are a verifier') === true
      if (!checks || request.turns > 0) return script(request)
      return block(`
        const seen = await read('a.txt')
        const asked = await read('b.txt').catch((error) => error.name)
        const other = '', child = ''`)
    })
    expect(answer).toMatchObject({ status: 'complete', checks: [check] })
    expect(heard.join()).not.toContain('crowns')
    await holds(answer)
  })

  it('is opened and recorded only where claims are checked', async () => {
    const answer = await ask({}, { verify: ['citations'] })
    expect((await writ?.show(answer.run))?.models).toEqual(['a/root', 'b/sub'])
    expect(answer).not.toHaveProperty('answeredBy')
    const at = { lane: '0', n: 1 }
    await expect(writ?.fork(answer.run, { at, verifierModel: 'v/two' })).rejects.toMatchObject({
      code: 'USAGE',
    })
    await holds(answer)
  })

  it('has the model of sub-calls where it has none of its own', async () => {
    const answer = await ask({}, {}, script, {})
    expect(answer.checks).toMatchObject([CHECKED])
    expect(new Set(askedOf())).toEqual(new Set(['a/root', 'b/sub']))
    await holds(answer)
  })

  it('stands on the plan card, and its price in the bound', async () => {
    const prices = Object.fromEntries(
      [
        ['a/root', 1],
        ['b/sub', 1],
        ['v/one', 1_000],
      ].map(([id, usd]) => [id, { inputNanoUsd: Number(usd) * 1_000, outputNanoUsd: Number(usd) * 1_000 }]),
    )
    const answer = await ask({ prices, limits: { maxCalls: 20 } })
    const asked = { query: QUESTION, context: TEXTS, strategy: 'recurse' }
    const plan = await writ?.plan({ ...asked, verify: ['claims'] })
    expect(plan?.models).toEqual({ root: 'a/root', sub: 'b/sub', verifier: ['v/one'] })
    expect(plan?.bound.costMicroUsd).toBeGreaterThanOrEqual(answer.usage.costMicroUsd)
    const without = await writ?.plan({ ...asked, verify: [] })
    expect(without?.models).toEqual({ root: 'a/root', sub: 'b/sub' })
    expect(without?.bound.costMicroUsd).toBeLessThan(plan?.bound.costMicroUsd ?? 0)
    await holds(answer)
  })

  it('keeps its model where a run is resumed, and has another where a fork names one', async () => {
    const evidence = join(place, 'run.writ')
    const first = await ask({}, { out: evidence })
    await writ?.close()
    const home = join(place, 'home')
    const size = await countRecords(home, first.run)
    for (let at = 3; at <= size; at += 4) {
      const cut = join(place, `cut-${at}`)
      await cutRun(home, first.run, at, cut)
      await rm(evidence, { force: true })
      writ = await createWrit({ home: cut, apiKey: 'x' })
      const answer = await writ.resume(first.run)
      expect(answer).toMatchObject({ status: 'complete', value: first.value, checks: first.checks })
      await holds(answer)
      await writ.close()
    }
    writ = await createWrit({ home, apiKey: 'x', baseUrl: simulator.url })
    const steps = (await writ.show(first.run)).steps
    const [, later] = steps.filter(({ lane, op }) => lane === '0.1' && op === 'turn')
    const at = { lane: '0.1', n: later?.n ?? 0 }
    simulator.reset()
    const same = await writ.fork(first.run, { at, model: 'a/other' })
    expect(same).toMatchObject({ value: first.value, checks: first.checks })
    expect(askedOf()).toEqual(['v/one'])
    await holds(same)
    simulator.reset()
    const other = await writ.fork(first.run, { at, verifierModel: 'v/two' })
    expect(other).toMatchObject({ checks: first.checks, answeredBy: ['a/root', 'b/sub', 'v/one', 'v/two'] })
    expect(askedOf()).toEqual(['v/two'])
    await holds(other)
    const start = steps.find(({ lane, op }) => lane === '0' && op === 'turn')
    const again = await writ.fork(other.run, { at: { lane: '0', n: start?.n ?? 0 } })
    expect(again).toMatchObject({ checks: first.checks })
    await holds(again)
  })
})

describe('the evidence refuses', () => {
  it.each<[string, string, (record: AnyRecord) => object | undefined]>([
    [
      'a turn of a verifier by the model of sub-calls',
      'UNKNOWN_MODEL',
      (record) =>
        record.kind === 'model.call' && record.lane === '0.1' && record.det.role === 'turn'
          ? { model: 'b/sub' }
          : undefined,
    ],
    [
      'a sub-call of a verifier by the model of sub-calls',
      'UNKNOWN_MODEL',
      (record) =>
        record.kind === 'model.call' && record.lane === '0.1' && record.det.role === 'leaf'
          ? { model: 'b/sub' }
          : undefined,
    ],
    [
      'a sub-call of the root by the model of a verifier',
      'UNKNOWN_MODEL',
      (record) =>
        record.kind === 'model.call' && record.lane === '0' && record.det.role === 'leaf'
          ? { model: 'v/one' }
          : undefined,
    ],
    [
      'a child of a verifier with the model of a verifier',
      'UNKNOWN_MODEL',
      (record) => (record.kind === 'frame.spawn' && record.lane === '0.1' ? { model: 'v/one' } : undefined),
    ],
    [
      'a verifier opened with the model of sub-calls',
      'UNKNOWN_MODEL',
      (record) => (record.kind === 'frame.spawn' && record.lane === '0' ? { model: 'b/sub' } : undefined),
    ],
    [
      'models of a verifier without the check of claims',
      'CHECK_DIFFERS',
      (record) => (record.kind === 'run.open' ? { checks: ['citations'] } : undefined),
    ],
    [
      'an empty list',
      'CHECK_DIFFERS',
      (record) => (record.kind === 'run.open' ? { verifier: [] } : undefined),
    ],
  ])('%s: %s', async (_, code, change) => {
    const answer = await ask()
    await writ?.close()
    const run = await keyedRun(join(place, 'home'), answer)
    const forged = run.records.map((record) => {
      const altered = change(record)
      if (altered === undefined) return record
      const { model } = altered as { model?: string }
      const decision =
        record.kind === 'model.call' && model !== undefined
          ? { decision: { ...record.det.decision, resource: `model:${model}` } }
          : {}
      return { ...record, det: { ...record.det, ...altered, ...decision } } as AnyRecord
    })
    expect(canonicalJson(forged)).not.toBe(canonicalJson(run.records))
    const { verdicts } = await judgeAgain(run, forged)
    expect(verdicts).toContainEqual(expect.objectContaining({ name: 'COMPLETENESS', result: 'fail', code }))
  })
})
