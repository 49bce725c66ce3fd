import { join } from 'node:path'
import { label } from '@writ/contract'
import { block, fanOut, STALLS, sequence } from '@writ/simulator'
import { describe, expect, it } from 'vitest'
import { clearedBundle } from './cleared-bundle.fixture.ts'
import { testRuns } from './test-runs.fixture.ts'

const here = testRuns()
const { run, verified } = here

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
    const { inputTokens = 0, outputTokens = 0 } = here.simulator?.journal() ?? {}
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
      { limits: { maxCostMicroUsd: 48_000_000 }, options: { price } },
    )
    const { entries = [] } = here.simulator?.journal() ?? {}
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
    const { entries = [] } = here.simulator?.journal() ?? {}
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
    expect(here.simulator?.journal().requests).toBe(0)
  })

  it('takes neither a slot nor room for a batch of nothing', async () => {
    const nothing =
      'for (let n = 0; n < 4; n += 1) await llm_query_batched([], n % 2 ? {} : { settle: true })'
    const { answer, requests } = await run(
      sequence([block(`${nothing}\nFINAL(await llm_query_batched(['a', 'b']))`)], ({ prompt }) => prompt),
      { limits: { concurrency: 2, maxCalls: 4, timeoutMs: 20_000 } },
    )
    expect(answer).toMatchObject({ status: 'complete', value: ['a', 'b'] })
    expect(answer.usage.modelCalls).toBe(requests)
    await verified(answer)
    expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
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

  it('cuts off a server that hangs or never comes to an end, and closes with what it has', async () => {
    const started = performance.now()
    const names = JSON.stringify(Object.keys(STALLS))
    const { answer, requests } = await run(
      sequence(
        [block("answer.content = 'draft';"), block(`await llm_query_batched(${names})`)],
        ({ prompt }) => STALLS[prompt] ?? 'no such stall',
      ),
      { limits: { timeoutMs: 12_000 } },
    )
    expect(performance.now() - started).toBeLessThan(25_000)
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'draft' })
    // Two turns, and each that was cut off, whose usage is not known.
    expect(answer.usage).toMatchObject({ modelCalls: requests, boundCalls: Object.keys(STALLS).length })
    expect(requests).toBe(2 + Object.keys(STALLS).length)
    await verified(answer)
    await expect.poll(() => here.simulator?.journal().aborted).toBe(Object.keys(STALLS).length)
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

  it('that were met on the way are not why policy kept an answer in', async () => {
    const policy = await clearedBundle(join(here.place, 'policy'), 'secret')
    const context = [{ id: 'a.txt', text: 'Alpha.\n', label: label('restricted', [], true) }]
    const { answer } = await run(
      sequence([
        block(
          "await map([1, 2], (n) => llm_query('item ' + n), { calls: 0 }).catch(() => 0); await read('a.txt')",
        ),
        block("FINAL('read')"),
      ]),
      { options: { policy }, asked: { context } },
    )
    expect(answer).toMatchObject({ status: 'denied', value: null })
    expect(answer.reason).toMatch(/^POLICY_DENIED: .*BUDGET_EXCEEDED: /)
    await verified(answer)
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
