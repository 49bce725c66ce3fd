import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, type Label, type Level, label } from '@writ/contract'
import { block, type Reply, type Script, sequence, startSimulator } from '@writ/simulator'
import { type CompletionOptions, createWrit, type WritOptions } from './index.ts'
import { type KeyedRun, keyedRun } from './keyed-run.fixture.ts'

// The honest runs that contradictions are put into, each with what the others have not. For tests only.

export interface KeyedRuns {
  /** Reads, refusals by policy and by the ceiling, sub-calls with a retry and a batch, children of every kind of end. */
  readonly wide: KeyedRun
  /** Children with shares of their own: one `apart`, below it one `blind`, and two that draw on one share at once. */
  readonly shares: KeyedRun
  /** Cut short by a limit. */
  readonly limited: KeyedRun
  /** Answered by the built-in model. */
  readonly builtin: KeyedRun
  close(): Promise<void>
}

const PERSONAL = join(import.meta.dirname, 'policy', 'personal')
const UNTRUSTED = (level: Level, categories: string[] = []): Label => label(level, categories, true)
const PRICE = { inputNanoUsd: 1000, outputNanoUsd: 4000 }

function model(maxLevel: Level): object {
  const where = { jurisdiction: 'LOCAL', onPrem: true, retention: false, approved: true }
  return { maxLevel, categories: ['PII'], ...where }
}

export async function keyedRuns(): Promise<KeyedRuns> {
  const place = await mkdtemp(join(tmpdir(), 'writ-keyed-'))
  const ask = async (
    name: string,
    facts: object,
    script: Script | undefined,
    asked: CompletionOptions,
    options: Partial<WritOptions> = {},
  ): Promise<KeyedRun> => {
    const [home, policy] = [join(place, name), join(place, `${name}-policy`)]
    await cp(PERSONAL, policy, { recursive: true })
    const personal = JSON.parse(await readFile(join(policy, 'facts.json'), 'utf8')) as object
    await writeFile(join(policy, 'facts.json'), JSON.stringify({ ...personal, ...facts }))
    const simulator = script && (await startSimulator({ script }))
    const served =
      simulator === undefined
        ? {}
        : { model: 'any/root', subModel: 'any/sub', baseUrl: simulator.url, apiKey: 'x', price: PRICE }
    const writ = await createWrit({ home, policy, ...served, ...options })
    let answer: Answer
    try {
      answer = await writ.completion({ strategy: 'recurse', ...asked })
    } finally {
      await writ.close()
      await simulator?.stop()
    }
    return await keyedRun(home, answer)
  }
  const models = (root: Level, sub: Level): object => ({
    models: { byId: { 'any/root': model(root), 'any/sub': model(sub) } },
  })
  const wide = await ask('wide', models('confidential', 'confidential'), wideScript(), WIDE, {
    limits: { maxTokens: 500_000, maxCostMicroUsd: 2_000_000, maxTurns: 5, concurrency: 4 },
  })
  const cleared = {
    ...models('secret', 'internal'),
    users: { $os: { clearance: 'secret', active: true, purposes: ['general'] } },
    sinks: { terminal: { maxLevel: 'secret', categories: ['PII'], external: false } },
  }
  const shares = await ask('shares', cleared, sharesScript(), SHARES, { limits: { maxTokens: 4_000_000 } })
  const counting = { ...LIMITED, query: 'SIMTASK:root Count.' }
  const limited = await ask('limited', {}, limitedScript(), counting, {
    limits: { maxCalls: 6, maxTurns: 4 },
  })
  const builtin = await ask('builtin', {}, undefined, LIMITED)
  return { wide, shares, limited, builtin, close: () => rm(place, { recursive: true, force: true }) }
}

const WIDE: CompletionOptions = {
  query: 'SIMTASK:root What?',
  context: [
    { id: 'low.txt', text: 'Alpha has a needle.\n# A heading\n' },
    { id: 'private.txt', text: 'Alpha and Beta.\n', label: UNTRUSTED('confidential', ['PII']) },
    { id: 'secret.txt', text: 'Gamma.\n', label: UNTRUSTED('restricted') },
    { id: 'legal.txt', text: 'Delta.\n', label: UNTRUSTED('internal', ['LEGAL_PRIVILEGE']) },
  ],
}

function wideScript(): Script {
  const root = sequence([
    block(`
      const [a, b] = await Promise.all([read('low.txt'), read('private.txt')])
      const hits = await grep('needle'); const found = await search('Alpha'); const list = await docs()
      const out = await outline('low.txt')
      const no = [await read('secret.txt').catch((e) => e.code), await read('legal.txt').catch((e) => e.code)]
      print(a, b, found.length, list.length, out.length, no, JSON.stringify(await budget()))`),
    block(`
      const said = await llm_query_batched(['slow one', 'slow two', 'slow three', 'slow four'])
      const both = await Promise.all([llm_query('slow left'), llm_query('slow right'), llm_query('busy')])
      const child = await rlm_query('SIMTASK:child look', { scope: 'inherit' })
      const text = await rlm_query('SIMTASK:text look', { context: 'A note of its own.' })
      const bad = await rlm_query('SIMTASK:bad look').catch((e) => e.code)
      const cited = await cite(hits.matches[0], 'needle')
      print(said.length, both.length, child, text, bad)`),
    block('FINAL({ quote: cited.quote, said: said.length, child })'),
  ])
  const child = sequence([
    block("const deep = await llm_query('slow deep'); const seen = await read('low.txt'); print(seen)"),
    block("const spot = (await grep('needle')).matches[0]; await cite(spot, 'needle'); FINAL(deep + seen)"),
  ])
  let tries = 0
  return (request) => {
    if (request.task === 'child') return child(request)
    if (request.task === 'text') return block("FINAL((await grep('note')).matches.length)")
    if (request.task === 'bad') return { kind: 'status', status: 400 }
    if (request.task === 'root') return root(request)
    if (request.prompt.includes('busy') && tries++ === 0)
      return { kind: 'status', status: 429, retryAfter: '0' }
    return { kind: 'text', text: 'said', delayMs: 40 }
  }
}

const SHARES: CompletionOptions = {
  query: 'SIMTASK:root What?',
  context: [
    { id: 'low.txt', text: 'Alpha has a needle.\n', label: UNTRUSTED('internal') },
    { id: 'private.txt', text: 'Beta.\n', label: UNTRUSTED('confidential') },
    { id: 'secret.txt', text: 'Gamma.\n', label: UNTRUSTED('restricted') },
  ],
}

function sharesScript(): Script {
  const root = sequence([
    block("const mid = await rlm_query('SIMTASK:mid look', { scope: 'inherit' }); print(await budget())"),
    block(`
      const pair = await rlm_query_batched([
        { prompt: 'SIMTASK:first look', scope: ['private.txt'], model: 'any/root' },
        { prompt: 'SIMTASK:second look', model: 'any/root' }])
      print(pair.length)`),
    block('FINAL({ mid, pair })'),
  ])
  const mid = block(
    "const held = await rlm_query('SIMTASK:spy look', { scope: ['secret.txt'], model: 'any/root' }); FINAL({ held })",
  )
  const first = sequence([
    block("print(await read('private.txt')); await llm_query('note', { model: 'any/root' })"),
    block("FINAL('first')"),
  ])
  const second = sequence([
    ...Array.from({ length: 3 }, () => block('print(JSON.stringify(await budget()))')),
    block("FINAL('second')"),
  ])
  return (request) => {
    if (request.task === 'root') return root(request)
    if (request.task === 'mid') return mid
    if (request.task === 'spy')
      return block("FINAL((await read('secret.txt')) + (await llm_query('spy', { model: 'any/root' })))")
    if (request.task === 'first') return first(request)
    if (request.task === 'second') return late(second(request))
    return 'said'
  }
}

/** The reply, a while later. */
function late(reply: Reply | string): Reply {
  return { ...(typeof reply === 'string' ? { kind: 'text', text: reply } : reply), delayMs: 150 }
}

const LIMITED: CompletionOptions = {
  query: 'Which documents mention the needle?',
  context: [
    { id: 'low.txt', text: 'Alpha has a needle.\n' },
    { id: 'other.txt', text: 'Beta has a thread, and no needles.\n' },
  ],
}

function limitedScript(): Script {
  const root = sequence([
    block(
      "const got = []; for (let i = 0; i < 9; i += 1) got.push(await llm_query('x' + i).catch((e) => e.code)); print(got)",
    ),
    block('FINAL(got)'),
  ])
  return (request) => (request.task === 'root' ? root(request) : 'said')
}
