import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer } from '@writ/contract'
import { block, type Script, sequence } from '@writ/simulator'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CompletionOptions, createWrit, type Writ } from '../index.ts'
import { findScript } from '../scripts/index.ts'
import { countRecords, cutRun } from './cut-run.fixture.ts'
import { randomScript } from './random-scripts.fixture.ts'
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
    [
      'throws',
      "throw new TypeError('no such thing')",
      'failed',
      /^SCRIPT_FAILED: The script failed: TypeError: no such thing at line \d+, column \d+: throw new TypeError\('no such thing'\)\. Correct/,
    ],
    [
      'says that it is a limit',
      "throw Object.assign(new Error('x'), { name: 'BudgetExceeded' })",
      'failed',
      'BudgetExceeded',
    ],
    [
      'never ends',
      'for (;;);',
      'failed',
      /^SCRIPT_FAILED: The script failed: FuelExhausted: [^;]* and was stopped\. /,
    ],
    [
      'releases nothing',
      'await docs()',
      'failed',
      'NO_ANSWER: The script ended without FINAL(value). Have it release its value with FINAL(value).',
    ],
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
    if (typeof reason === 'string') expect(answer.reason).toContain(reason)
    else expect(answer.reason).toMatch(reason)
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

  it('keep what a verification came to where one fails, and call no answer agreed that most did not give', async () => {
    const code = `
      const claims = ['one', 'bad', 'two'].map((claim) => ({ claim, span: { doc: 'a.txt', start: 0, end: 5 } }))
      const checked = await verify(claims).catch((error) => [error.name, error.results.map(({ ok, value }) => ok && value.verified)])
      const lone = await vote(3, (n) => { if (n > 0) throw new Error('lost'); return 'x' }, { calls: 0 })
      const most = await vote(3, (n) => { if (n > 1) throw new Error('lost'); return 'x' }, { calls: 0 })
      FINAL({ checked, lone, most })`
    const { answer } = await run(({ task, prompt }) => {
      if (task !== null) return block(code)
      return prompt.includes('bad') ? { kind: 'status', status: 400 } : 'YES'
    })
    expect(answer.value).toEqual({
      checked: ['BatchError', [true, false, true]],
      lone: { value: 'x', votes: 1, of: 1, agreed: false },
      most: { value: 'x', votes: 2, of: 2, agreed: true },
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

describe('combinators side by side', () => {
  const two = (more: string): string =>
    body(`const ask = async (n) => { await llm_query('of ' + n); ${more} }
const [one, other] = await Promise.all([map([1, 2], ask), map([3, 4, 5], ask)])
FINAL([one.length, other.length])`)

  it('have what both stated, and are refused what neither did', async () => {
    const fits = await follow(two(''))
    expect(fits).toMatchObject({ status: 'complete', value: [2, 3], usage: { modelCalls: 5 } })
    const over = await follow(two("if (n > 3) await llm_query('again ' + n)"))
    expect(over).toMatchObject({ status: 'incomplete', answer: null, usage: { modelCalls: 5 } })
    expect(over.reason).toContain('map stated at most 5 calls')
    for (const { run: id } of await opened().runs())
      expect(await opened().replay(id)).toMatchObject({ outcome: 'IDENTICAL' })
  })
})

describe('a script that is run by name', () => {
  /** A root that asks for the scripts and runs one, and what its sub-calls say. */
  const root = (code: string): Script => {
    const turns = sequence([block('print((await scripts()).map(({ name }) => name))'), block(code)])
    return (request) =>
      request.task === 'test' ? turns(request) : `said of ${request.prompt.length} characters`
  }
  const BY_NAME =
    "FINAL({ known: (await scripts()).length, came: await run_script('each', { word: 'has' }) })"

  async function byName(script: Script, setup: Parameters<typeof run>[1] = {}): Promise<Answer> {
    const file = join(here.place, 'each.ts')
    await writeFile(file, EACH.replace('question,', "'what is it',"))
    return (await run(script, { ...setup, asked: { scripts: [file, 'find-all'], ...setup.asked } })).answer
  }

  it('is a child frame with a plan that is recorded, decided, verified and done again', async () => {
    const answer = await byName(root(BY_NAME))
    expect(answer).toMatchObject({
      status: 'complete',
      value: {
        known: 2,
        came: { rows: [expect.stringMatching(/^said of/), expect.stringMatching(/^said of/)] },
      },
      usage: { frames: 2, maxDepth: 1 },
    })
    await verified(answer)
    const writ = opened()
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
    const { steps } = await writ.show(answer.run)
    expect(steps.find(({ kind }) => kind === 'frame.spawn')).toMatchObject({ op: 'script each' })
  })

  it('goes on where it was cut off, and is forked at a call of it', async () => {
    const answer = await byName(root(BY_NAME))
    await writeFile(join(here.place, 'each.ts'), 'gone')
    const home = join(here.place, 'home')
    const size = await countRecords(home, answer.run)
    for (const kept of [Math.floor(size / 2), size - 4]) {
      const cut = join(here.place, `cut-${kept}`)
      await cutRun(home, answer.run, kept, cut)
      const writ = await createWrit({ home: cut, apiKey: 'x' })
      try {
        expect((await writ.resume(answer.run)).value).toEqual(answer.value)
        expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
      } finally {
        await writ.close()
      }
    }
    const writ = opened()
    const { steps } = await writ.show(answer.run)
    const call = steps.find(({ kind, lane }) => kind === 'model.call' && lane === '0.1')
    const forked = await writ.fork(answer.run, { at: { lane: '0.1', n: call?.n ?? 0 } })
    expect(forked).toMatchObject({ status: 'complete', usage: { frames: 2 } })
    expect(await writ.replay(forked.run)).toMatchObject({ outcome: 'IDENTICAL' })
    await verified(forked)
  })

  it.each([
    ["run_script('other', {})", 'UNKNOWN_SCRIPT'],
    ["run_script('each', { word: 7 })", 'BAD_INPUT'],
    ["run_script('each')", 'BAD_INPUT'],
  ])('is refused as an error that code can catch: %s', async (call, code) => {
    const answer = await byName(root(`FINAL(await ${call}.catch((error) => error.code))`))
    expect(answer).toMatchObject({ status: 'complete', value: code })
    await verified(answer)
    expect(await opened().replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('is held to the calls its text adds up to', async () => {
    const file = join(here.place, 'greedy.js')
    // Nothing of its text shows that one of its documents asks more than it stated.
    await writeFile(
      file,
      `export const meta = { name: 'greedy', limits: { calls: 1 } }
const said = await map(await docs(), (doc) => llm_query(doc.id), { settle: true })
FINAL(said.map(({ ok, error }) => ok || error.name))`,
    )
    const { answer } = await run(root("FINAL(await run_script('greedy', {}))"), {
      asked: { scripts: [file] },
    })
    expect(answer).toMatchObject({ status: 'incomplete', value: [true, 'BudgetExceeded'] })
    expect(answer.reason).toContain('The plan of this script comes to 1 calls')
    await verified(answer)
    expect(await opened().replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it('is permitted by its plan hash, where policy names the plans that may be opened', async () => {
    const bundle = join(here.place, 'bundle')
    await mkdir(bundle)
    const { planHash } = findScript('find-all')
    await writeFile(
      join(bundle, 'rules.cedar'),
      `@id("permit.all") permit (principal, action, resource);
@id("only.plan") forbid (principal, action == Writ::Action::"recursion::spawn", resource) unless { context.planHash == "${planHash}" };`,
    )
    await writeFile(join(bundle, 'facts.json'), JSON.stringify({ confinement: 'reduced' }))
    const options = { policy: bundle }
    const code = `const other = await run_script('each', { word: 'has' }).catch((error) => error.name)
FINAL({ other, found: await run_script('find-all', { what: 'needle' }) })`
    const answer = await byName(root(code), { options })
    expect(answer).toMatchObject({ status: 'complete', value: { other: 'PolicyDenied' } })
    await verified(answer)
  })

  it('is told of in one line of the first message, and only where there are any', async () => {
    const heard: string[] = []
    const listening =
      (script: Script): Script =>
      (request) => {
        heard.push(request.messages.map(({ content }) => content).join('\n'))
        return script(request)
      }
    await byName(listening(root('FINAL(1)')))
    expect(heard[0]).toMatch(/^Scripts that a person wrote .*each; find-all \(passages of every document/m)
    heard.length = 0
    await run(listening(root('FINAL(1)')))
    expect(heard[0]).not.toMatch(/run_script|scripts\(\)/)
  })
})

describe('what a run comes to', () => {
  const price = { inputNanoUsd: 1_250, outputNanoUsd: 10_000 }
  /** Random scripts that are run; WRIT_SCRIPT_RUNS sets another number. */
  const RUNS = Number(process.env.WRIT_SCRIPT_RUNS ?? 4)

  /** Follows a script with a model that goes on and on; what it came to is within its card, retries or not. */
  async function withinCard(asked: Partial<CompletionOptions>): Promise<number> {
    const { answer } = await run(() => 'YES '.repeat(200), { options: { price }, asked })
    const { bound } = await opened().plan({ query: 'needle', context: TEXTS, ...asked })
    const { modelCalls, inputTokens, outputTokens, costMicroUsd } = answer.usage
    expect(bound).toMatchObject({ held: true, unknown: null })
    expect(modelCalls).toBeLessThanOrEqual(bound.calls ?? 0)
    expect(inputTokens + outputTokens).toBeLessThanOrEqual(bound.once?.tokens ?? 0)
    expect(costMicroUsd).toBeLessThanOrEqual(bound.once?.costMicroUsd ?? 0)
    expect(bound.requests).toBe(4 * (bound.calls ?? 0))
    return modelCalls
  }

  it.each([
    ['find-all', { what: 'needle' }],
    ['compare', { points: ['a needle', 'nothing'] }],
    ['verify-claims', { claims: ['Alpha has a needle.'], votes: 3 }],
    ['extract-table', { columns: [{ name: 'needle' }] }],
  ])('by %s is within its card', async (name, input) => {
    expect(await withinCard({ strategy: `script:${name}`, input })).toBeGreaterThan(0)
  })

  it('by random scripts is within their cards', async () => {
    const property = fc.asyncProperty(randomScript, async ({ text }) => {
      const sized = text.replace("name: 'random'", "name: 'random', limits: { promptBytes: 4_096 }")
      await withinCard(await following(sized, {}, 'random.js'))
    })
    await fc.assert(property, { numRuns: RUNS })
  })

  it('is kept within by refusing a prompt that is larger than its script says', async () => {
    const limited = "export const meta = { name: 'some', limits: { promptBytes: 400 } }\n"
    const code =
      "FINAL([await llm_query('short'), await llm_query('x'.repeat(400)).catch((error) => error.name)])"
    const answer = await follow(limited + code)
    expect(answer).toMatchObject({
      status: 'incomplete',
      value: [expect.stringMatching(/^said/), 'BudgetExceeded'],
    })
    expect(answer.reason).toContain('at most 400 may be sent')
    await verified(answer)
    expect(await opened().replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
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
      bound: { calls: 2, requests: 8, costMicroUsd: 40, held: true },
    })
    const turns = await writ.plan({ query: 'x', context: TEXTS, strategy: 'recurse' })
    expect(turns.bound).toMatchObject({ calls: null, requests: 1_000, held: false })
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
