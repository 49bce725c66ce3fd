import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, isWritError, type RunEvent } from '@writ/contract'
import { block, fanOut, type Script, type Simulator, sequence, startSimulator, tree } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type CompletionOptions,
  createWrit,
  type ReplayReport,
  verifyFile,
  type Writ,
  type WritOptions,
} from '../index.ts'

// Runs with a scripted model, done again from their records alone: the model's server and the corpus are gone by then.

const QUESTION = 'SIMTASK:test What is in the documents?'
const TEXTS = [
  { id: 'a.txt', text: 'Alpha has a needle in its first line.\nThe second line is plain.\n' },
  { id: 'b.txt', text: 'Beta has nothing.\n' },
]

let place: string
let simulator: Simulator | undefined
let writ: Writ | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-replay-'))
})

afterEach(async () => {
  await writ?.close()
  await simulator?.stop()
  writ = undefined
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

/** Asks once, with everything a run needs there. */
async function ask(
  script: Script,
  options: Partial<WritOptions> = {},
  asked: Partial<CompletionOptions> = {},
): Promise<Answer> {
  simulator = await startSimulator({ script })
  const home = join(place, 'home')
  const first = await createWrit({
    home,
    model: 'any/model',
    baseUrl: simulator.url,
    apiKey: 'x',
    ...options,
  })
  try {
    return await first.completion({ query: QUESTION, context: TEXTS, strategy: 'recurse', ...asked })
  } finally {
    await first.close()
    await simulator.stop()
    simulator = undefined
  }
}

/** Time limits to end a run by, until one leaves it the time to get where it is to be ended: machines differ, and their load. */
const TIME_LIMITS_MS = [3_000, 10_000, 30_000]

/** Asks until the time limit ends the run where it had got to: `attempt` gives the script anew, and whether it was there. */
async function askUntilLate(
  attempt: () => { script: Script; asked?: Partial<CompletionOptions>; isThere: () => boolean },
): Promise<Answer> {
  for (const timeoutMs of TIME_LIMITS_MS) {
    const { script, asked, isThere } = attempt()
    const answer = await ask(script, { limits: { timeoutMs } }, asked).catch((error: unknown) => {
      if (isWritError(error) && error.code === 'TIMED_OUT') return undefined // while it was being prepared
      throw error
    })
    if (answer !== undefined && isThere()) return answer
  }
  throw new Error(`the run did not get there in ${TIME_LIMITS_MS.at(-1)} ms`)
}

/** Another Writ that knows the home and nothing else. */
async function reopened(options: Partial<WritOptions> = {}): Promise<Writ> {
  await writ?.close()
  writ = await createWrit({ home: join(place, 'home'), ...options })
  return writ
}

/** Does a run again in another Writ. */
async function again(run: string, options: Partial<WritOptions> = {}): Promise<ReplayReport> {
  return await (await reopened(options)).replay(run)
}

/** How the cells of a run ended. */
async function cellsOf({ run }: Answer): Promise<readonly string[]> {
  const { steps } = await (await reopened()).show(run)
  return steps.filter(({ kind }) => kind === 'cell').map(({ outcome }) => outcome)
}

/** A replay of an honest run is identical, and its evidence holds. */
async function identical(answer: Answer): Promise<void> {
  const trust = join(place, 'home', 'trust.json')
  const report = await verifyFile(answer.evidence ?? '', { trust, answer })
  expect(report.ok).toBe(true)
  expect(report.verdicts.find(({ name }) => name === 'POLICY')).toMatchObject({ result: 'pass' })
  expect(await again(answer.run)).toEqual({ outcome: 'IDENTICAL', steps: answer.usage.steps, at: null })
}

/** So is one from a copy with its payloads, where there is no home any more. */
async function identicalElsewhere({ run, usage }: Answer): Promise<void> {
  const file = join(place, 'run.writ')
  const trust = join(place, 'trust.json')
  await writ?.copyEvidence(run, { profile: 'replay', out: file })
  await writ?.close()
  await cp(join(place, 'home', 'trust.json'), trust)
  await rm(join(place, 'home'), { recursive: true })
  writ = await createWrit({ home: join(place, 'another') })
  const { report } = await writ.replayFile(file, { trust })
  expect(report).toEqual({ outcome: 'IDENTICAL', steps: usage.steps, at: null })
}

describe('a replay is identical for', () => {
  it('the loop: search, read, cite, variables across cells', async () => {
    const answer = await ask(
      sequence([
        block(
          "const found = await grep('needle', {});\nprint(found.matches.length, Math.random(), Date.now());",
        ),
        block(
          'const text = await read(found.matches[0]);\nconst citation = await cite(found.matches[0], "needle");\nprint(text, (await search("needle")).length, await outline("a.txt"), await budget());',
        ),
        block(
          "try { await read('nothing.txt') } catch (error) { print(error.message) }\ntry { await read() } catch (error) { print(error.message) }",
        ),
        block('FINAL({ text, quote: citation.quote, docs: (await docs()).length });'),
      ]),
    )
    expect(answer.status).toBe('complete')
    await identical(answer)
  })

  it('1,000 sub-calls', async () => {
    const answer = await ask(fanOut(1_000), { limits: { maxCalls: 2_000 } })
    expect(answer.usage.modelCalls).toBe(1_003)
    await identical(answer)
    await identicalElsewhere(answer)
  })

  it('a tree of frames, three levels deep', async () => {
    const answer = await ask(tree(3, 2), { limits: { maxDepth: 3 } })
    expect(answer.usage).toMatchObject({ frames: 15, maxDepth: 3 })
    await identical(answer)
    await identicalElsewhere(answer)
  })

  it('calls that race', async () => {
    const leaf: Script = (request) => ({
      kind: 'text',
      text: `said ${request.prompt}`,
      delayMs: (Number(/\d+/.exec(request.prompt)?.[0] ?? 0) * 37) % 90,
    })
    const code = `
      const order = []
      const calls = Array.from({ length: 12 }, (_, n) => llm_query('item ' + n).then((text) => { order.push(text); return text }))
      const first = await Promise.race(calls)
      const more = await Promise.all([llm_query({ no: 'prompt' }).catch((error) => error.name), llm_query('item 40', { spans: [{ doc: 'a.txt', start: 0, end: 5 }, { doc: 'b.txt', start: 0, end: 4 }] }), read('b.txt'), grep('needle')])
      print(first, order.length, more[0])`
    const answer = await ask(
      sequence(
        [block(code), block('await Promise.all(calls); FINAL({ order, first, late: order.length })')],
        leaf,
      ),
    )
    expect((answer.value as { order: string[] }).order).not.toEqual(
      Array.from({ length: 12 }, (_, n) => `said item ${n}`),
    )
    await identical(answer)
  })

  it('retries and failures', async () => {
    const seen = new Map<string, number>()
    const flaky: Script = (request) => {
      const attempt = (seen.get(request.prompt) ?? 0) + 1
      seen.set(request.prompt, attempt)
      if (request.prompt.endsWith('3')) return { kind: 'status', status: 400 }
      return attempt === 1 ? { kind: 'status', status: 500, retryAfter: '0' } : request.prompt
    }
    const code = `
      const settled = await llm_query_batched(Array.from({ length: 8 }, (_, n) => 'item ' + n), { settle: true })
      let error
      try { await llm_query('another 3') } catch (caught) { error = { ...caught, message: caught.message } }
      FINAL({ settled, error })`
    await identical(await ask(sequence([block(code)], flaky)))
  })

  it('denials', async () => {
    const restricted = { level: 'restricted', categories: [], untrusted: true } as const
    const code = `
      let denied
      try { await read('secret.txt') } catch (error) { denied = { name: error.name, policies: error.policies } }
      const open = await grep('words', {})
      await read('hr.txt')
      FINAL({ denied, docs: open.matches.map((match) => match.doc) })`
    const answer = await ask(
      sequence([block(code)]),
      {},
      {
        context: [
          { id: 'open.txt', text: 'open words\n' },
          { id: 'secret.txt', text: 'secret words\n', label: restricted },
          {
            id: 'hr.txt',
            text: 'people\n',
            label: { level: 'confidential', categories: ['PII'], untrusted: true },
          },
        ],
      },
    )
    expect(answer.denials).toHaveLength(2)
    expect(answer.label.level).toBe('confidential')
    await identical(answer)
  })

  it('a run that a policy halts, in the middle of a search over partitions', async () => {
    const bundle = join(place, 'bundle')
    await mkdir(bundle)
    await writeFile(
      join(bundle, 'rules.cedar'),
      `@id("permit.all") permit (principal, action, resource);
       @id("halt.restricted") @reason("tripwire") @halt("true")
       forbid (principal, action in Writ::Action::"context", resource is Writ::Partition) when { resource.level >= 3 };`,
    )
    await writeFile(join(bundle, 'facts.json'), JSON.stringify({ confinement: 'reduced' }))
    const at = (level: 'internal' | 'confidential' | 'restricted' | 'secret') =>
      ({ level, categories: [], untrusted: true }) as const
    const answer = await ask(
      sequence([block("for (const doc of ['a.txt', 'b.txt']) read(doc); grep('words'); FINAL('early')")]),
      { policy: bundle },
      {
        context: [
          ...TEXTS,
          { id: 'c.txt', text: 'words c\n', label: at('confidential') },
          { id: 'r.txt', text: 'words r\n', label: at('restricted') },
          { id: 's.txt', text: 'words s\n', label: at('secret') },
        ],
      },
    )
    expect(answer).toMatchObject({ status: 'denied', answer: null })
    expect(answer.denials.flatMap((denial) => denial.policies)).toContain('halt.restricted')
    await identical(answer)
  })

  it('limits that race in children, which name the reason', async () => {
    const children = 'Array.from({ length: 6 }, (_, n) => ({ prompt: "SIMTASK:child " + n }))'
    const answer = await ask(
      (request) =>
        block(request.task === 'child' ? "await llm_query('x')" : `await rlm_query_batched(${children})`),
      { limits: { maxCalls: 14, maxTurns: 3 } },
    )
    expect(answer.status).toBe('incomplete')
    await identical(answer)
  })

  it('spans that no model could take, and a corpus of which some is withheld', async () => {
    const code = `
      const spans = Array.from({ length: 5000 }, () => ({ doc: 'a.txt', start: 0, end: 4e6 }))
      let refused
      try { await llm_query('x', { spans }) } catch (error) { refused = error.name }
      FINAL([refused, context.docs, context.length])`
    const secret = { level: 'secret', categories: [], untrusted: true } as const
    const answer = await ask(
      sequence([block(code)]),
      {},
      { context: [...TEXTS, { id: 's.txt', text: 'hidden\n', label: secret }] },
    )
    expect(answer.value).toEqual(['BadRequest', 2, TEXTS.reduce((sum, { text }) => sum + text.length, 0)])
    await identical(answer)
  })

  it('a policy that forbids everything', async () => {
    const policy = join(place, 'bundle')
    await mkdir(policy)
    await writeFile(join(policy, 'deny.cedar'), 'forbid (principal, action, resource);\n')
    await writeFile(join(policy, 'facts.json'), JSON.stringify({ confinement: 'reduced' }))
    const answer = await ask(fanOut(4), { policy })
    expect(answer.status).toBe('denied')
    await identical(answer)
    expect(await again(answer.run, { policy })).toMatchObject({ outcome: 'IDENTICAL' })
  })

  it.each([0, 1, 2, 5, 10])('a limit of %i calls', async (maxCalls) => {
    const script = sequence([
      block(
        "const settled = await llm_query_batched(Array.from({ length: 64 }, (_, n) => 'item ' + n), { settle: true });\nanswer.content = settled.filter((item) => item.ok).length;",
      ),
      block('FINAL(settled.map((item) => item.ok ? 1 : item.error.code));'),
    ])
    const answer = await ask(script, { limits: { maxCalls } })
    expect(answer.status).toBe('incomplete')
    await identical(answer)
  })

  it('a limit of tokens, retries and the header under pressure', async () => {
    const answer = await ask(
      fanOut(64, (request) => `done ${request.prompt}`),
      { limits: { maxTokens: 60_000 } },
    )
    await identical(answer)
  })

  it('a limit of depth, and children that fail, get texts and scopes', async () => {
    const child = block('FINAL(String(context).toUpperCase() + context.length)')
    const failing = block('throw new Error("secret words")')
    const root = block(`
      const out = [await rlm_query('SIMTASK:child shout', 'my text')]
      for (const call of [() => rlm_query('SIMTASK:failing x', { scope: 'inherit' }), () => rlm_query('y', { scope: ['none.txt'] }), () => rlm_query('z', { model: 'no/model' })])
        try { out.push(await call()) } catch (error) { out.push(error.message) }
      out.push(await rlm_query_batched([{ prompt: 'SIMTASK:child one', scope: ['a.txt'] }, { prompt: 'SIMTASK:deep two', scope: 'inherit' }]))
      FINAL(out)`)
    const deep = block(
      "let seen; try { seen = await rlm_query('deeper') } catch (error) { seen = error.name }\nFINAL(seen)",
    )
    const tasks: Record<string, string> = { child, failing, deep }
    const answer = await ask((request) => tasks[request.task ?? ''] ?? root, {
      limits: { maxTurns: 2, maxDepth: 1 },
    })
    expect(JSON.stringify(answer.value)).toContain('DepthExceeded')
    await identical(answer)
  })

  it('a cell that runs for ever, whose paid results are used again', async () => {
    const batch = "const replies = await llm_query_batched(['one', 'two'])"
    const answer = await ask(
      sequence([
        block(`${batch}; llm_query('late'); for (;;) {}`),
        block(`${batch}; const third = await llm_query('three'); const late = await llm_query('late')`),
        block('FINAL([...replies, third, late])'),
      ]),
    )
    expect(answer.value).toEqual(['ECHO one', 'ECHO two', 'ECHO three', 'ECHO late'])
    await identical(answer)
  })

  it('a time limit that stops a cell with calls and children under way', async () => {
    const answer = await askUntilLate(() => {
      let hanging = 0
      const script: Script = (request) => {
        if (request.task === 'child') return block("await llm_query('hang too')")
        if (request.task === null) {
          hanging += 1
          return { kind: 'hang' }
        }
        return request.turns === 0
          ? block("answer.content = 'draft';")
          : block("await Promise.all([llm_query('hang'), rlm_query('SIMTASK:child x'), read('a.txt')])")
      }
      return { script, isThere: () => hanging === 2 }
    })
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'draft', usage: { frames: 2 } })
    expect(await cellsOf(answer)).toEqual(['ok', 'cancelled', 'cancelled'])
    await identical(answer)
  })

  it('a cell that a deadline stops in a builtin that never polls', async () => {
    const answer = await askUntilLate(() => {
      let read = false
      const script = sequence([
        block("answer.content = 'draft'"),
        block("await read('a.txt'); 'a'.repeat(2e6).indexOf('a'.repeat(1e6) + 'b')"),
      ])
      const onEvent = (event: RunEvent): void => {
        if (event.type === 'step' && event.op === 'read') read = true
      }
      return { script, asked: { onEvent }, isThere: () => read }
    })
    expect(answer).toMatchObject({ status: 'incomplete', answer: 'draft' })
    expect(await cellsOf(answer)).toEqual(['ok', 'cancelled'])
    await identical(answer)
  })

  it('an interrupted run', async () => {
    const controller = new AbortController()
    const answer = await ask(
      sequence([block("await llm_query('hang')")], () => ({ kind: 'hang' })),
      {},
      {
        signal: controller.signal,
        onEvent: (event) => event.type === 'step' || setTimeout(() => controller.abort(), 300),
      },
    )
    expect(answer).toMatchObject({ status: 'failed', reason: expect.stringContaining('INTERRUPTED') })
    await identical(answer)
  })

  it('an answer released while a call and a child are in flight', async () => {
    const answer = await ask((request) =>
      request.task === 'test'
        ? block("llm_query('slow'); rlm_query('SIMTASK:slow x'); await read('a.txt'); FINAL('early')")
        : { kind: 'hang' },
    )
    expect(answer).toMatchObject({ status: 'complete', answer: 'early' })
    await identical(answer)
  })

  it('the text form, prose, other languages and broken cells', async () => {
    const answer = await ask(
      sequence([
        'FINAL(too early)',
        '```python\nprint(1)\n```',
        block('const = ;'),
        `${block('const a: number = 1;', 'ts')}\n${block('print(a); throw new Error("no")')}`,
        'FINAL_VAR(missing)',
        'FINAL(forty-two)',
      ]),
    )
    expect(answer.answer).toBe('forty-two')
    await identical(answer)
  })

  it('turns that run out, with a draft and without', async () => {
    const limits = { maxTurns: 3 }
    const drafting = await ask(sequence([block("answer.content = 'so far'; print('working')")]), { limits })
    expect(drafting.answer).toBe('so far')
    await identical(drafting)
    await identical(await ask(sequence([block('print(1)')]), { limits }))
  })

  it('a model that cannot be reached', async () => {
    await identical(await ask(() => ({ kind: 'status', status: 401 })))
  })

  it('one small text, which is a string', async () => {
    const answer = await ask(
      sequence([block('FINAL(context.slice(0, 5) + context.length)')]),
      {},
      { context: 'Hello world' },
    )
    expect(answer.answer).toBe('Hello11')
    await identical(answer)
  })

  it.each(['direct', 'recurse'])('the built-in extractive model, %s', async (strategy) => {
    const first = await createWrit({ home: join(place, 'home') })
    const context = Array.from({ length: 30 }, (_, n) => ({
      id: `d${n}.txt`,
      text: `Text ${n} mentions a patent.\n`,
    }))
    const answer = await first.completion({
      query: 'Which of these documents mention patents?',
      context,
      strategy,
    })
    await first.close()
    expect(answer.status).toBe('complete')
    await identical(answer)
  })
})
