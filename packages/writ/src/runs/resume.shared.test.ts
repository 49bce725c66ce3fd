import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, Json } from '@writ/contract'
import { type AnyRecord, decodeRecord } from '@writ/evidence'
import { block, type Script, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventLine } from '../export/json-lines.ts'
import { type CompletionOptions, createWrit, verifyFile, type WritOptions } from '../index.ts'
import { openLedger } from '../ledger/index.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import {
  DOUBTED,
  ENOUGH,
  nested,
  PARALLEL,
  QUESTION,
  READING,
  REPEATED,
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

/** A batch that is four times as large as what is in flight at once, and a call after it. */
const BATCH: Script = (request) => (request.task === 'test' ? BATCH_ROOT(request) : `said ${request.prompt}`)
const BATCH_ROOT: Script = sequence([
  block("const all = await llm_query_batched(Array.from({ length: 64 }, (_, n) => 'item ' + n))"),
  block("FINAL([all, await llm_query('last')])"),
])

/** What the ledger of a home has of a run. */
async function kept(home: string, run: string): Promise<{ records: AnyRecord[]; paths: readonly string[] }> {
  const ledger = await openLedger(home)
  try {
    const records: AnyRecord[] = []
    for await (const bytes of ledger.records(run)) records.push(decodeRecord(bytes))
    return { records, paths: await ledger.payloadPaths(run, '') }
  } finally {
    await ledger.close()
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

  it('sub-calls that others answer', async () => {
    await everywhere(REPEATED)
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

  it('is only what was in flight of a batch of 64; what came back is taken from its record', async () => {
    const { answer, home } = await ask(BATCH)
    expect(answer.value).toEqual([Array.from({ length: 64 }, (_, n) => `said item ${n}`), 'said last'])
    const { records, paths } = await kept(home, answer.run)
    const items = records.filter((record) => record.kind === 'model.item')
    expect(items.map(({ det }) => det.item).toSorted((a, b) => a - b)).toEqual([...Array(64).keys()])
    // Texts are stored once: those of a batch beside its items, of two turns and a call beside their results.
    expect(
      [/model.item/, /model.result/].map((kind) => paths.filter((path) => kind.test(path)).length),
    ).toEqual([64, 3])
    for (const back of [0, 40, 64]) {
      await cutRun(home, answer.run, (items[0]?.seq ?? 0) + back, join(place, `cut-${back}`))
      await rm(join(place, 'run.writ'))
      simulator?.reset()
      const writ = await createWrit({ home: join(place, `cut-${back}`), apiKey: 'x' })
      try {
        const before = (await writ.show(answer.run)).steps.find(({ items: requests }) => requests === 64)
        expect(before).toMatchObject({ outcome: 'in-doubt', returned: back })
        const again = await writ.resume(answer.run)
        expect(again.value).toEqual(answer.value)
        const sent = 64 - back
        expect(simulator?.journal().entries).toHaveLength(sent + 2)
        // What was in doubt is charged its bound besides, and nothing else is.
        const { modelCalls } = answer.usage
        expect(again.usage).toMatchObject({ modelCalls: modelCalls + sent, boundCalls: sent })
        const { evidence } = again
        const report = await verifyFile(evidence ?? '', {
          trust: join(writ.home, 'trust.json'),
          answer: again,
        })
        expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
        expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
      } finally {
        await writ.close()
      }
    }
  }, 120_000)

  it('of a batch that came back is nothing for a fork behind it, nor for whoever looks at it', async () => {
    const { answer, home } = await ask(BATCH, {}, {})
    const writ = await createWrit({ home, apiKey: 'x' })
    try {
      const { steps } = await writ.show(answer.run)
      const [batch, last] = steps.filter(({ op }) => op === 'leaf')
      expect((await writ.showStep(answer.run, `0/${batch?.n}`)).output).toEqual((answer.value as Json[])[0])
      simulator?.reset()
      const forked = await writ.fork(answer.run, { at: { lane: '0', n: last?.n ?? 0 } })
      expect([forked.value, simulator?.journal().requests]).toEqual([answer.value, 1])
      expect(await writ.replay(forked.run)).toMatchObject({ outcome: 'IDENTICAL' })
      const report = await writ.verify(forked.evidence ?? '', { answer: forked })
      expect(report.verdicts.filter(({ result }) => result === 'fail')).toEqual([])
      let lines = ''
      for await (const piece of writ.export(answer.run, { format: 'jsonl', payloads: true })) lines += piece
      const told = lines.split('\n').filter((line) => line.includes('"kind":"model.item"'))
      expect(told.map((line) => Object.keys((JSON.parse(line) as EventLine).payloads ?? {}))).toEqual(
        Array.from({ length: 64 }, () => ['output']),
      )
      const copy = join(place, 'copy.writ')
      await writ.copyEvidence(answer.run, { profile: 'replay', out: copy })
      expect((await writ.verify(copy)).verdicts).toContainEqual(
        expect.objectContaining({ name: 'REPLAY', result: 'pass' }),
      )
    } finally {
      await writ.close()
    }
  }, 120_000)

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
