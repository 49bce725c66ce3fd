import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Answer, defined, type Limits } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import { block, type Script, type SimRequest, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CompletionOptions, createWrit, type WritOptions } from '../index.ts'
import { judgeAgain, keyedRun } from '../verify/keyed-run.fixture.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// Limits of the frames of one role. The models are scripted.

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

const heard: string[] = []

/** Asks; the evidence holds and the run is done again as it was. */
async function ask(
  script: Script,
  options: Partial<WritOptions>,
  asked: Partial<CompletionOptions> = {},
): Promise<Answer> {
  heard.length = 0
  const listening: Script = (request) => {
    heard.push(`${roleOf(request)} ${request.messages.at(-1)?.content ?? ''}`)
    return script(request)
  }
  const { answer } = await home.ask(listening, options, asked)
  expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(await home.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  return answer
}

function roleOf({ task, messages }: SimRequest): string {
  if (task === null) return 'leaf'
  if (task === 'child') return 'worker'
  return messages[0]?.content.startsWith('You are a verifier') === true ? 'verifier' : 'root'
}

function turnsOf(role: string): number {
  return heard.filter((one) => one.startsWith(`${role} `)).length
}

/** A turn that goes on, and prints what no other one did. */
const on = ({ turns }: SimRequest): ReturnType<Script> =>
  block(`const n${turns} = await grep('needle', {}); print(${turns} + Math.random())`)

/** A root that releases at once, and a verifier. */
const checked =
  (verifier: Script): Script =>
  (request) =>
    roleOf(request) === 'verifier'
      ? verifier(request)
      : roleOf(request) === 'leaf'
        ? 'said'
        : block("FINAL({ word: 'needle' })")

const VERDICT =
  "const seen = await read('a.txt'); FINAL([{ claim: 'a needle', supported: true, why: JSON.stringify(got) }])"

describe('the frame that checks claims', () => {
  it('is stopped after its turns, and the answer says so', async () => {
    const answer = await ask(checked(on), { limits: { maxVerifierTurns: 3 } }, { verify: ['claims'] })
    expect(turnsOf('verifier')).toBe(3)
    expect(heard.filter((one) => one.startsWith('verifier '))[2]).toContain('turn 3 of 3')
    expect(answer).toMatchObject({
      status: 'incomplete',
      value: { word: 'needle' },
      checks: [{ outcome: 'undone', code: 'NO_ANSWER' }],
    })
    expect(answer.reason).toBe(
      'The frame that checks the claims (0.1) took all of its turns and released nothing.',
    )
  })

  it('asks for no more sub-calls than it may, and goes on', async () => {
    const script = checked(() =>
      block(`
        const left = (await budget()).turns
        const one = await llm_query('one')
        const two = await llm_query_batched(['two', 'three']).catch((error) => error.message)
        const got = [left, one, two]
        ${VERDICT}`),
    )
    const limits = { maxVerifierTurns: 4, maxVerifierCalls: 2 }
    const answer = await ask(script, { limits }, { verify: ['claims'] })
    expect(turnsOf('leaf')).toBe(1)
    expect(answer).toMatchObject({ status: 'incomplete', checks: [{ outcome: 'passed' }] })
    expect(answer.reason).toContain(
      'The limits of this run allow a verifier frame 2 sub-calls and child frames in all; it had 1',
    )
  })

  it('does not count as a child that its root asked for', async () => {
    const script: Script = (request) => {
      if (roleOf(request) === 'worker') return block("FINAL('looked')")
      if (roleOf(request) === 'verifier') return block(`const got = 0; ${VERDICT}`)
      return block(
        "const all = await rlm_query_batched(['SIMTASK:child a', 'SIMTASK:child b']); FINAL({ word: 'needle' })",
      )
    }
    const profiles = { 'any/model': { fanOut: 2 } }
    const answer = await ask(script, { profiles }, { verify: ['claims'] })
    expect(answer).toMatchObject({ status: 'complete', checks: [{ outcome: 'passed' }] })
  })
})

describe('a worker', () => {
  const root: Script = (request) => {
    if (roleOf(request) === 'worker') return on(request)
    return request.turns < 4
      ? on(request)
      : block(
          "const got = await rlm_query('SIMTASK:child a').catch((error) => error.name); FINAL({ got, turns: (await budget()).turns })",
        )
  }

  it('is stopped after its turns; the root has its own', async () => {
    const answer = await ask(root, { limits: { maxTurns: 9, maxWorkerTurns: 2, maxVerifierTurns: 1 } })
    expect([turnsOf('worker'), turnsOf('root')]).toEqual([2, 5])
    expect(answer).toMatchObject({ status: 'incomplete', value: { got: 'NoAnswer', turns: 4 } })
    expect(answer.reason).toContain('A child frame (0.1) took all of its turns')
  })

  it('has no more turns than any frame, whatever its own limit', async () => {
    await ask(root, { limits: { maxTurns: 6, maxWorkerTurns: 100 } })
    expect(turnsOf('worker')).toBe(6)
  })

  it('opens no children where it may ask for none', async () => {
    const script: Script = (request) =>
      roleOf(request) === 'worker'
        ? block("FINAL(await rlm_query('SIMTASK:child x').catch((error) => error.name))")
        : block("FINAL(await rlm_query('SIMTASK:child a'))")
    const answer = await ask(script, { limits: { maxWorkerCalls: 0 } })
    expect(answer).toMatchObject({ status: 'incomplete', value: 'BudgetExceeded', usage: { frames: 2 } })
  })

  it('keeps its limits where a run is resumed', async () => {
    const simulator = await startSimulator({ script: root })
    const model = { model: 'any/model', baseUrl: simulator.url, apiKey: 'x' }
    const [whole, out] = ['whole', 'resumed.writ'].map((name) => join(home.place, name))
    const asked = { query: QUESTION, context: TEXTS, strategy: 'recurse', ...defined({ out }) }
    const writ = await createWrit({ home: whole ?? '', ...model, limits: { maxWorkerTurns: 2 } })
    const first = await writ.completion(asked)
    await writ.close()
    const size = await countRecords(writ.home, first.run)
    for (const less of [3, 6, 9]) {
      const cut = join(home.place, `cut-${less}`)
      await cutRun(writ.home, first.run, size - less, cut)
      await rm(out ?? '', { force: true })
      const again = await createWrit({ home: cut, apiKey: 'x' })
      const { status, reason, value } = await again.resume(first.run)
      expect({ status, reason, value }).toEqual({
        status: 'incomplete',
        reason: first.reason,
        value: first.value,
      })
      expect(await again.replay(first.run)).toMatchObject({ outcome: 'IDENTICAL' })
      await again.close()
    }
    await simulator.stop()
  })
})

describe('the evidence refuses', () => {
  it.each<[string, string, Partial<Limits>]>([
    ['a worker with more turns than it may take', 'LIMIT_EXCEEDED', { maxWorkerTurns: 2 }],
    ['a verifier with more turns than it may take', 'LIMIT_EXCEEDED', { maxVerifierTurns: 1 }],
    ['a verifier with more sub-calls than it may ask for', 'LIMIT_EXCEEDED', { maxVerifierCalls: 1 }],
    ['a worker that used its last turn and is said to be whole', 'CHILD_MISMATCH', { maxWorkerTurns: 3 }],
  ])('%s', async (_, code, limits) => {
    const script: Script = (request) => {
      const role = roleOf(request)
      if (role === 'leaf') return 'said'
      if (role === 'worker') return request.turns < 2 ? on(request) : block("FINAL('a')")
      if (role === 'verifier')
        return request.turns < 1
          ? block("const got = await llm_query_batched(['a', 'b', 'c', 'd'])")
          : block(VERDICT)
      return block("FINAL({ word: await rlm_query('SIMTASK:child a') })")
    }
    const answer = await ask(script, {}, { verify: ['claims'] })
    const run = await keyedRun(join(home.place, 'home'), answer)
    const forged = run.records.map((record) =>
      record.kind === 'run.open'
        ? ({ ...record, det: { ...record.det, limits: { ...record.det.limits, ...limits } } } as AnyRecord)
        : record,
    )
    const { verdicts } = await judgeAgain(run, forged)
    expect(verdicts).toContainEqual(expect.objectContaining({ name: 'COMPLETENESS', result: 'fail', code }))
  })
})
