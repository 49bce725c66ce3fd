import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block, type Script, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { type CompletionOptions, createWrit, type Writ } from '../index.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { TEXTS, testRuns } from './test-runs.fixture.ts'

// Runs that follow a script, with the whole runtime. The model that answers their sub-calls is scripted.

const here = testRuns()
const { run, verified } = here

const leaf: Script = ({ prompt }) => `said of ${prompt.length} characters`

/** Asks each document, in TypeScript, and releases what came back with a number that a replay has to find again. */
const EACH = `export const meta = {
  name: 'each',
  input: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
  output: { type: 'object', properties: { rows: { type: 'array', items: { type: 'string' } } }, required: ['rows'] },
  limits: { calls: 20 },
}
const rows: string[] = await map(await docs(), async (doc: { id: string }) => {
  const [best] = await search(input.word, { docs: [doc.id], k: 1 })
  return best === undefined ? doc.id : await llm_query(question, { spans: [best] })
})
FINAL({ rows, dice: Math.random() })
`

/** Writes a script and says how it is followed. */
async function following(
  text: string,
  input?: CompletionOptions['input'],
  name = 'script.ts',
): Promise<Partial<CompletionOptions>> {
  const file = join(here.place, name)
  await writeFile(file, text)
  return { strategy: `script:${file}`, ...(input === undefined ? {} : { input }) }
}

/** The Writ of the last run. */
function opened(): Writ {
  if (here.writ === undefined) throw new Error('nothing has run')
  return here.writ
}

async function follow(text: string, input?: CompletionOptions['input'], script = leaf): Promise<Answer> {
  return (await run(script, { asked: await following(text, input) })).answer
}

const body = (code: string): string => `export const meta = { name: 'some' }\n${code}\n`

describe('a run that follows a script', () => {
  it('asks its sub-calls, is verified, told by its plan hash, and done again without the file', async () => {
    const answer = await follow(EACH, { word: 'needle' })
    expect(answer).toMatchObject({
      status: 'complete',
      basis: 'model',
      value: { rows: [expect.stringMatching(/^said of/), 'b.txt'] },
      usage: { modelCalls: 1, frames: 1 },
    })
    await verified(answer)
    await writeFile(join(here.place, 'script.ts'), 'gone')
    const writ = opened()
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const planHash = createHash('sha256').update(EACH).digest('hex')
    expect(await writ.show(answer.run)).toMatchObject({ script: { name: 'each', planHash } })
    // A finished run gives its answer again.
    expect(await writ.resume(answer.run)).toMatchObject({ value: answer.value })
  })

  it('goes on where it was cut off, wherever that was, and asks nothing twice', async () => {
    const out = join(here.place, 'run.writ')
    const ran = await run(leaf, { asked: { ...(await following(EACH, { word: 'has' })), out } })
    await writeFile(join(here.place, 'script.ts'), 'gone')
    const home = join(here.place, 'home')
    const size = await countRecords(home, ran.answer.run)
    for (const kept of [2, Math.floor(size / 2), size - 2]) {
      const cut = join(here.place, `cut-${kept}`)
      await cutRun(home, ran.answer.run, kept, cut)
      const writ = await createWrit({ home: cut, apiKey: 'x' })
      try {
        const answer = await writ.resume(ran.answer.run)
        expect(answer.value).toEqual(ran.answer.value)
        expect(await writ.replay(ran.answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
      } finally {
        await writ.close()
      }
    }
  })

  it('is forked at a call, with another model from there on', async () => {
    const first = await follow(EACH, { word: 'has' })
    const writ = opened()
    const { steps } = await writ.show(first.run)
    const call = steps.find(({ kind }) => kind === 'model.call')
    expect(call).toBeDefined()
    const at = { lane: call?.lane ?? '', n: call?.n ?? 0 }
    const forked = await writ.fork(first.run, { at, model: 'other/model' })
    expect(forked.status).toBe('complete')
    expect(await writ.replay(forked.run)).toMatchObject({ outcome: 'IDENTICAL' })
    expect((await writ.show(forked.run)).script?.name).toBe('each')
    await verified(forked)
  })

  it('begins only with an input that fits, and ends complete only with an output that does', async () => {
    const asked = await following(EACH, { word: 7 })
    await expect(run(leaf, { asked })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(run(leaf, { asked: { input: {} } })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    const wrong = await follow(EACH.replace('FINAL({ rows,', 'FINAL({ row: rows,'), { word: 'x' })
    expect(wrong).toMatchObject({ status: 'failed', answer: null })
    expect(wrong.reason).toContain('INVALID_ANSWER')
    await verified(wrong)
    expect(await here.writ?.replay(wrong.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it.each([
    ['throws', "throw new TypeError('no such thing')", 'failed', 'no such thing'],
    [
      'says that it is a limit',
      "throw Object.assign(new Error('x'), { name: 'BudgetExceeded' })",
      'failed',
      'BudgetExceeded',
    ],
    ['never ends', 'for (;;);', 'failed', 'FuelExhausted'],
    ['releases nothing', 'await docs()', 'failed', 'NO_ANSWER'],
    [
      'asks more than it stated',
      "await map([1, 2], async () => { await llm_query('a'); await llm_query('b') })",
      'incomplete',
      'map stated at most 2 calls',
    ],
    ['leaves a draft', "answer.content = ['so far']; throw new Error('then not')", 'incomplete', 'then not'],
    [
      'asks more than its limits',
      "for (let n = 0; n < 9; n += 1) await llm_query('again ' + n)",
      'incomplete',
      'BUDGET_EXCEEDED',
    ],
  ])('that %s ends with a reason, and its evidence holds', async (_, code, status, reason) => {
    const limited = body(code).replace("name: 'some'", "name: 'some', limits: { calls: 4 }")
    const answer = await follow(limited)
    expect(answer.status).toBe(status)
    expect(answer.reason).toContain(reason)
    expect(answer.usage.modelCalls).toBeLessThanOrEqual(4)
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('opens child frames, which do as any child does', async () => {
    const child: Script = (request) =>
      request.task === 'child'
        ? block("FINAL((await docs()).length + (await llm_query('x')).length)")
        : 'four'
    const answer = await follow(
      body("FINAL(await rlm_query('SIMTASK:child count', { scope: 'inherit' }))"),
      undefined,
      child,
    )
    expect(answer).toMatchObject({ status: 'complete', value: TEXTS.length + 4, usage: { frames: 2 } })
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('is permitted by its plan hash, where policy names the plans it permits', async () => {
    const bundle = join(here.place, 'bundle')
    await mkdir(bundle)
    const planHash = createHash('sha256').update(EACH).digest('hex')
    await writeFile(
      join(bundle, 'rules.cedar'),
      `@id("permit.plan") permit (principal, action, resource) when { context.planHash == "${planHash}" };`,
    )
    await writeFile(join(bundle, 'facts.json'), JSON.stringify({ confinement: 'reduced' }))
    const options = { policy: bundle }
    const permitted = await run(leaf, { options, asked: await following(EACH, { word: 'has' }) })
    expect(permitted.answer.status).toBe('complete')
    await verified(permitted.answer)
    const changed = await run(leaf, { options, asked: await following(`${EACH} `, { word: 'has' }) })
    expect(changed).toMatchObject({ requests: 0, answer: { answer: null } })
    expect(changed.answer.denials.length).toBeGreaterThan(0)
    await verified(changed.answer)
    const free = await run(sequence([block('FINAL(1)')]), { options })
    expect(free).toMatchObject({ requests: 0, answer: { status: 'denied' } })
  })
})

describe('combinators', () => {
  it('are there for a root model, and keep order, counts and what failed', async () => {
    const code = `
      const doubled = await map([3, 1, 2], async (n) => n * 2, { calls: 0 })
      const odd = await filter([1, 2, 3], (n) => n % 2 === 1, { calls: 0 })
      const joined = await reduce(['a', 'b', 'c', 'd', 'e'], (...parts) => '(' + parts.join('') + ')', { calls: 0, width: 2 })
      const voted = await vote(3, (n) => (n === 1 ? 'other' : 'same'), { calls: 0 })
      const settled = await map([1, 2], (n) => { if (n === 2) throw new Error('two') ; return n }, { calls: 0, settle: true })
      const failed = await map([1, 2], (n) => { if (n === 2) throw new Error('two') ; return n }, { calls: 0 }).catch((error) => [error.name, error.results.map(({ ok }) => ok)])
      const grown = [1]
      const counted = await map(grown, (n) => { grown.push(n) }, { calls: 0 }).catch((error) => error.message)
      const parts = await split(docs(), { bytes: 10 })
      let text = ''
      for (const part of parts.filter(({ doc }) => doc === 'a.txt')) text += await read(part)
      FINAL({ doubled, odd, joined, voted, settled: settled.map(({ ok }) => ok), failed, counted, whole: text })`
    const { answer } = await run(sequence([block(code)]))
    expect(answer.value).toEqual({
      doubled: [6, 2, 4],
      odd: [1, 3],
      joined: '(((ab)(cd))e)',
      voted: { value: 'same', votes: 2, of: 3, agreed: true },
      settled: [true, false],
      failed: ['BatchError', [true, false]],
      counted: 'map: 1 items went in, 1 came out, and the list has 2 now',
      whole: TEXTS[0]?.text,
    })
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })
})

describe('enough', () => {
  it('ends what a map has under way, charged what it may cost, begins nothing more, and ends nothing else', async () => {
    const code = `
      const items = ['a', 'b', 'hit', ...Array.from({ length: 60 }, (_, n) => 'item ' + n)]
      const until = (said) => said === 'found'
      const some = await map(items, (item) => llm_query('is it ' + item), { until })
      const told = await map(items, (item) => llm_query('is it ' + item), { until, settle: true })
      const inner = await map([1, 2, 3], async (n) => {
        const found = await map(['x', 'hit'], (item) => llm_query(n + item), { until })
        return [found, await llm_query(n + 'hit')]
      }, { calls: 3 })
      FINAL({ first: some.slice(0, 4), length: some.length, inner, told: told.slice(1, 3).map(({ value, error }) => value ?? error.name) })`
    const { answer, requests } = await run(({ task, prompt }) => {
      if (task !== null) return block(code)
      return prompt.endsWith('hit') ? 'found' : { kind: 'text', text: 'late', delayMs: 60_000 }
    })
    const inner = [[null, 'found'], 'found']
    expect(answer).toMatchObject({
      status: 'complete',
      value: {
        first: [null, null, 'found', null],
        length: 63,
        inner: [inner, inner, inner],
        told: ['Cancelled', 'found'],
      },
    })
    expect(requests).toBeLessThan(63)
    expect(answer.usage.boundCalls).toBeGreaterThan(0)
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('stops a vote when so many say the same, and when so many cannot any more', async () => {
    const code = `
      const asked = []
      const ask = (say) => (n) => { asked.push(n); return say(n) }
      const agreed = await vote(5, ask(() => 'same'), { calls: 0, enough: 2 })
      const third = await vote(5, ask((n) => (n === 1 ? 'other' : 'same')), { calls: 0, enough: 2 })
      const never = await vote(3, ask((n) => n), { calls: 0, enough: 2 })
      const wrong = await vote(3, ask((n) => n), { calls: 0, enough: 4 }).catch((error) => error.name)
      FINAL({ agreed, third, never, wrong, asked })`
    const { answer } = await run(sequence([block(code)]))
    expect(answer.value).toEqual({
      agreed: { value: 'same', votes: 2, of: 2, agreed: true },
      third: { value: 'same', votes: 2, of: 3, agreed: true },
      never: { value: 0, votes: 1, of: 3, agreed: false },
      wrong: 'RangeError',
      asked: [0, 1, 0, 1, 2, 0, 1, 2],
    })
  })
})

describe('a plan card', () => {
  const price = { inputNanoUsd: 1_250, outputNanoUsd: 10_000 }

  it('says what a run would do, reach and cost, and what earlier runs did, and asks no model', async () => {
    const asked = await following(EACH, { word: 'has' })
    const { answer } = await run(leaf, { options: { price }, asked })
    const secret = {
      id: 's.txt',
      text: 'secret\n',
      label: { level: 'restricted', categories: [], untrusted: true },
    } as const
    const writ = opened()
    const before = here.simulator?.journal().requests
    const card = await writ.plan({ query: 'x', context: TEXTS, ...asked })
    expect(card).toMatchObject({
      strategy: 'script',
      script: { name: 'each' },
      models: { root: 'any/model', sub: 'any/model' },
      documents: 2,
      reach: [{ documents: 2, allowed: true, reason: null }],
      bound: { calls: 2, requests: 8, held: true, unknown: null },
      expected: { runs: 1, requests: 2, tokens: answer.usage.inputTokens + answer.usage.outputTokens },
    })
    expect(card.bound.costMicroUsd).toBeGreaterThanOrEqual(answer.usage.costMicroUsd)
    const withSecret = await writ.plan({ query: 'x', context: [...TEXTS, secret], ...asked })
    expect(withSecret.reach).toContainEqual(
      expect.objectContaining({ allowed: false, reason: 'clearance', documents: 1 }),
    )
    expect(withSecret.expected).toBeNull()
    const free = await writ.plan({ query: 'x', context: TEXTS, limits: { maxCostMicroUsd: 40 } })
    expect(free).toMatchObject({
      strategy: 'direct',
      script: null,
      bound: { calls: null, requests: 1_000, costMicroUsd: 40, held: false },
    })
    expect(here.simulator?.journal().requests).toBe(before)
    expect((await writ.runs()).length).toBe(1)
  })

  it('is shown before a run that could cost more than is said, which a no ends before it begins', async () => {
    const asked = await following(EACH, { word: 'has' })
    const seen: number[] = []
    const confirm = (yes: boolean): Partial<CompletionOptions> => ({
      ...asked,
      confirmAboveMicroUsd: 1,
      confirm: ({ bound }) => {
        seen.push(bound.requests)
        return yes
      },
    })
    const refused = run(leaf, { options: { price }, asked: confirm(false) })
    await expect(refused).rejects.toMatchObject({ code: 'NOT_CONFIRMED' })
    expect(here.simulator?.journal().requests).toBe(0)
    expect(await here.writ?.runs()).toEqual([])
    expect((await run(leaf, { options: { price }, asked: confirm(true) })).answer.status).toBe('complete')
    expect(seen).toEqual([8, 8])
    const cheap = { ...confirm(false), confirmAboveMicroUsd: 1e12 }
    expect((await run(leaf, { options: { price }, asked: cheap })).answer.status).toBe('complete')
    expect(seen.length).toBe(2)
  })
})
