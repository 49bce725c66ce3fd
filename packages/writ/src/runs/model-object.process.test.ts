import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModelV4, LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { Answer, RunEvent } from '@writ/contract'
import { block, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWrit, exportFile, verifyFile, type Writ, type WritOptions } from '../index.ts'
import { objectThat, replied } from '../models/model-object.fixture.ts'
import { bundleThat } from './cleared-bundle.fixture.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// Runs whose model is an object that the program gives. What it says is scripted.

const PRICE = { inputNanoUsd: 1_000, outputNanoUsd: 2_000 }

let place: string
let home: string
const opened: Writ[] = []

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-object-'))
  home = join(place, 'home')
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((writ) => writ.close()))
  await rm(place, { recursive: true, force: true })
})

async function open(options: WritOptions): Promise<Writ> {
  const writ = await createWrit({ home, ...options })
  opened.push(writ)
  return writ
}

/** A model that takes these turns at the question, and answers any other prompt with `leaf`. */
function scripted(
  turns: readonly string[],
  { heard = [], leaf = () => replied('a leaf'), ...more }: Scripted = {},
): LanguageModelV4 {
  return objectThat((options) => {
    heard.push(options)
    const sent = JSON.stringify(options.prompt)
    if (!sent.includes('SIMTASK:test')) return leaf(options)
    const turn = options.prompt.filter(({ role }) => role === 'assistant').length
    const text = turns[Math.min(turn, turns.length - 1)] ?? ''
    const usage = { inputTokens: { total: Math.ceil(sent.length / 4) }, outputTokens: { total: text.length } }
    return Promise.resolve(replied(text, { usage }))
  }, more)
}

interface Scripted {
  readonly heard?: LanguageModelV4CallOptions[]
  readonly leaf?: (options: LanguageModelV4CallOptions) => unknown
  readonly modelId?: string
}

const TURNS = [block("const one = await llm_query('one')"), block('FINAL({ one })')]

async function ask(writ: Writ, onEvent: (event: RunEvent) => void = () => undefined): Promise<Answer> {
  return await writ.completion({ query: QUESTION, context: TEXTS, strategy: 'recurse', onEvent })
}

async function holds(writ: Writ, answer: Answer): Promise<void> {
  const report = await verifyFile(answer.evidence ?? '', { trust: join(writ.home, 'trust.json'), answer })
  expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(report.verdicts).toContainEqual(expect.objectContaining({ name: 'POLICY', result: 'pass' }))
  expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}

/** Ids of the models in the record. */
async function recordedModels(answer: Answer): Promise<unknown> {
  for await (const line of exportFile(answer.evidence ?? '', { format: 'jsonl' })) {
    const { kind, det } = JSON.parse(line)
    if (kind === 'run.open') return det.models.map(({ id }: { readonly id: string }) => id)
  }
  return undefined
}

describe('a run with a model object', () => {
  it('is one call a command, each under its own key, and holds like any other', async () => {
    const heard: LanguageModelV4CallOptions[] = []
    const writ = await open({ model: { languageModel: scripted(TURNS, { heard }), price: PRICE } })
    const answer = await ask(writ)
    expect(answer).toMatchObject({ status: 'complete', basis: 'model', value: { one: 'a leaf' } })
    expect(answer.usage).toMatchObject({ modelCalls: 3, costKnown: true })
    expect(heard).toHaveLength(3)
    expect(new Set(heard.map(({ headers }) => headers?.['idempotency-key'])).size).toBe(3)
    expect(heard.every(({ maxOutputTokens = 0 }) => maxOutputTokens > 0)).toBe(true)
    expect(await recordedModels(answer)).toEqual(['sdk/lab/m-1'])
    await holds(writ, answer)
  })

  it('may be the one that a package of the AI SDK gives', async () => {
    const simulator = await startSimulator({ script: sequence(TURNS) })
    try {
      const { url: baseURL } = simulator
      const lab = createOpenAICompatible({
        name: 'lab',
        baseURL,
        apiKey: 'sk-of-the-program',
        includeUsage: true,
      })
      const model = { languageModel: lab.chatModel('m-1'), price: PRICE, location: 'loopback' } as const
      const writ = await open({ model, limits: { maxCostMicroUsd: 1_000_000 } })
      const answer = await ask(writ)
      expect(answer).toMatchObject({
        status: 'complete',
        usage: { modelCalls: 3, boundCalls: 0, costKnown: true },
      })
      expect(await recordedModels(answer)).toEqual(['sdk/lab.chat/m-1'])
      await holds(writ, answer)
    } finally {
      await simulator.stop()
    }
  })

  it('has another for sub-calls, but not two of one name', async () => {
    const sub = scripted([], { modelId: 'small', leaf: () => replied('small talk') })
    const writ = await open({ model: scripted(TURNS), subModel: sub })
    const answer = await ask(writ)
    expect(answer.value).toEqual({ one: 'small talk' })
    await holds(writ, answer)
    const twice = await open({
      model: scripted(TURNS),
      subModel: { languageModel: scripted(TURNS), price: PRICE },
    })
    await expect(ask(twice)).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('that is not declared has no price: a cost limit refuses it before it is called', async () => {
    const heard: LanguageModelV4CallOptions[] = []
    const model = scripted(TURNS, { heard })
    const prices = { 'sdk/lab/m-1': PRICE }
    const writ = await open({ model, prices, price: PRICE, limits: { maxCostMicroUsd: 1_000_000 } })
    await expect(ask(writ)).rejects.toMatchObject({ code: 'UNKNOWN_PRICE' })
    expect(heard).toEqual([])
    const free = await open({ model })
    expect((await ask(free)).usage.costKnown).toBe(false)
  })

  it.each<[string, unknown, unknown]>([
    ['none', undefined, undefined],
    ['nothing for something', 0, 0],
    ['no number', '1', Number.NaN],
    ['below nothing', -1_000_000, -1_000_000],
    ['more than there can be', 1e15, 1e15],
    ['more than a number can say', Number.MAX_VALUE, Number.POSITIVE_INFINITY],
  ])('never costs more than its limit when it reports %s', async (_, input, output) => {
    const usage = { inputTokens: { total: input }, outputTokens: { total: output } }
    const lying = scripted(
      [block("FINAL(await llm_query_batched(['a','b','c','d']).catch((error) => error.name))")],
      { leaf: () => replied('x'.repeat(50), { usage }) },
    )
    const limit = 60_000
    const writ = await open({
      model: { languageModel: lying, price: PRICE },
      limits: { maxCostMicroUsd: limit },
    })
    const answer = await ask(writ)
    expect(answer.usage.costMicroUsd).toBeLessThanOrEqual(limit)
    expect(answer.usage.boundCalls).toBeGreaterThan(0)
    await holds(writ, answer)
  })

  it('that is not declared has the lowest approval, whatever it calls itself', async () => {
    const policy = await bundleThat(join(place, 'bundle'), (facts) => {
      facts.models.defaults.remote.approved = false
      facts.models.byId['openai/gpt-5'] = { ...facts.models.defaults.loopback, approved: true }
    })
    const heard: LanguageModelV4CallOptions[] = []
    const impostor = Object.assign(scripted(TURNS, { heard }), { provider: 'openai', modelId: 'gpt-5' })
    const refused = await ask(await open({ policy, model: impostor }))
    expect(refused).toMatchObject({ status: 'denied' })
    expect(heard).toEqual([])
    const declared = await open({ policy, model: { languageModel: impostor, location: 'loopback' } })
    const answer = await ask(declared)
    expect(answer.status).toBe('complete')
    await holds(declared, answer)
  })

  it.each<[string, (options: LanguageModelV4CallOptions) => unknown]>([
    ['throws', () => Promise.reject(new Error('boo'))],
    ['gives rubbish', () => ({ content: null })],
    ['throws what cannot be looked at', () => Promise.reject(Object.create(null))],
  ])(
    'whose object %s fails with an error of a code, each attempt recorded and charged its bound',
    async (_, leaf) => {
      let calls = 0
      const model = scripted([block("FINAL(await llm_query('one').catch((error) => error.name))")], {
        leaf: (options) => {
          calls += 1
          return leaf(options)
        },
      })
      const writ = await open({ model: { languageModel: model, price: PRICE } })
      const answer = await ask(writ)
      expect(answer).toMatchObject({ status: 'complete', value: 'ModelFailed' })
      expect(answer.usage).toMatchObject({ modelCalls: calls + 1, boundCalls: calls })
      await holds(writ, answer)
    },
  )

  it('whose object never answers ends with its time', async () => {
    const model = scripted([block("FINAL(await llm_query('one'))")], {
      leaf: () => new Promise(() => undefined),
    })
    const writ = await open({ model, limits: { timeoutMs: 8_000 } })
    const answer = await ask(writ)
    expect(answer).toMatchObject({ status: 'incomplete' })
    expect(answer.reason).toContain('TIMED_OUT')
    await holds(writ, answer)
  })
})

describe('going on with a run of a model object', () => {
  async function cut(): Promise<{ readonly run: string; readonly whole: Answer; readonly at: string }> {
    const writ = await open({ model: { languageModel: scripted(TURNS), price: PRICE } })
    const whole = await ask(writ)
    const at = join(place, 'cut')
    await cutRun(home, whole.run, (await countRecords(home, whole.run)) - 4, at)
    return { run: whole.run, whole, at }
  }

  it('needs the object again, and comes to the same', async () => {
    const { run, whole, at } = await cut()
    const none = await open({ home: at })
    await expect(none.resume(run)).rejects.toMatchObject({ code: 'MODEL_NOT_GIVEN' })
    await none.close()
    const other = await open({ home: at, model: scripted(TURNS, { modelId: 'm-2' }) })
    await expect(other.resume(run)).rejects.toMatchObject({
      code: 'MODEL_NOT_GIVEN',
      message: expect.stringContaining('sdk/lab/m-2'),
    })
    await other.close()
    const dearer = await open({ home: at, model: scripted(TURNS) })
    await expect(dearer.resume(run)).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
    await dearer.close()
    const same = await open({ home: at, model: { languageModel: scripted(TURNS), price: PRICE } })
    const answer = await same.resume(run)
    expect(answer.value).toEqual(whole.value)
    await holds(same, answer)
  })

  it('by a fork needs it too, and takes another where one is named', async () => {
    const writ = await open({ model: { languageModel: scripted(TURNS), price: PRICE } })
    const { run } = await ask(writ)
    const call = (await writ.show(run)).steps.find(({ op }) => op === 'leaf')
    const at = { lane: call?.lane ?? '', n: call?.n ?? 0 }
    const bare = await open({})
    await expect(bare.fork(run, { at })).rejects.toMatchObject({ code: 'MODEL_NOT_GIVEN' })
    const again = await writ.fork(run, { at })
    expect(again.status).toBe('complete')
    await holds(writ, again)
    const subModel = scripted(TURNS, { modelId: 'm-2', leaf: () => replied('another') })
    const other = await writ.fork(run, { at, subModel })
    expect(other.value).toEqual({ one: 'another' })
    await holds(writ, other)
    const given = await bare.fork(run, { at, model: { languageModel: scripted(TURNS), price: PRICE } })
    expect(given.value).toEqual(again.value)
    await expect(bare.fork(run, { at, subModel })).rejects.toMatchObject({
      code: 'MODEL_NOT_GIVEN',
      message: expect.stringContaining('sdk/lab/m-2'),
    })
    const both = await bare.fork(other.run, { at, model: subModel })
    expect(both.value).toEqual({ one: 'another' })
    const dearer = { languageModel: scripted(TURNS), contextWindow: 64_000 }
    await expect(writ.fork(run, { at, model: dearer })).rejects.toMatchObject({ code: 'BAD_FORK' })
  })
})

it('leaves no word of the object in the home but what it said', async () => {
  const writ = await open({ model: Object.assign(scripted(TURNS), { apiKey: 'sk-very-secret-key' }) })
  const { evidence } = await ask(writ)
  expect((await readFile(evidence ?? '')).includes('sk-very-secret-key')).toBe(false)
})
