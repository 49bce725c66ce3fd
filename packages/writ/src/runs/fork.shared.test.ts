import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block, type Script, type Simulator, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createWrit,
  type ForkOptions,
  type StepView,
  verifyFile,
  type Writ,
  type WritOptions,
} from '../index.ts'
import { listRetention, recordRetention } from '../ledger/index.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { nested, PARALLEL, QUESTION, READING, REPEATED, TEXTS, TYPED } from './scripted-runs.fixture.ts'
import { withinHome } from './within-home.fixture.ts'

// Runs that are asked again from a step on. The model is scripted; its server keeps a journal of what it was sent.

/** Steps at which each run is forked. */
const FORKS = 2

let place: string
let simulator: Simulator
let writ: Writ

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-fork-'))
})

afterEach(async () => {
  await writ.close()
  await simulator.stop()
  await rm(place, { recursive: true, force: true })
})

async function ask(script: Script, options: Partial<WritOptions> = {}): Promise<Answer> {
  simulator = await startSimulator({ script })
  const home = join(place, 'home')
  writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url, apiKey: 'x', ...options })
  return await writ.completion({ query: QUESTION, context: TEXTS, strategy: 'recurse' })
}

/** Forks a run, and checks what holds of any fork. Gives the answer and the models that were asked. */
async function forked(
  run: string,
  at: StepView,
  options: Omit<ForkOptions, 'at'> = {},
): Promise<{ readonly answer: Answer; readonly asked: readonly string[] }> {
  simulator.reset()
  const { lane, n } = at
  const answer = await writ.fork(run, { at: { lane, n }, ...options })
  const asked = simulator.journal().entries.map(({ model }) => model)
  const trust = join(writ.home, 'trust.json')
  const report = await verifyFile(answer.evidence ?? '', { trust, answer })
  expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(report.verdicts).toContainEqual(expect.objectContaining({ name: 'POLICY', result: 'pass' }))
  expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  return { answer, asked }
}

async function steps(run: string): Promise<readonly StepView[]> {
  return (await writ.show(run)).steps
}

function callsIn(all: readonly StepView[]): readonly StepView[] {
  return all.filter(({ kind }) => kind === 'model.call')
}

/** Forks a run with nothing changed at steps all over it: it comes to the same, and only what came after is sent. */
async function everywhere(script: Script, options: Partial<WritOptions> = {}): Promise<void> {
  const first = await ask(script, options)
  expect(first.status).toBe('complete')
  const all = await steps(first.run)
  const able = all.filter(
    ({ kind }) => !['run.open', 'strategy.chosen', 'output.release', 'run.close'].includes(kind),
  )
  const stride = Math.max(1, Math.floor(able.length / FORKS))
  for (let i = 0; i < able.length; i += stride) {
    const at = able[i] as StepView
    const { answer, asked } = await forked(first.run, at)
    expect(answer.value).toEqual(first.value)
    expect(answer.usage).toEqual({ ...first.usage, wallMs: answer.usage.wallMs })
    const view = await writ.show(answer.run)
    const paid = view.fork?.charged.calls ?? -1
    expect(asked).toHaveLength(first.usage.modelCalls - paid)
    expect(await writ.diff(first.run, answer.run)).toMatchObject({ same: true })
  }
}

describe('a run forked with nothing changed comes to the same:', () => {
  it('reads, citations, random numbers, the clock', async () => {
    await everywhere(READING)
  })

  it('parallel sub-calls, a batch, and a race', async () => {
    await everywhere(PARALLEL)
  })

  it('sub-calls with a schema, some asked again', async () => {
    await everywhere(TYPED)
  })

  it('sub-calls that others answer', async () => {
    await everywhere(REPEATED)
  }, 240_000)

  it('nested frames with texts and scopes of their own, and retries', async () => {
    const failed = new Set<string>()
    const script = nested(({ prompt }) => {
      if (failed.has(prompt)) return `said ${prompt}`
      failed.add(prompt)
      return { kind: 'status', status: 503, headers: { 'retry-after': '0' } }
    })
    const first = await ask(script, { limits: { maxDepth: 2 } })
    expect(first.status).toBe('complete')
    // Retried once, before the last turn ends: shared with its retry by a fork at the release's cell.
    const all = await steps(first.run)
    const able = all.filter(({ kind }) => ['model.call', 'cell', 'frame.spawn'].includes(kind))
    for (const at of able.filter((_, i) => i % 6 === 0 || i === able.length - 1)) {
      const { answer } = await forked(first.run, at)
      expect(answer.value).toEqual(first.value)
    }
  })
})

describe('a fork', () => {
  const script: Script = (request) => {
    if (request.task === null) return `${request.model}: ${request.prompt}`
    return request.turns === 0
      ? block("const one = await llm_query('one'); print(one)")
      : block("const two = await llm_query('two', { model: 'any/model' }); FINAL([one, two])")
  }

  it('has its new models from the step on, whatever the shared code named', async () => {
    const first = await ask(script)
    const calls = callsIn(await steps(first.run))
    const { answer, asked } = await forked(first.run, calls[2] as StepView, { model: 'other/model' })
    expect(first.value).toEqual(['any/model: one', 'any/model: two'])
    expect(answer.value).toEqual(['any/model: one', 'other/model: two'])
    expect(asked).toEqual(['other/model', 'other/model'])
    const { fork } = await writ.show(answer.run)
    expect(fork).toMatchObject({ run: first.run, at: { lane: '0' }, charged: { calls: 2 } })
    let page = ''
    for await (const piece of writ.export(answer.run, { format: 'html' })) page += piece
    expect(page).toContain(`run <code>${first.run}</code> at step 0/${calls[2]?.n}.`)
    expect((await steps(answer.run)).filter(({ shared }) => shared)).toHaveLength(
      (await steps(first.run)).findIndex(({ n, lane }) => lane === '0' && n === calls[2]?.n),
    )
  })

  it('asks a sub-call something else, and tells a turn something more', async () => {
    const seen: string[] = []
    const first = await ask((request) => {
      if (request.task !== null) seen.push(request.messages.at(-1)?.content ?? '')
      return script(request) as string
    })
    const calls = callsIn(await steps(first.run))
    const leaf = await forked(first.run, calls[1] as StepView, { prompt: 'uno' })
    expect(leaf.answer.value).toEqual(['any/model: uno', 'any/model: two'])
    seen.length = 0
    await forked(first.run, calls[2] as StepView, { prompt: 'Mind the gap.' })
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatch(/any\/model: one[\s\S]*\n\nMind the gap\.$/)
    expect(await writ.diff(first.run, leaf.answer.run)).toMatchObject({ same: false })
  })

  it('can be resumed and forked again', async () => {
    const first = await ask(script)
    const calls = callsIn(await steps(first.run))
    const { answer } = await forked(first.run, calls[1] as StepView, { model: 'other/model' })
    const size = await countRecords(writ.home, answer.run)
    const { fork } = await writ.show(answer.run)
    const shared = fork?.records ?? 0
    for (const cut of [shared, shared + 2, size]) {
      await cutRun(writ.home, answer.run, cut, join(place, `cut-${cut}`))
      await rm(answer.evidence ?? '', { force: true })
      const other = await createWrit({ home: join(place, `cut-${cut}`), apiKey: 'x' })
      const { value, evidence } = await other.resume(answer.run)
      expect([value, evidence]).toEqual([answer.value, join(other.home, 'runs', `${answer.run}.writ`)])
      expect(await other.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
      await other.close()
    }
    const again = callsIn(await steps(answer.run))
    const early = await forked(answer.run, again[1] as StepView, { prompt: 'uno' })
    expect(early.answer.value).toEqual(['other/model: uno', 'other/model: two'])
    const late = writ.fork(answer.run, { at: { lane: '0', n: again[2]?.n ?? 0 } })
    await expect(late).rejects.toMatchObject({ code: 'BAD_FORK' })
  })

  it('is named by an erasure of the run it shares steps with, and is kept as long', async () => {
    const first = await ask(script)
    recordRetention(writ.home, first.run, 'short')
    const calls = callsIn(await steps(first.run))
    const { answer } = await forked(first.run, calls[2] as StepView)
    expect(listRetention(writ.home)).toContainEqual({ run: answer.run, class: 'short' })
    await writ.close()
    const { notReached } = await withinHome(writ.home, (writ) => writ.erase(first.run, 'test'))
    expect(notReached).toContain(`what it shares by a fork with ${answer.run}`)
    writ = await createWrit({ home: writ.home })
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const gone = writ.fork(first.run, { at: calls[2] as StepView })
    await expect(gone).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  })

  it('that was cut off while it took over what it shares is not resumed', async () => {
    const first = await ask(script)
    const calls = callsIn(await steps(first.run))
    const { answer } = await forked(first.run, calls[3] as StepView)
    await cutRun(writ.home, answer.run, 4, join(place, 'cut'))
    const other = await createWrit({ home: join(place, 'cut'), apiKey: 'x' })
    await expect(other.resume(answer.run)).rejects.toMatchObject({ code: 'RESUME_MISMATCH' })
    await other.close()
  })

  it('is refused where there is nothing to do anew, and sends nothing', async () => {
    const first = await ask(script)
    simulator.reset()
    const all = await steps(first.run)
    const cell = all.find(({ kind }) => kind === 'cell') as StepView
    const release = all.find(({ kind }) => kind === 'output.release') as StepView
    const refused: ForkOptions[] = [
      { at: { lane: '0', n: 99 } },
      { at: { lane: '0.1', n: 0 } },
      { at: { lane: '0', n: 0 } },
      { at: release },
      { at: cell, prompt: 'a cell has no prompt' },
      { at: cell, price: { inputNanoUsd: 1, outputNanoUsd: 1 } },
    ]
    for (const options of refused)
      await expect(writ.fork(first.run, options)).rejects.toMatchObject({ code: 'BAD_FORK' })
    await expect(writ.fork('01890a5d-0000-7000-8000-000000000000', { at: cell })).rejects.toMatchObject({
      code: 'UNKNOWN_RUN',
    })
    expect(simulator.journal().requests).toBe(0)
    expect(await writ.runs()).toHaveLength(1)
  })
})
