import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answer, Limits, RunEvent } from '@writ/contract'
import { block, fanOut, type Script, type Simulator, sequence, startSimulator, tree } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CompletionOptions, createWrit, verifyFile, type Writ, type WritOptions } from '../index.ts'

// An endless cell ends sooner here than it would: what is tested is what becomes of it.
vi.mock('@writ/contract', async (original) => ({ ...(await original<object>()), CELL_FUEL_POLLS: 8_000 }))

// The whole runtime against an OpenAI-compatible scripted model. Figures here say nothing about real models.

const QUESTION = 'SIMTASK:test What is in the documents?'
const KEY = 'sk-test-0123456789abcdefghijklmnop'

let place: string
let simulator: Simulator | undefined
let writ: Writ | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-runtime-'))
})

afterEach(async () => {
  await writ?.close()
  await simulator?.stop()
  writ = undefined
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

interface Setup {
  readonly limits?: Partial<Limits>
  readonly options?: Partial<WritOptions>
  readonly asked?: Partial<CompletionOptions>
}

const TEXTS = [
  { id: 'a.txt', text: 'Alpha has a needle in its first line.\nThe second line is plain.\n' },
  { id: 'b.txt', text: 'Beta has nothing.\n' },
]

/** Runs the question once with a scripted model. */
async function run(
  script: Script,
  setup: Setup = {},
): Promise<{ answer: Answer; events: RunEvent[]; requests: number }> {
  await simulator?.stop()
  await writ?.close()
  simulator = await startSimulator({ script })
  writ = await createWrit({
    home: join(place, 'home'),
    model: 'any/model',
    baseUrl: simulator.url,
    apiKey: KEY,
    limits: setup.limits ?? {},
    ...setup.options,
  })
  const events: RunEvent[] = []
  const answer = await writ.completion({
    query: QUESTION,
    context: TEXTS,
    strategy: 'recurse',
    onEvent: (event) => events.push(event),
    ...setup.asked,
  })
  return { answer, events, requests: simulator.journal().requests }
}

async function verified(answer: Answer): Promise<void> {
  const report = await verifyFile(answer.evidence ?? '', { trust: join(place, 'home', 'trust.json'), answer })
  expect(report.verdicts.filter((verdict) => verdict.result === 'fail')).toEqual([])
  expect(report.ok).toBe(true)
}

describe('the loop', () => {
  it('keeps variables across cells, reads and cites through the gate, and its evidence verifies', async () => {
    const { answer, requests } = await run(
      sequence([
        block("const found = await grep('needle', {});\nprint(found.matches.length);"),
        block(
          'const text = await read(found.matches[0]);\nconst citation = await cite(found.matches[0], "needle");\nprint(text);',
        ),
        block('FINAL({ text, quote: citation.quote, docs: (await docs()).length });'),
      ]),
    )
    expect(answer).toMatchObject({
      status: 'complete',
      value: { text: 'Alpha has a needle in its first line.', quote: 'needle', docs: 2 },
      citations: [{ doc: 'a.txt', start: 12, end: 18, quote: 'needle' }],
      label: { level: 'internal', untrusted: true },
      usage: { modelCalls: 3, frames: 1 },
    })
    expect(requests).toBe(3)
    await verified(answer)
  })

  it('releases a value of 3 MB whole, without passing it through a model', async () => {
    const { answer } = await run(
      sequence([
        block(
          "const big = Array.from({ length: 200000 }, (_, n) => 'row ' + n + ' '.repeat(6));\nbig.length",
        ),
        block('FINAL(big);'),
      ]),
    )
    const value = answer.value as string[]
    expect(value).toHaveLength(200_000)
    expect(value[199_999]).toBe(`row 199999${' '.repeat(6)}`)
    expect(JSON.stringify(value).length).toBeGreaterThan(3_000_000)
    expect(answer.usage.outputTokens).toBeLessThan(1000)
  })

  it('honours the text form after the first turn, and never in prose or the first turn', async () => {
    const { answer } = await run(
      sequence(['FINAL(too early)', 'I may FINAL(this) later.', 'FINAL(forty-two)']),
    )
    expect(answer.answer).toBe('forty-two')
    expect(answer.usage.modelCalls).toBe(3)
  })

  it('answers another language and an unclosed fence with words, and goes on', async () => {
    const { answer, events } = await run(
      sequence(['```python\nprint(1)\n```', '```repl\nconst a = 1', block("FINAL('done')", 'ts')]),
    )
    expect(answer.answer).toBe('done')
    expect(events.filter((event) => event.type === 'step' && event.kind === 'cell')).toHaveLength(1)
  })

  it('ends incomplete with the draft when the turns are spent', async () => {
    const { answer } = await run(sequence([block("answer.content = 'so far'; print('working')")]), {
      limits: { maxTurns: 3 },
    })
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'so far', usage: { modelCalls: 3 } })
    await verified(answer)
  })

  it('is undone by a cell that runs for ever, and the frame goes on as before it', async () => {
    const { answer } = await run(
      sequence([block('let kept = 1;'), block('kept = 2; for (;;) {}'), block('FINAL(kept);')]),
    )
    expect(answer.value).toBe(1)
  })
})

describe('sub-calls', () => {
  it('keeps what a stopped cell paid for: asking again gives it without another request', async () => {
    const batch = "const replies = await llm_query_batched(['one', 'two'])"
    const { answer, requests } = await run(
      sequence([
        block(`${batch}; for (;;) {}`),
        block(`${batch}; const third = await llm_query('three')`),
        block('FINAL([...replies, third])'),
      ]),
    )
    expect(answer.value).toEqual(['ECHO one', 'ECHO two', 'ECHO three'])
    expect(requests).toBe(3 + 3)
    await verified(answer)
  })

  it('runs a batch in parallel up to the concurrency, in order', async () => {
    const { answer, requests } = await run(
      fanOut(64, (request) => ({ kind: 'text', text: request.prompt.toUpperCase(), delayMs: 100 })),
      { limits: { concurrency: 16 } },
    )
    expect(answer.value).toEqual({ count: 64, first: 'ITEM 0', last: 'ITEM 63' })
    expect(simulator?.journal().maxConcurrent).toBe(16)
    expect(requests).toBe(64 + 3)
    expect(answer.usage.modelCalls).toBe(requests)
    await verified(answer)
  })

  it('really runs Promise.all over single sub-calls in parallel', async () => {
    await run(
      sequence(
        [block("FINAL(await Promise.all([1, 2, 3, 4].map((n) => llm_query('item ' + n))))")],
        (request) => ({ kind: 'text', text: request.prompt, delayMs: 150 }),
      ),
    )
    expect(simulator?.journal().maxConcurrent).toBe(4)
  })

  it('retries 500 and 429, counts every request, and never lets an error become text', async () => {
    const seen = new Map<string, number>()
    const flaky: Script = (request) => {
      const attempt = (seen.get(request.prompt) ?? 0) + 1
      seen.set(request.prompt, attempt)
      if (attempt === 1)
        return { kind: 'status', status: request.prompt.endsWith('0') ? 429 : 500, retryAfter: '0' }
      return request.prompt
    }
    const { answer, requests } = await run(fanOut(8, flaky))
    expect(answer.value).toEqual({ count: 8, first: 'item 0', last: 'item 7' })
    expect(answer.usage.modelCalls).toBe(requests)
    expect(requests).toBe(8 * 2 + 3)
    await verified(answer)
  })

  it('keeps completed results when one item fails for good', async () => {
    const code = `
      let outcome
      try { await llm_query_batched(['good', 'bad']) } catch (error) {
        outcome = { name: error.name, ok: error.results.map((item) => item.ok), kept: error.results[0].value }
      }
      FINAL(outcome)`
    const leaf: Script = (request) => (request.prompt === 'bad' ? { kind: 'status', status: 400 } : 'fine')
    const { answer } = await run(sequence([block(code)], leaf))
    expect(answer.value).toEqual({ name: 'BatchError', ok: [true, false], kept: 'fine' })
  })

  it('fails the run, without text, when the root model cannot be reached', async () => {
    const { answer } = await run(() => ({ kind: 'status', status: 401 }))
    expect(answer).toMatchObject({ status: 'failed', answer: null, value: null })
    expect(answer.reason).not.toContain(KEY)
    await verified(answer)
  })
})

describe('limits', () => {
  it.each([1, 2, 5, 10])('never sends more than %i requests, with 64 asked for at once', async (maxCalls) => {
    const script = sequence([
      block(
        "const settled = await llm_query_batched(Array.from({ length: 64 }, (_, n) => 'item ' + n), { settle: true });\nanswer.content = settled.filter((item) => item.ok).length;",
      ),
      block('FINAL(settled.map((item) => item.ok ? 1 : item.error.code));'),
    ])
    const { answer, requests } = await run(script, { limits: { maxCalls } })
    expect(requests).toBeLessThanOrEqual(maxCalls)
    expect(answer.usage.modelCalls).toBe(requests)
    expect(answer.status).toBe('incomplete')
    if (maxCalls === 10) {
      expect(requests).toBe(10)
      const value = answer.value as unknown[]
      expect(value.filter((item) => item === 1)).toHaveLength(8)
      expect(value.slice(0, 8)).toEqual(Array.from({ length: 8 }, () => 1))
      expect(value[8]).toBe('BUDGET_EXCEEDED')
    }
    await verified(answer)
  })

  it('counts retries against the limit of calls', async () => {
    const { answer, requests } = await run(
      fanOut(64, () => ({ kind: 'status', status: 500, retryAfter: '0' })),
      { limits: { maxCalls: 9 } },
    )
    expect(requests).toBeLessThanOrEqual(9)
    expect(answer.usage.modelCalls).toBe(requests)
    expect(answer.status).toBe('incomplete')
  })

  it('never passes a limit of tokens, and lets what fits run', async () => {
    const maxTokens = 60_000
    const { answer } = await run(
      fanOut(64, (request) => `done ${request.prompt}`),
      { limits: { maxTokens } },
    )
    const { inputTokens = 0, outputTokens = 0 } = simulator?.journal() ?? {}
    expect(inputTokens + outputTokens).toBeLessThanOrEqual(maxTokens)
    expect(answer.usage.inputTokens + answer.usage.outputTokens).toBe(inputTokens + outputTokens)
    expect(answer.usage.modelCalls).toBeGreaterThan(10)
    await verified(answer)
  })

  it('charges the worst case when usage is missing, and still keeps within the limit', async () => {
    const { answer, requests } = await run(
      fanOut(64, (request) => ({ kind: 'text', text: request.prompt, usage: 'missing' })),
      { limits: { maxTokens: 60_000 } },
    )
    expect(answer.status).toBe('incomplete')
    expect(answer.usage.inputTokens + answer.usage.outputTokens).toBeLessThanOrEqual(60_000)
    expect(requests).toBeLessThan(64)
  })

  it.each<[string, unknown]>([
    ['an empty object', {}],
    ['null fields', { prompt_tokens: null, completion_tokens: null }],
    ['a total alone', { total_tokens: 900 }],
    ['other names', { input_tokens: 700, output_tokens: 200 }],
    ['zeros', { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }],
    ['input alone', { prompt_tokens: 700 }],
    ['far too little', { prompt_tokens: 1, completion_tokens: 1 }],
  ])('keeps a limit of cost when usage is %s, and says what was charged the worst case', async (_, raw) => {
    const price = { inputNanoUsd: 1_000_000, outputNanoUsd: 1_000_000 }
    const { answer, requests } = await run(
      fanOut(64, (request) => ({
        kind: 'text',
        text: `${request.prompt} ${'x'.repeat(400)}`,
        usage: { raw },
      })),
      { limits: { maxCostMicroUsd: 40_000_000 }, options: { price } },
    )
    const { entries = [] } = simulator?.journal() ?? {}
    const spent = entries.reduce((sum, entry) => sum + 1_000 * (entry.inputTokens + entry.outputTokens), 0)
    const { costMicroUsd, costKnown, boundCalls } = answer.usage
    expect([answer.status, costKnown]).toEqual(['incomplete', true])
    expect(costMicroUsd).toBeGreaterThanOrEqual(spent)
    expect(costMicroUsd).toBeLessThanOrEqual(40_000_000)
    // The root's turns are answered with honest usage.
    const leaves = entries.filter(({ promptChars }) => promptChars < 200).length
    expect(leaves).toBeGreaterThan(0)
    expect(boundCalls).toBe(leaves)
    expect(requests).toBeLessThan(66)
    await verified(answer)
  })

  it('says that a cost is unknown where a model that was called has no price', async () => {
    const free = { inputNanoUsd: 0, outputNanoUsd: 0 }
    const { answer } = await run(fanOut(3))
    expect(answer.usage).toMatchObject({ costMicroUsd: 0, costKnown: false, boundCalls: 0 })
    await verified(answer)
    const { answer: declared } = await run(fanOut(3), { options: { price: free } })
    expect(declared.usage).toMatchObject({ costMicroUsd: 0, costKnown: true, boundCalls: 0 })
    await verified(declared)
  })

  it('believes the built-in model, whose usage is honest', async () => {
    const { answer } = await run(fanOut(1), { options: { model: 'builtin/extractive' } })
    expect(answer.usage).toMatchObject({ costKnown: true, boundCalls: 0 })
    expect(answer.usage.modelCalls).toBeGreaterThan(0)
    await verified(answer)
  })

  it('never passes a limit of cost', async () => {
    const price = { inputNanoUsd: 1_000, outputNanoUsd: 4_000 }
    const { answer } = await run(
      fanOut(64, (request) => `done ${request.prompt}`),
      { limits: { maxCostMicroUsd: 60_000 }, options: { price } },
    )
    const { entries = [] } = simulator?.journal() ?? {}
    const cost = entries.reduce(
      (sum, entry) => sum + Math.ceil((entry.inputTokens * 1_000 + entry.outputTokens * 4_000) / 1000),
      0,
    )
    expect(cost).toBeLessThanOrEqual(60_000)
    expect(answer.usage.costMicroUsd).toBe(cost)
  })

  it('refuses a limit of cost without a price', async () => {
    await expect(run(fanOut(1), { limits: { maxCostMicroUsd: 1 } })).rejects.toMatchObject({
      code: 'UNKNOWN_PRICE',
    })
    expect(simulator?.journal().requests).toBe(0)
  })

  it('does not lock when one slot and a tight token limit meet', async () => {
    const { answer } = await run(
      fanOut(12, (request) => request.prompt),
      { limits: { concurrency: 1, maxTokens: 40_000 } },
    )
    expect(['complete', 'incomplete']).toContain(answer.status)
  })

  it('refuses frames below the deepest depth as a typed error', async () => {
    const code = `
      let seen
      try { seen = await rlm_query('SIMTASK:child go') } catch (error) { seen = error.name }
      FINAL(seen)`
    const { answer } = await run(sequence([block(code)]), { limits: { maxDepth: 1 } })
    expect(answer.value).toBe('DepthExceeded')
    expect(answer.usage.maxDepth).toBe(1)
    expect(answer.status).toBe('incomplete')
    await verified(answer)
  })

  it('cuts off a server that hangs, and closes with what it has', async () => {
    const started = performance.now()
    const { answer } = await run(
      sequence([block("answer.content = 'draft';"), block("await llm_query('hang')")], () => ({
        kind: 'hang',
      })),
      { limits: { timeoutMs: 12_000 } },
    )
    expect(performance.now() - started).toBeLessThan(25_000)
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'draft' })
    await verified(answer)
  })

  it('ends many endless cells at the time limit at once, and closes with evidence', async () => {
    const children = 'Array.from({ length: 16 }, (_, n) => ({ prompt: "SIMTASK:child " + n }))'
    const { answer } = await run(
      (request) =>
        request.task === 'child'
          ? block('while (true) {}')
          : block(request.turns === 0 ? "answer.content = 'draft'" : `await rlm_query_batched(${children})`),
      { limits: { timeoutMs: 12_000 } },
    )
    expect(answer).toMatchObject({
      status: 'incomplete',
      answer: 'draft',
      reason: expect.stringContaining('TIMED_OUT'),
    })
    expect(answer.usage.wallMs).toBeLessThan(20_000)
    await verified(answer)
  })

  it('counts no request that was never sent', async () => {
    const { answer, requests } = await run(
      sequence([block("llm_query('slow'); llm_query('never'); FINAL('early')")], () => ({ kind: 'hang' })),
      { limits: { concurrency: 1 } },
    )
    // The turn, and `slow` if it was sent before the answer was released; `never` still waited for the slot.
    expect(answer.usage.modelCalls).toBeLessThanOrEqual(2)
    expect(answer.usage.modelCalls).toBeGreaterThanOrEqual(requests)
    await verified(answer)
  })

  it('names the limit that made a run incomplete', async () => {
    const { answer } = await run(fanOut(8), { limits: { maxCalls: 5 } })
    expect(answer.reason).toContain('BUDGET_EXCEEDED')
    expect(answer.reason).toContain('limit of 5 model calls')
  })

  it('refuses spans no model could take, before reading them', async () => {
    const code = `
      const spans = Array.from({ length: 5000 }, () => ({ doc: 'a.txt', start: 0, end: 60 }))
      const big = spans.map((span) => ({ ...span, end: 4e6 }))
      let refused
      try { await llm_query('x', { spans: big }) } catch (error) { refused = error.name }
      FINAL(refused)`
    const { answer, events } = await run(sequence([block(code)]))
    expect(answer.value).toBe('BadRequest')
    expect(events.some((event) => event.type === 'step' && event.op === 'read')).toBe(false)
  })

  it('stops when it is cancelled', async () => {
    const controller = new AbortController()
    const pending = run(
      sequence([block("await llm_query('hang')")], () => ({ kind: 'hang' })),
      {
        asked: {
          signal: controller.signal,
          onEvent: (event) => event.type !== 'run.open' || setTimeout(() => controller.abort(), 200),
        },
      },
    )
    const { answer } = await pending
    expect(answer).toMatchObject({ status: 'failed', reason: expect.stringContaining('INTERRUPTED') })
    await verified(answer)
  })
})

describe('frames', () => {
  it('runs a tree of real child frames, with the roots of their records in the evidence', async () => {
    const { answer, events } = await run(tree(2, 3), { limits: { maxDepth: 2 } })
    expect(answer.value).toHaveLength(9)
    expect(answer.usage).toMatchObject({ frames: 13, maxDepth: 2 })
    const cells = events.filter(
      (event) => event.type === 'step' && event.kind === 'cell' && event.lane.startsWith('0.'),
    )
    expect(cells.length).toBeGreaterThanOrEqual(12)
    await verified(answer)
  })

  it('gives a child nothing outside its scope', async () => {
    const child = block(`
      const out = []
      for (const attempt of [() => read('b.txt'), () => grep('Beta', { docs: ['b.txt'] }), () => outline('b.txt')])
        try { out.push(await attempt()) } catch (error) { out.push(error.data?.code ?? error.code ?? error.name) }
      FINAL({ out, docs: (await docs()).map((doc) => doc.id), hits: (await grep('nothing')).matches.length })`)
    const root = block("FINAL(await rlm_query('SIMTASK:child look', { scope: ['a.txt'] }))")
    const { answer } = await run((request) => (request.task === 'child' ? child : root))
    expect(answer.value).toMatchObject({ docs: ['a.txt'], hits: 0 })
    expect((answer.value as { out: unknown[] }).out).toEqual([
      'UNKNOWN_DOCUMENT',
      'UNKNOWN_DOCUMENT',
      'UNKNOWN_DOCUMENT',
    ])
  })

  it('hands a child its own text as a string, and its errors to the parent as codes', async () => {
    const child = block('FINAL(String(context).toUpperCase() + context.length)')
    const failing = block('throw new Error("secret words")')
    const root = block(`
      const said = await rlm_query('SIMTASK:child shout', 'my text')
      let error
      try { await rlm_query('SIMTASK:failing x', { scope: 'inherit' }) } catch (caught) { error = caught.message }
      FINAL({ said, error })`)
    const { answer } = await run(
      (request) => (request.task === 'child' ? child : request.task === 'failing' ? failing : root),
      { limits: { maxTurns: 2 } },
    )
    const value = answer.value as { said: string; error: string }
    expect(value.said).toBe('MY TEXT7')
    expect(value.error).toContain('NO_ANSWER')
    expect(value.error).not.toContain('secret words')
  })

  it.each(["llm_query('slow')", "rlm_query('slow')"])(
    'cancels %s, in flight when the answer is released',
    async (call) => {
      const { answer } = await run(sequence([block(`${call}; FINAL('early')`)], () => ({ kind: 'hang' })))
      expect(answer).toMatchObject({ status: 'complete', answer: 'early' })
      await verified(answer)
    },
  )
})

describe('policy', () => {
  it('makes not one request under a policy that forbids everything', async () => {
    const bundle = join(place, 'bundle')
    await mkdir(bundle)
    await writeFile(
      join(bundle, 'deny.cedar'),
      '@id("forbid.everything")\n@reason("closed")\nforbid (principal, action, resource);\n',
    )
    const { answer, requests } = await run(fanOut(4), { options: { policy: bundle } })
    expect(requests).toBe(0)
    expect(answer).toMatchObject({ status: 'denied', answer: null })
    expect(answer.denials.flatMap((denial) => denial.policies)).toContain('forbid.everything')
    await verified(answer)
  })

  it('reaches the guest as a typed error with policy ids, and the answer as a denial', async () => {
    const code = `
      let denied
      try { await read('secret.txt') } catch (error) { denied = { name: error.name, policies: error.policies } }
      const open = await grep('words', {})
      FINAL({ denied, docs: open.matches.map((match) => match.doc) })`
    const { answer } = await run(sequence([block(code)]), {
      asked: {
        context: [
          { id: 'open.txt', text: 'open words\n' },
          {
            id: 'secret.txt',
            text: 'secret words\n',
            label: { level: 'restricted', categories: [], untrusted: true },
          },
        ],
      },
    })
    expect(answer.status).toBe('complete')
    expect(answer.value).toEqual({
      denied: { name: 'PolicyDenied', policies: ['forbid.read.clearance'] },
      docs: ['open.txt'],
    })
    expect(answer.denials).toMatchObject([
      { action: 'context::read', policies: ['forbid.read.clearance'] },
      { action: 'context::search', policies: ['forbid.read.clearance'] },
    ])
    expect(answer.label.level).toBe('internal')
    await verified(answer)
  })

  it('releases nothing once a policy has halted the run', async () => {
    const bundle = join(place, 'bundle')
    await mkdir(bundle)
    await writeFile(
      join(bundle, 'rules.cedar'),
      `@id("permit.all") permit (principal, action, resource);
       @id("halt.restricted") @reason("tripwire") @halt("true")
       forbid (principal, action in Writ::Action::"context", resource is Writ::Partition) when { resource.level >= 3 };`,
    )
    const documents = Array.from({ length: 32 }, (_, n) => ({ id: `${n}.txt`, text: `words ${n}\n` }))
    const trap = {
      id: 'trap.txt',
      text: 'trap\n',
      label: { level: 'restricted', categories: [], untrusted: true },
    } as const
    const code = `
      read('trap.txt').catch(() => {})
      for (let n = 0; n < 32; n += 1) read(n + '.txt').catch(() => {})
      FINAL('released after a halt')`
    const { answer } = await run(sequence([block(code)]), {
      options: { policy: bundle },
      asked: { context: [...documents, trap] },
    })
    expect(answer).toMatchObject({ status: 'denied', answer: null, value: null })
    expect(answer.denials.flatMap((denial) => denial.policies)).toContain('halt.restricted')
    await verified(answer)
  })

  it('tells a guest nothing of how much is withheld', async () => {
    const { answer } = await run(sequence([block('FINAL([context.docs, context.length])')]), {
      asked: {
        context: [
          { id: 'a.txt', text: 'open\n' },
          { id: 'b.txt', text: 'open too\n' },
          { id: 's.txt', text: 'secret\n', label: { level: 'secret', categories: [], untrusted: true } },
        ],
      },
    })
    expect(answer.value).toEqual([2, 14])
  })

  it('shows the terminal no content above what may be released there', async () => {
    const bundle = join(place, 'bundle')
    await mkdir(bundle)
    await writeFile(join(bundle, 'all.cedar'), '@id("permit.all") permit (principal, action, resource);')
    const sink = { terminal: { maxLevel: 'internal', categories: [], external: false } }
    await writeFile(join(bundle, 'facts.json'), JSON.stringify({ sinks: sink, confinement: 'reduced' }))
    const code = `
      const text = await read('c.txt')
      await rlm_query('SIMTASK:child ' + text).catch(() => {})
      throw new Error(text)`
    const { answer, events } = await run(sequence([block(code)]), {
      options: { policy: bundle },
      limits: { maxTurns: 2 },
      asked: {
        context: [
          { id: 'a.txt', text: 'open\n' },
          {
            id: 'c.txt',
            text: 'confidential thing\n',
            label: { level: 'confidential', categories: [], untrusted: true },
          },
        ],
      },
    })
    expect(JSON.stringify([events, answer])).not.toContain('confidential thing')
  })

  it('raises the label of a frame with what a child it joined had read', async () => {
    const child = block("FINAL(await read('c.txt'))")
    const root = block("FINAL(await rlm_query('SIMTASK:child read it', { scope: ['c.txt'] }))")
    const { answer } = await run((request) => (request.task === 'child' ? child : root), {
      asked: {
        context: [
          { id: 'i.txt', text: 'internal\n' },
          {
            id: 'c.txt',
            text: 'confidential\n',
            label: { level: 'confidential', categories: ['PII'], untrusted: true },
          },
        ],
      },
    })
    expect(answer.value).toBe('confidential\n')
    expect(answer.label).toEqual({ level: 'confidential', categories: ['PII'], untrusted: true })
    await verified(answer)
  })

  it('raises the label of a frame with what it read', async () => {
    const { answer } = await run(sequence([block("await read('c.txt'); FINAL('x')")]), {
      asked: {
        context: [
          { id: 'i.txt', text: 'internal\n' },
          {
            id: 'c.txt',
            text: 'confidential\n',
            label: { level: 'confidential', categories: ['PII'], untrusted: true },
          },
        ],
      },
    })
    expect(answer.label).toEqual({ level: 'confidential', categories: ['PII'], untrusted: true })
  })
})

describe('what is kept', () => {
  it('has the model key nowhere', async () => {
    const { answer, events } = await run(
      sequence([
        block('print(JSON.stringify(Object.getOwnPropertyNames(globalThis)))'),
        block("FINAL(await llm_query('x'))"),
      ]),
    )
    expect(simulator?.journal().entries.every((entry) => entry.authorization)).toBe(true)
    expect(JSON.stringify([answer, events])).not.toContain(KEY)
    for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const bytes = await readFile(join(entry.parentPath, entry.name))
      expect(bytes.includes(KEY), entry.name).toBe(false)
    }
  })

  it('takes the same steps per lane when asked again', async () => {
    const steps = async (): Promise<unknown> => {
      const { answer } = await run(tree(1, 3), { limits: { maxDepth: 1 } })
      const view = await writ?.show(answer.run)
      return view?.steps
        .map(({ lane, n, kind, commandHash, outcome }) => ({ lane, n, kind, commandHash, outcome }))
        .sort((a, b) => (a.lane < b.lane ? -1 : a.lane > b.lane ? 1 : a.n - b.n))
    }
    const first = await steps()
    expect(await steps()).toEqual(first)
    expect(first).toContainEqual(
      expect.objectContaining({ kind: 'frame.spawn', commandHash: expect.stringMatching(/^[0-9a-f]{64}$/) }),
    )
  })

  it('lets two runs go on at once in one home', async () => {
    simulator = await startSimulator({ script: fanOut(8) })
    const options = { home: join(place, 'home'), model: 'any/model', baseUrl: simulator.url }
    const [one, two] = await Promise.all([createWrit(options), createWrit(options)])
    try {
      const ask = { query: QUESTION, context: TEXTS, strategy: 'recurse' }
      const answers = await Promise.all([one.completion(ask), two.completion(ask)])
      expect(answers.map((answer) => answer.status)).toEqual(['complete', 'complete'])
      for (const answer of answers) await verified(answer)
      expect(await one.runs()).toHaveLength(2)
    } finally {
      await Promise.all([one.close(), two.close()])
    }
  })
})
