import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block, type Script, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CompletionOptions, createWrit, verifyFile, type WritOptions } from '../index.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import {
  DOUBTED,
  ENOUGH,
  nested,
  PARALLEL,
  QUESTION,
  READING,
  TEXTS,
  TYPED,
  VOTED,
} from './scripted-runs.fixture.ts'

// Runs that are cut off after records all over them, as a kill would, and then resumed by another Writ. The
// model is scripted; its server honours idempotency keys, keeps a journal and lives on.

/** Places at which each run is cut off. */
const CUTS = 5

let place: string
let simulator: Simulator | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-resume-'))
})

afterEach(async () => {
  await simulator?.stop()
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

async function ask(
  script: Script,
  options: Partial<WritOptions> = {},
  asked: Partial<CompletionOptions> = { out: join(place, 'run.writ') },
): Promise<{ readonly answer: Answer; readonly home: string }> {
  simulator = await startSimulator({ script, honourKeys: true })
  const home = join(place, 'home')
  const writ = await createWrit({ home, model: 'any/model', baseUrl: simulator.url, apiKey: 'x', ...options })
  try {
    const context = { query: QUESTION, context: TEXTS, strategy: 'recurse' }
    // The evidence of a resumed run goes where that of the first would have gone.
    return { answer: await writ.completion({ ...context, ...asked }), home }
  } finally {
    await writ.close()
  }
}

/** What may differ: a resumed run takes another time, and what was in doubt is charged once more. */
function essence({ usage, ...answer }: Answer): unknown {
  const { frames, maxDepth, steps } = usage
  return { ...answer, usage: { frames, maxDepth, steps } }
}

/** Cuts a run off after `size` records, resumes it, and checks all that must hold then. */
async function resumed(first: Answer, home: string, size: number): Promise<void> {
  const cut = join(place, `cut-${size}`)
  await cutRun(home, first.run, size, cut)
  await rm(join(place, 'run.writ'), { force: true })
  simulator?.reset()
  const writ = await createWrit({ home: cut, apiKey: 'x' })
  try {
    const answer = await writ.resume(first.run)
    expect(essence(answer)).toEqual(essence(first))
    const trust = join(cut, 'trust.json')
    const report = await verifyFile(answer.evidence ?? '', { trust, answer })
    expect(report).toMatchObject({ ok: true })
    expect(await writ.replay(first.run)).toMatchObject({ outcome: 'IDENTICAL' })
    // Of a run that has ended, a resume gives the answer and sends nothing.
    const before = simulator?.journal().requests
    expect(await writ.resume(first.run)).toEqual(answer)
    expect(simulator?.journal().requests).toBe(before)
    const results = (await writ.show(first.run)).steps.filter(({ kind }) => kind === 'model.call')
    expect(results.every(({ outcome }) => outcome !== 'in-doubt')).toBe(true)
  } finally {
    await writ.close()
    await rm(cut, { recursive: true, force: true })
  }
}

async function everywhere(
  script: Script,
  options: Partial<WritOptions> = {},
  asked: Partial<CompletionOptions> = {},
): Promise<void> {
  const { answer, home } = await ask(script, options, { out: join(place, 'run.writ'), ...asked })
  expect(answer.status).toBe('complete')
  const size = await countRecords(home, answer.run)
  // As many places as time allows, spread over the run; `npm run chaos` goes on at random ones.
  const stride = Math.max(1, Math.ceil(size / CUTS))
  for (let cut = size; cut >= 1; cut -= stride) await resumed(answer, home, cut)
}

describe('a run is resumed where its process ended:', () => {
  it('reads, citations, variables across cells, random numbers', async () => {
    await everywhere(READING)
  }, 240_000)

  it('parallel sub-calls, a batch, and a race', async () => {
    await everywhere(PARALLEL)
  }, 240_000)

  it('sub-calls with a schema, some asked again', async () => {
    await everywhere(TYPED)
  }, 240_000)

  it('an answer that a verifier sent back', async () => {
    await everywhere(DOUBTED, {}, { verify: ['claims', 'citations'] })
  }, 240_000)

  it('an answer that other frames were asked for', async () => {
    await everywhere(VOTED, {}, { verify: ['votes:3'] })
  }, 240_000)

  it('sub-calls that one of them made superfluous', async () => {
    await everywhere(ENOUGH)
  }, 240_000)

  it('nested frames with texts and scopes of their own', async () => {
    await everywhere(
      nested(({ prompt }) => `said ${prompt}`),
      { limits: { maxDepth: 2 } },
    )
  }, 240_000)

  it('a stopped cell, refused arguments, and an answer with calls in flight', async () => {
    const script = sequence([
      block(
        "const paid = await llm_query('paid'); const all = []; for (;;) all.push(new Array(1e5).fill(1))",
      ),
      block(
        "const again = await llm_query('paid'); try { await read('none.txt') } catch (error) { print(error.name) }",
      ),
      block("const late = llm_query('late'); FINAL(again)"),
    ])
    await everywhere(script)
  }, 240_000)
})

describe('what was in doubt', () => {
  it('is charged its bound and sent again under its own key; what had a result is not', async () => {
    const { answer, home } = await ask(
      sequence([block("const one = await llm_query('one')"), block("FINAL([one, await llm_query('two')])")]),
    )
    const sent = simulator?.journal().entries.map(({ key }) => key) ?? []
    const first = await createWrit({ home })
    const calls = (await first.show(answer.run)).steps.filter(({ kind }) => kind === 'model.call')
    await first.close()
    // The second sub-call: its command is the last thing on record.
    const cut = (calls.at(-1)?.seq ?? 0) + 1
    await cutRun(home, answer.run, cut, join(place, 'cut'))
    simulator?.reset()
    const writ = await createWrit({ home: join(place, 'cut'), apiKey: 'x' })
    const again = await writ.resume(answer.run)
    await writ.close()
    expect(again.value).toEqual(answer.value)
    expect(simulator?.journal().entries.map(({ key }) => key)).toEqual(sent.slice(-1))
    expect(again.usage.modelCalls).toBe(answer.usage.modelCalls + 1)
    expect(again.usage.inputTokens).toBeGreaterThan(answer.usage.inputTokens)
  })

  it.each(['resume', 'abort'] as const)(
    'in a copy of a home, a run that is ended by %s leaves its evidence there, and none in the home it was copied from',
    async (how) => {
      const { answer, home } = await ask(sequence([block('FINAL(1)')]), {}, {})
      const copy = join(place, 'copy')
      await cutRun(home, answer.run, 2, copy)
      const own = join(home, 'runs', `${answer.run}.writ`)
      expect(answer.evidence).toBe(own)
      await rm(own)
      const writ = await createWrit({ home: copy, apiKey: 'x' })
      try {
        const path =
          how === 'abort' ? await writ.abort(answer.run, 'r') : (await writ.resume(answer.run)).evidence
        expect(path).toBe(join(copy, 'runs', `${answer.run}.writ`))
        expect(await readdir(join(copy, 'runs'))).toEqual([`${answer.run}.writ`])
        expect(await readdir(join(home, 'runs'))).toEqual([])
        if (how === 'resume') expect((await writ.resume(answer.run)).evidence).toBe(path)
      } finally {
        await writ.close()
      }
    },
  )

  it('of a run whose model is another now, nothing is sent', async () => {
    const { answer, home } = await ask(sequence([block("FINAL(await llm_query('one'))")]))
    await cutRun(home, answer.run, 6, join(place, 'cut'))
    await simulator?.stop()
    const sandboxed = await createWrit({ home: join(place, 'cut'), apiKey: 'x' })
    const gone = simulator
    simulator = await startSimulator({ script: sequence([block('FINAL(1)')]) })
    expect(simulator.url).not.toBe(gone?.url)
    // The run goes to the server it began with, wherever another one is: that one is gone, so its turn fails.
    expect(await sandboxed.resume(answer.run)).toMatchObject({ status: 'failed' })
    expect(simulator.journal().requests).toBe(0)
    await sandboxed.close()
  })
})
