import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { block, type Script, type Simulator, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createWrit,
  type Evaluation,
  type EvaluationEvent,
  type EvaluationOptions,
  type Writ,
} from '../../index.ts'

// Evaluations of a scripted model: what is scored, what is paid, and what is never paid twice.

const TEXTS = [
  { id: 'a.txt', text: 'Alpha has a needle. It ends on 2027-03-01.\n' },
  { id: 'b.txt', text: 'Beta has nothing.\n' },
]
const PRICE = { inputNanoUsd: 1_000, outputNanoUsd: 1_000 }
const QUESTIONS = [
  { id: 'number', question: 'SIMTASK:three How many needles?', gold: 3 },
  { id: 'text', question: 'SIMTASK:alpha Who has a needle?', gold: 'Alpha' },
  { id: 'open', question: 'SIMTASK:alpha What do you think?' },
]
/** What the model says, by the task; it is as right in one call as in a REPL, but for the number. */
const SAYS: Readonly<Record<string, string>> = { three: '3', alpha: 'Alpha' }

const script: Script = ({ messages, task, prompt }) => {
  const opening = messages.map(({ content }) => content).join('\n')
  const repl = opening.includes('```repl')
  const name = task ?? /SIMTASK:(\w+)/.exec(prompt)?.[1] ?? ''
  const said = name === 'three' && !repl ? 'There are 2.' : (SAYS[name] ?? 'nothing')
  return repl ? block(`FINAL(${JSON.stringify(said)})`) : { kind: 'text', text: said }
}

let place: string
let simulator: Simulator
let writ: Writ

async function open(own: Script = script): Promise<void> {
  simulator = await startSimulator({ script: own })
  writ = await createWrit({
    home: join(place, 'home'),
    model: 'any/model',
    baseUrl: simulator.url,
    apiKey: 'x',
    price: PRICE,
  })
}

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-eval-'))
})
afterEach(async () => {
  await writ.close()
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

async function evaluate(options: Partial<EvaluationOptions> = {}): Promise<Evaluation> {
  return await writ.evaluate({
    questions: QUESTIONS,
    context: TEXTS,
    arms: [{ strategy: 'direct' }, { strategy: 'recurse' }],
    ...options,
  })
}

/** The scores of the arms, item by item. */
const scores = ({ items }: Evaluation): readonly (readonly [string, string, number | null])[] =>
  items.map(({ arm, question, score }) => [arm, question, score])

describe('an evaluation', () => {
  it('scores every question of every arm, keeps its evidence, and charges what the server counted', async () => {
    await open()
    const found = await evaluate({ thresholds: [{ metric: 'accuracy', least: 0.9 }] })
    expect(scores(found)).toEqual([
      ['direct', 'number', 0.75],
      ['recurse', 'number', 1],
      ['direct', 'text', 1],
      ['recurse', 'text', 1],
      ['direct', 'open', null],
      ['recurse', 'open', null],
    ])
    const [direct, recurse] = found.arms
    expect(direct?.measures.accuracy).toEqual({ mean: 0.875, low: 0.75, high: 1 })
    expect(recurse?.difference?.accuracy).toEqual({ mean: 0.125, low: 0, high: 0.25 })
    expect([direct?.models.root, direct?.scored, direct?.failed]).toEqual(['any/model', 2, 0])
    expect(found.thresholds.map(({ arm, met }) => [arm, met])).toEqual([
      ['direct', false],
      ['recurse', true],
    ])
    expect([found.complete, found.passed]).toEqual([true, false])
    const counted = simulator.journal()
    expect(found.spent).toMatchObject({
      calls: counted.requests,
      inputTokens: counted.inputTokens,
      outputTokens: counted.outputTokens,
    })
    expect(found.items.every(({ evidence }) => evidence !== null)).toBe(true)
    const [{ evidence } = { evidence: null }] = found.items
    expect((await writ.verify(evidence ?? '')).ok).toBe(true)
  })

  it('is planned, and bounded by its cap, without a request', async () => {
    await open()
    const plan = await writ.planEvaluation({
      questions: QUESTIONS,
      context: TEXTS,
      arms: [{ strategy: 'recurse' }, { strategy: 'script:find-all' }],
      repeat: 2,
      limits: { maxCalls: 10 },
      maxCalls: 70,
    })
    expect(plan).toMatchObject({ questions: 3, scored: 2, runs: 12, bound: { requests: 70 } })
    expect(plan.arms.map(({ name, runs, bound }) => [name, runs, bound.requests])).toEqual([
      ['recurse', 6, 60],
      ['script:find-all', 6, 60],
    ])
    expect(plan.bound.costMicroUsd).toBeGreaterThan(0)
    expect(simulator.journal().requests).toBe(0)
    expect(await writ.runs()).toEqual([])
  })

  it('scores a run that failed 0, and says why', async () => {
    await open((request) =>
      request.prompt.includes('three') ? { kind: 'status', status: 400 } : script(request),
    )
    const found = await evaluate({ arms: [{ strategy: 'direct' }] })
    const [failed, answered] = found.items
    expect([failed?.outcome, failed?.score, failed?.status]).toEqual(['failed', 0, 'failed'])
    expect(failed?.reason).toContain('MODEL_REJECTED')
    expect(answered?.score).toBe(1)
    expect(found.arms[0]).toMatchObject({ failed: 1, measures: { accuracy: { mean: 0.5 } } })
    expect([found.complete, found.passed]).toEqual([true, true])
  })

  it('stops at its cap, and scores nothing that the cap cut short', async () => {
    await open(({ turns }) => block(`print(${turns}) // looks on`))
    const found = await evaluate({ arms: [{ strategy: 'recurse' }], maxCalls: 4, limits: { maxTurns: 9 } })
    expect(simulator.journal().requests).toBeLessThanOrEqual(4)
    expect(found.items.map(({ outcome, score }) => [outcome, score])).toEqual([
      ['capped', null],
      ['capped', null],
      ['capped', null],
    ])
    expect([found.complete, found.passed, found.spent.calls]).toEqual([
      false,
      false,
      simulator.journal().requests,
    ])
  })

  it('has one prepared corpus and one confirmation, which can say no before anything is spent', async () => {
    await open()
    const asked: number[] = []
    const confirm = (plan: { readonly runs: number }): boolean => {
      asked.push(plan.runs)
      return false
    }
    await expect(evaluate({ confirm, confirmAboveMicroUsd: 0 })).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    })
    expect([asked, simulator.journal().requests]).toEqual([[6], 0])
  })

  it.each<[string, Partial<EvaluationOptions>, string]>([
    ['an arm that is none', { arms: [{ strategy: 'guess' }] }, 'USAGE'],
    [
      'a script that is none',
      { arms: [{ strategy: 'direct' }, { strategy: 'script:none' }] },
      'UNKNOWN_SCRIPT',
    ],
    ['an input that a script does not take', { arms: [{ strategy: 'script:compare' }] }, 'BAD_INPUT'],
    ['two arms of one name', { arms: [{ strategy: 'direct' }, { strategy: 'direct' }] }, 'USAGE'],
    [
      'an accuracy without a gold',
      { questions: [{ question: 'What?' }], thresholds: [{ metric: 'accuracy', least: 1 }] },
      'USAGE',
    ],
    ['a question that is empty', { questions: [{ question: ' ' }] }, 'BAD_QUESTIONS'],
    ['an evaluation that is none', { resume: '00000000-0000-7000-8000-000000000000' }, 'UNKNOWN_EVALUATION'],
  ])('refuses %s before anything is spent', async (_, options, code) => {
    await open()
    await expect(evaluate(options)).rejects.toMatchObject({ code })
    expect(simulator.journal().requests).toBe(0)
  })
})

describe('an evaluation that was stopped', () => {
  /** Evaluates until the run of so many is under way, and gives the id of the evaluation. */
  async function stoppedAt(n: number): Promise<string> {
    const stop = new AbortController()
    let evaluation = ''
    const onEvent = (event: EvaluationEvent): void => {
      if (event.type === 'evaluation.open') evaluation = event.evaluation
      if (event.type === 'item.open' && event.n === n) stop.abort()
    }
    await expect(evaluate({ suspend: stop.signal, onEvent })).rejects.toMatchObject({
      code: 'SUSPENDED',
      next: expect.stringContaining('--resume'),
    })
    return evaluation
  }

  it('goes on without asking again, with the same result', async () => {
    await open()
    const resume = await stoppedAt(3)
    const before = simulator.journal().requests
    const found = await evaluate({ resume })
    expect(found.items.map(({ takenOver }) => takenOver)).toEqual([true, true, true, false, false, false])
    expect(simulator.journal().requests).toBe(6)
    expect(before).toBe(3)
    expect(found.spent.calls).toBe(6)
    // Once more: nothing is left to ask.
    const again = await evaluate({ resume })
    expect(simulator.journal().requests).toBe(6)
    expect(scores(again)).toEqual(scores(found))
    expect(again.arms.map(({ measures }) => measures)).toEqual(found.arms.map(({ measures }) => measures))
  })

  it('asks anew what is another question, and scores a corrected gold without asking', async () => {
    await open()
    const resume = await stoppedAt(4)
    const questions = [
      { id: 'number', question: 'SIMTASK:three How many needles?', gold: 2 },
      { id: 'text', question: 'SIMTASK:three How many then?', gold: 3 },
    ]
    const found = await evaluate({ resume, questions })
    expect(found.items.map(({ takenOver, score }) => [takenOver, score])).toEqual([
      [true, 1],
      [true, 0.75],
      [false, 0.75],
      [false, 1],
    ])
    expect(simulator.journal().requests).toBe(6)
    // What was paid for an answer that no longer counts was paid.
    expect(found.spent.calls).toBe(6)
  })

  it('takes up the run that was cut off, and holds the cap over all of it', async () => {
    await open(({ turns }) => (turns < 2 ? block(`print(${turns})`) : block("FINAL('3')")))
    const stop = new AbortController()
    let evaluation = ''
    const onEvent = (event: EvaluationEvent): void => {
      if (event.type === 'evaluation.open') evaluation = event.evaluation
      if (event.type === 'item.run' && event.event.type === 'step' && event.event.op === 'turn') stop.abort()
    }
    const options = { arms: [{ strategy: 'recurse' }], maxCalls: 20 }
    await expect(evaluate({ ...options, suspend: stop.signal, onEvent })).rejects.toMatchObject({
      code: 'SUSPENDED',
    })
    const paid = simulator.journal().requests
    expect(paid).toBeGreaterThan(0)
    const found = await evaluate({ ...options, resume: evaluation })
    expect(found.items.map(({ outcome, score }) => [outcome, score])).toEqual([
      ['answered', 1],
      ['answered', 0],
      ['answered', null],
    ])
    expect(simulator.journal().requests).toBe(9)
    expect(found.spent.calls).toBe(9)
    expect((await writ.runs()).length).toBe(3)
  })

  it('keeps no content beside its runs', async () => {
    await open()
    await evaluate()
    const directory = join(place, 'home', 'evaluations')
    const [file = ''] = await readdir(directory)
    const text = await readFile(join(directory, file), 'utf8')
    expect(text.trim().split('\n')).toHaveLength(6)
    expect(text).not.toMatch(/needle|Alpha|There are/)
  })
})
