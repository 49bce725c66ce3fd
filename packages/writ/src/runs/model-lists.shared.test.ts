import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, label } from '@writ/contract'
import { type AnyRecord, canonicalJson, type RecordOf } from '@writ/evidence'
import { block, type Reply, type Script, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CompletionOptions, createWrit, verifyFile, type Writ, type WritOptions } from '../index.ts'
import { judgeAgain, type KeyedRun, keyedRun } from '../verify/keyed-run.fixture.ts'
import { bundleThat } from './cleared-bundle.fixture.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { QUESTION, TEXTS, TYPED } from './scripted-runs.fixture.ts'

// Lists of models: what the first refuses for good or may not be sent goes to the next. The models are scripted.

let place: string
let simulator: Simulator
let writ: Writ | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-lists-'))
})

afterEach(async () => {
  await writ?.close()
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

async function ask(
  script: Script,
  options: Partial<WritOptions> = {},
  asked: Partial<CompletionOptions> = {},
): Promise<Answer> {
  simulator = await startSimulator({ script, honourKeys: true })
  const home = join(place, 'home')
  writ = await createWrit({
    home,
    model: ['a/one', 'b/two'],
    baseUrl: simulator.url,
    apiKey: 'x',
    ...options,
  })
  return await writ.completion({ query: QUESTION, context: TEXTS, strategy: 'recurse', ...asked })
}

/** The models that were asked, in order. */
function askedOf(): readonly (string | null)[] {
  return simulator.journal().entries.map(({ model }) => model)
}

/** Everything that is promised of any run. */
async function holds(answer: Answer): Promise<void> {
  const report = await verifyFile(answer.evidence ?? '', {
    trust: join(writ?.home ?? '', 'trust.json'),
    answer,
  })
  expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(report.verdicts).toContainEqual(expect.objectContaining({ name: 'POLICY', result: 'pass' }))
  expect(await writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}

function refused(status: number): Reply {
  return { kind: 'status', status }
}

/** What models say that the first of the list does not get to say. */
function unlessFirst(status: number, script: Script): Script {
  return (request) => (request.model === 'a/one' ? refused(status) : script(request))
}

const COUNTING = sequence([
  block("const [x, y] = await llm_query_batched(['left', 'right']); print(x, y)"),
  block('FINAL([x, y])'),
])

function answering(request: Parameters<Script>[0]): ReturnType<Script> {
  return request.task === null ? `said ${request.prompt}` : COUNTING(request)
}

describe('of a list of models', () => {
  it.each([401, 402, 404])('one that refuses every request with %i is asked once', async (status) => {
    const answer = await ask(unlessFirst(status, answering))
    expect(answer).toMatchObject({
      status: 'complete',
      value: ['said left', 'said right'],
      answeredBy: ['b/two'],
      usage: { modelCalls: 5 },
    })
    expect(askedOf()).toEqual(['a/one', 'b/two', 'b/two', 'b/two', 'b/two'])
    await holds(answer)
  })

  it('one whose requests are too long for it is asked all the same, and only those go on', async () => {
    const answer = await ask((request) => {
      const long = request.model === 'a/one' && request.prompt === 'left'
      return long ? refused(400) : answering(request)
    })
    expect(answer).toMatchObject({
      status: 'complete',
      value: ['said left', 'said right'],
      answeredBy: ['a/one', 'b/two'],
    })
    expect(askedOf().filter((model) => model === 'b/two')).toHaveLength(1)
    await holds(answer)
    const steps = (await writ?.show(answer.run))?.steps ?? []
    const leaf = steps.find(({ model, op }) => model === 'a/one' && op === 'leaf')
    expect(steps.filter(({ model }) => model === 'b/two')).toMatchObject([
      { op: 'leaf', items: 1, instead: leaf?.n },
    ])
  })

  it('is told at steps that a frame has used up, and a call has room for those it may need', async () => {
    const taking = sequence([
      block(
        "const seen = []; for (let n = 0; n < 7; n += 1) seen.push(await llm_query('item ' + n).catch((e) => e.code))",
      ),
      block('FINAL([seen.filter((one) => one.startsWith("said")).length, seen.at(-1)])'),
    ])
    const script: Script = (request) => (request.task === null ? `said ${request.prompt}` : taking(request))
    for (const frameSteps of [14, 15]) {
      const answer = await ask(script, { limits: { frameSteps } })
      // A call takes two steps: its own, and one for the model that may have to stand in.
      expect(answer.value).toEqual([frameSteps === 14 ? 4 : 5, 'BUDGET_EXCEEDED'])
      await holds(answer)
      await writ?.close()
      await simulator.stop()
    }
    const answer = await ask(script, { limits: { cellSteps: 7 } })
    expect(answer.value).toEqual([3, 'BUDGET_EXCEEDED'])
    await holds(answer)
  })

  it('all may refuse: the run says what the last one said, and no more are asked', async () => {
    const answer = await ask(() => refused(400))
    expect(answer).toMatchObject({ status: 'failed', answer: null, answeredBy: [] })
    expect(answer.reason).toContain('MODEL_REJECTED')
    expect(askedOf()).toEqual(['a/one', 'b/two'])
    await holds(answer)
  })

  it('one that policy denies is passed, and its denial told', async () => {
    const policy = await bundleThat(join(place, 'bundle'), ({ models }) => {
      models.byId['a/one'] = { ...models.defaults.loopback, approved: false }
    })
    const answer = await ask(answering, { policy })
    expect(answer).toMatchObject({ status: 'complete', answeredBy: ['b/two'] })
    expect(answer.denials).toMatchObject([{ action: 'model::call', resource: 'model:a/one', count: 3 }])
    expect(new Set(askedOf())).toEqual(new Set(['b/two']))
    await holds(answer)
  })

  it('one that policy denies does not stand in for another', async () => {
    const policy = await bundleThat(join(place, 'bundle'), ({ models }) => {
      models.byId['b/two'] = { ...models.defaults.loopback, approved: false }
    })
    const answer = await ask(unlessFirst(401, answering), { policy })
    expect(answer).toMatchObject({ status: 'failed', answeredBy: [] })
    expect(askedOf()).toEqual(['a/one'])
    await holds(answer)
  })

  it('sub-calls have another, and those with a schema are asked again', async () => {
    const answer = await ask((request) => (request.model === 'c/three' ? refused(404) : TYPED(request)), {
      model: 'a/one',
      subModel: ['c/three', 'b/two'],
    })
    expect(answer).toMatchObject({ status: 'complete', answeredBy: ['a/one', 'b/two'] })
    await holds(answer)
  })

  it('a run is resumed wherever it was cut off, and forked', async () => {
    const evidence = join(place, 'run.writ')
    const first = await ask(unlessFirst(400, answering), {}, { out: evidence })
    await writ?.close()
    const home = join(place, 'home')
    const size = await countRecords(home, first.run)
    for (let at = 2; at <= size; at += 3) {
      const cut = join(place, `cut-${at}`)
      await cutRun(home, first.run, at, cut)
      await rm(evidence, { force: true })
      writ = await createWrit({ home: cut, apiKey: 'x' })
      const answer = await writ.resume(first.run)
      expect(answer).toMatchObject({ status: 'complete', value: first.value, answeredBy: ['b/two'] })
      await holds(answer)
      await writ.close()
    }
    writ = await createWrit({ home, apiKey: 'x', baseUrl: simulator.url })
    const steps = (await writ.show(first.run)).steps
    const at = steps.find(({ instead }) => instead !== null)
    simulator.reset()
    const fork = await writ.fork(first.run, { at: { lane: at?.lane ?? '', n: at?.n ?? 0 }, model: 'd/four' })
    expect(fork).toMatchObject({ status: 'complete', value: first.value })
    expect(new Set(askedOf())).toEqual(new Set(['d/four']))
    await holds(fork)
  }, 240_000)
})

describe('a list of models whose labels differ', () => {
  it('hands over to the one that may be sent what was read, and no other hears of it', async () => {
    const policy = await bundleThat(join(place, 'bundle'), ({ models }) => {
      models.byId['a/one'] = { ...models.defaults.loopback, maxLevel: 'internal' }
    })
    const secret = { text: 'Beta pays 7 crowns.', label: label('confidential', [], true) }
    const heard: string[] = []
    const root = sequence([
      block("const text = await read('b.txt'); print(text)"),
      block("FINAL(text.match(/[0-9]+/)[0] + await llm_query('SIMTASK:x ' + text))"),
    ])
    const answer = await ask(
      (request) => {
        if (request.model === 'a/one') heard.push(...request.messages.map(({ content }) => content))
        return request.task === 'x' ? ' crowns' : root(request)
      },
      { policy },
      { context: [TEXTS[0] ?? { id: 'a.txt', text: '' }, { id: 'b.txt', ...secret }] },
    )
    expect(answer).toMatchObject({ status: 'complete', value: '7 crowns', answeredBy: ['a/one', 'b/two'] })
    expect(heard).not.toEqual([])
    expect(heard.join()).not.toContain('crowns')
    await holds(answer)
  })
})

describe('the verifier refuses', () => {
  /** One call denied to the first model, one that it fails, and one that it does not. */
  async function honest(): Promise<KeyedRun> {
    const answer = await ask((request) => {
      const long = request.model === 'a/one' && request.prompt === 'left'
      return long ? refused(400) : answering(request)
    })
    await writ?.close()
    return await keyedRun(join(place, 'home'), answer)
  }

  it.each<[string, (call: RecordOf<'model.call'>['det']) => object | undefined]>([
    ['a model of no list', ({ instead }) => (instead === undefined ? undefined : { model: 'any/other' })],
    [
      'the first model asked again',
      ({ instead }) => (instead === undefined ? undefined : { model: 'a/one' }),
    ],
    [
      'a later model where the first was not asked',
      ({ instead, model }) => (instead !== undefined || model !== 'a/one' ? undefined : { model: 'b/two' }),
    ],
    [
      'a first model passed that had refused nothing',
      ({ instead, model }) =>
        instead !== undefined || model !== 'a/one'
          ? undefined
          : { model: 'b/two', passed: [{ model: 'a/one', decision: null }] },
    ],
    [
      'a first model passed that policy allowed',
      ({ instead, model, decision }) =>
        instead !== undefined || model !== 'a/one'
          ? undefined
          : { model: 'b/two', passed: [{ model: 'a/one', decision }] },
    ],
    [
      'requests asked instead of none that failed',
      ({ instead }) => (instead === undefined ? undefined : { instead: 2 }),
    ],
    [
      'more requests asked instead than failed',
      ({ instead }) => (instead === undefined ? undefined : { items: 2 }),
    ],
  ])('%s', async (_, change) => {
    const run = await honest()
    const forged = run.records.map((record) => {
      const altered = record.kind === 'model.call' ? change(record.det) : undefined
      return altered === undefined ? record : ({ ...record, det: { ...record.det, ...altered } } as AnyRecord)
    })
    expect(canonicalJson(forged)).not.toBe(canonicalJson(run.records))
    const { verdicts } = await judgeAgain(run, forged)
    expect(verdicts).toContainEqual(expect.objectContaining({ name: 'COMPLETENESS', result: 'fail' }))
  })
})
