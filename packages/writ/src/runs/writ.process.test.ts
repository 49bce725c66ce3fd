import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { block, fanOut, type Script, sequence, startSimulator, tree } from '@writ/simulator'
import { describe, expect, it, vi } from 'vitest'
import { createWrit } from '../index.ts'
import { KEY, QUESTION, TEXTS, testRuns } from './test-runs.fixture.ts'

// An endless cell ends sooner here than it would: what is tested is what becomes of it.
vi.mock('@writ/contract', async (original) => ({ ...(await original<object>()), CELL_FUEL_POLLS: 8_000 }))

const here = testRuns()
const { run, verified } = here

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
    expect(here.simulator?.journal().maxConcurrent).toBe(16)
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
    expect(here.simulator?.journal().maxConcurrent).toBe(4)
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

describe('what is kept', () => {
  it('has the model key nowhere', async () => {
    const { answer, events } = await run(
      sequence([
        block('print(JSON.stringify(Object.getOwnPropertyNames(globalThis)))'),
        block("FINAL(await llm_query('x'))"),
      ]),
    )
    expect(here.simulator?.journal().entries.every((entry) => entry.authorization)).toBe(true)
    expect(JSON.stringify([answer, events])).not.toContain(KEY)
    for (const entry of await readdir(here.place, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const bytes = await readFile(join(entry.parentPath, entry.name))
      expect(bytes.includes(KEY), entry.name).toBe(false)
    }
  })

  it('takes the same steps per lane when asked again', async () => {
    const steps = async (): Promise<unknown> => {
      const { answer } = await run(tree(1, 3), { limits: { maxDepth: 1 } })
      const view = await here.writ?.show(answer.run)
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
    here.simulator = await startSimulator({ script: fanOut(8) })
    const options = { home: join(here.place, 'home'), model: 'any/model', baseUrl: here.simulator.url }
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
