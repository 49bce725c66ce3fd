import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Reply, Script } from '@writ/simulator'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CompletionOptions } from '../index.ts'
import { randomScript } from './random-scripts.fixture.ts'
import { TEXTS, testRuns } from './test-runs.fixture.ts'

// Scripts whose calls fail, misfit, repeat and nest: what they come to is within the plan card, also with every retry.

const here = testRuns()
const { run, verified } = here
const price = { inputNanoUsd: 1_250, outputNanoUsd: 10_000 }

/** Fails so many of a hundred attempts, by what is asked; none with a wait that would make the test long. */
function failing(percent: number, leaf: Script): Script {
  const attempts = new Map<string, number>()
  const kinds: readonly Reply[] = [
    { kind: 'status', status: 500, headers: { 'retry-after-ms': '1' } },
    { kind: 'status', status: 429, headers: { 'retry-after-ms': '1' } },
    { kind: 'status', status: 503, headers: { 'retry-after-ms': '1' } },
    { kind: 'status', status: 400 },
  ]
  return (request) => {
    const attempt = (attempts.get(request.prompt) ?? 0) + 1
    attempts.set(request.prompt, attempt)
    const drawn = drawOf(`${request.prompt} ${attempt}`)
    return drawn % 100 < percent ? (kinds[drawn % kinds.length] ?? 'x') : leaf(request)
  }
}

function drawOf(text: string): number {
  let hash = 2_166_136_261
  for (const character of text) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619) >>> 0
  return hash >>> 8
}

/** Follows a script; whatever happens to its calls, its requests, tokens and cost are within its card. */
async function withinCard(text: string, leaf: Script, more: Partial<CompletionOptions> = {}): Promise<void> {
  const file = join(here.place, 'attack.js')
  await writeFile(file, text)
  const asked = {
    strategy: `script:${file}`,
    query: 'needle',
    context: TEXTS,
    scripts: ['find-all'],
    ...more,
  }
  const { answer, requests } = await run(leaf, { options: { price }, asked })
  const card = await here.writ?.plan(asked)
  if (card === undefined) throw new Error('nothing has run')
  const { inputTokens, outputTokens, costMicroUsd } = answer.usage
  expect(requests, text).toBeLessThanOrEqual(card.bound.requests)
  expect(inputTokens + outputTokens, text).toBeLessThanOrEqual(card.bound.tokens)
  expect(costMicroUsd, text).toBeLessThanOrEqual(card.bound.costMicroUsd ?? 0)
  await verified(answer)
  expect(await here.writ?.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
}

const meta = (more = ''): string =>
  `export const meta = { name: 'attack', limits: { promptBytes: 4096${more} } }\n`

const LEAVES: readonly (readonly [string, Script])[] = [
  ['say yes', () => 'YES'],
  ['fail at 50 %', failing(50, () => 'YES')],
  ['never fit', () => 'no value at all'],
  ['fail at 50 % and never fit', failing(50, () => '{"a": ')],
  ['tell no usage', () => ({ kind: 'text', text: 'YES', usage: 'missing' })],
  ['say more than was used', () => ({ kind: 'text', text: 'YES', usage: { input: 1e7, output: 1e7 } })],
]

const SCRIPTS: readonly (readonly [string, string])[] = [
  [
    'verifies in map in filter',
    `FINAL((await filter(await docs(), async (doc) => (await map([1, 2], async (n) => (await verify([{ claim: doc.id + n, span: { doc: doc.id, start: 0, end: 5 } }], { votes: 2 }))[0].verified, { calls: 2 }))[0], { calls: 4 })).length)`,
  ],
  [
    'asks by schema',
    `FINAL(await map(await docs(), (doc) => llm_query(doc.id, { schema: { type: 'object', required: ['a'] } }), { settle: true, calls: 2 }))`,
  ],
  [
    'asks by schema and states one',
    `FINAL((await map(await docs(), (doc) => llm_query(doc.id, { schema: { type: 'object', required: ['a'] } }), { settle: true })).length)`,
  ],
  ['votes with ties', `FINAL(await vote(4, (n) => llm_query(n % 2 ? 'a' : 'b')))`],
  [
    'tries again by itself',
    `const twice = async (text) => { try { return await llm_query(text) } catch { return await llm_query(text + ' again', { fresh: true }) } }
FINAL((await map([1, 2, 3], (n) => twice('of ' + n), { calls: 2, settle: true })).length)`,
  ],
  [
    'tries again without stating it',
    `const twice = async (text) => { try { return await llm_query(text) } catch { return await llm_query(text + ' again') } }
FINAL((await map([1, 2, 3], (n) => twice('of ' + n), { settle: true })).length)`,
  ],
  [
    'asks the same',
    `FINAL((await map([1, 1, 1, 2, 2], (n) => llm_query('of ' + n), { settle: true })).length)`,
  ],
  [
    'asks batches of schemas',
    `FINAL((await llm_query_batched(['a', 'b', 'c'], { settle: true, schema: { type: 'integer' } })).length)`,
  ],
  [
    'asks through a method',
    `const asker = { ask(n) { return llm_query('q' + n) } }; FINAL((await map([1, 2], (n) => asker.ask(n), { settle: true })).length)`,
  ],
  [
    'hides a call',
    `const f = globalThis['llm_' + 'query']; FINAL((await map([1, 2], (n) => f('q' + n), { calls: 0, settle: true })).length)`,
  ],
  [
    'hides a call outside',
    `const f = [llm_query][0]; const said = []; for (let n = 0; n < 3; n += 1) said.push(await f('q' + n).catch(() => 0)); FINAL(said.length)`,
  ],
  [
    'opens children',
    `FINAL((await map(await docs(), (doc) => rlm_query('of ' + doc.id, { scope: [doc.id] }), { settle: true, calls: 5 })).length)`,
  ],
  [
    'reduces',
    `FINAL(await reduce([1, 2, 3, 4, 5, 6, 7], async (a, b) => { await llm_query(a + 'x' + b).catch(() => 0); return a }, { width: 3 }))`,
  ],
  [
    'sends too much',
    `FINAL((await map([5000, 10], (n) => llm_query('x'.repeat(n)), { settle: true })).length)`,
  ],
  [
    'asks in a timer of promises',
    `const many = []; for (let n = 0; n < 4; n += 1) many.push(Promise.resolve().then(() => llm_query('late ' + n)).catch(() => 0)); FINAL((await Promise.all(many)).length)`,
  ],
  [
    'runs another by name',
    `FINAL((await map([1, 2], () => run_script('find-all', { what: 'needle' }), { calls: 6, settle: true })).length)`,
  ],
  [
    'runs another by name within what it states',
    `FINAL(await run_script('find-all', { what: 'needle' }).catch((error) => error.name))`,
  ],
  [
    'ends with calls under way',
    `void llm_query('a').catch(() => 0); void llm_query('b').catch(() => 0); FINAL(1)`,
  ],
]

it.each(
  SCRIPTS.flatMap(([name, text]) => LEAVES.map(([leaf, script]) => [name, leaf, text, script] as const)),
)(
  'a script that %s is within its card where leaves %s',
  async (_, name, text, leaf) => {
    await withinCard(meta() + text, leaf)
    if (name !== 'fail at 50 %') return
    await withinCard(meta(', calls: 3') + text, leaf)
    await withinCard(meta() + text, leaf, { verify: ['votes:3'] })
  },
  120_000,
)

/** Random scripts that are run; WRIT_SCRIPT_RUNS sets another number. */
const RUNS = Number(process.env.WRIT_SCRIPT_RUNS ?? 40)

/** One that takes longer, with its replay, does not come to an end. It takes half a second where nothing else works. */
const HANGS_MS = 240_000

it(
  'random scripts are within their cards at 50 % failures',
  async () => {
    const property = fc.asyncProperty(randomScript, async ({ text }) => {
      const sized = text.replace("name: 'random'", "name: 'random', limits: { promptBytes: 4_096 }")
      await withinCard(
        sized,
        failing(50, () => 'YES'),
      )
    })
    // The script that fails or hangs is told at once: a smaller one would take as long again, each time that one is tried.
    await fc.assert(property, { numRuns: RUNS, timeout: HANGS_MS, endOnFailure: true })
  },
  HANGS_MS + RUNS * 15_000, // others work, too
)
