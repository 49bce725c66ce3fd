import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { type AnyRecord, canonicalJson } from '@writ/evidence'
import { block, type Script, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWrit, type ProfileTable, verifyFile, type Writ } from '../index.ts'
import { judgeAgain, keyedRun } from '../verify/keyed-run.fixture.ts'
import { cutRun } from './cut-run.fixture.ts'
import { QUESTION, TEXTS } from './scripted-runs.fixture.ts'

// Profiles of models: what frames are told, and how much they may ask. The models are scripted.

let place: string
let simulator: Simulator
let writ: Writ

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-profiles-'))
})

afterEach(async () => {
  await writ.close()
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

async function ask(script: Script, profiles: ProfileTable): Promise<Answer> {
  simulator = await startSimulator({ script, honourKeys: true })
  const home = join(place, 'home')
  writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url, apiKey: 'x', profiles })
  const out = join(place, 'run.writ')
  return await writ.completion({ query: QUESTION, context: TEXTS, strategy: 'recurse', out })
}

async function holds(answer: Answer): Promise<void> {
  const report = await verifyFile(answer.evidence ?? '', { trust: join(writ.home, 'trust.json'), answer })
  expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}

const TOLD = {
  'any/*': { language: 'typescript', chunkChars: 5_000, batchSize: 3, hints: ['Say less than you know.'] },
} as const

/** What the frame was told, as its answer. */
const ECHO: Script = (request) =>
  request.turns === 0
    ? block('print(1)')
    : block(`FINAL(${JSON.stringify(request.messages[0]?.content ?? '')})`)

describe('the profile of a model', () => {
  it('is what its frames are told, then and whenever it is done again', async () => {
    const answer = await ask(ECHO, TOLD)
    expect(answer.value).toContain('5,000 characters of text and a batch about 3 prompts')
    expect(answer.value).toContain('TypeScript for a REPL')
    expect(answer.value).toContain('one fenced block, ```ts,')
    expect(answer.value).toContain('\n- Say less than you know.')
    await holds(answer)
    await writ.close()
    // Without the profile: what the record says counts.
    const cut = join(place, 'cut')
    await cutRun(join(place, 'home'), answer.run, 4, cut)
    await rm(join(place, 'run.writ'))
    writ = await createWrit({ home: cut, apiKey: 'x' })
    const resumed = await writ.resume(answer.run)
    expect(resumed.value).toEqual(answer.value)
    await holds(resumed)
  })

  it('goes with its model at a fork, and not with another', async () => {
    const { run } = await ask(ECHO, { 'other/model': { hints: ['Be another.'] }, ...TOLD })
    const again = (model: string): Promise<Answer> => writ.fork(run, { at: { lane: '0', n: 3 }, model })
    const other = await again('other/model')
    expect(other.value).toContain('Be another.')
    await holds(other)
  })

  it('ends a frame that asks far too much before any of it is sent, with a reason', async () => {
    const answer = await ask(
      sequence([
        block("await llm_query_batched(Array.from({ length: 3182 }, (_, n) => 'line ' + n))"),
        block("FINAL('as far as I got')"),
      ]),
      { 'any/model': { fanOut: 32 } },
    )
    expect(answer).toMatchObject({ status: 'incomplete', value: 'as far as I got', usage: { modelCalls: 2 } })
    expect(answer.reason).toContain(
      '32 sub-calls and child frames in all; it had 0, and this call asks for 3,182 more',
    )
    await holds(answer)
  })

  it('counts sub-calls and children of all cells together', async () => {
    const answer = await ask(
      (request) =>
        request.task === null
          ? 'ok'
          : sequence([
              block("print(await llm_query('one'), await llm_query_batched(['two', 'three']))"),
              block("try { await rlm_query('x') } catch (error) { FINAL(error.code ?? error.name) }"),
            ])(request),
      { 'any/model': { fanOut: 3 } },
    )
    expect(answer).toMatchObject({ status: 'incomplete', value: 'BUDGET_EXCEEDED' })
    await holds(answer)
    await writ.close()
    const run = await keyedRun(join(place, 'home'), answer)
    const forged = run.records.map((record) =>
      record.kind === 'run.open'
        ? ({
            ...record,
            det: { ...record.det, profiles: record.det.profiles?.map((one) => ({ ...one, fanOut: 1 })) },
          } as AnyRecord)
        : record,
    )
    expect(canonicalJson(forged)).not.toBe(canonicalJson(run.records))
    const { verdicts } = await judgeAgain(run, forged)
    expect(verdicts).toContainEqual(expect.objectContaining({ name: 'COMPLETENESS', code: 'LIMIT_EXCEEDED' }))
  })
})
