import type { Level, Limits, TextSource } from '@writ/contract'
import { label } from '@writ/contract'
import { block, Random, type Script } from '@writ/simulator'
import type { CompletionOptions } from '../index.ts'

// Runs at random over everything a frame can do at once. For tests only.

/** A run drawn from a seed: how the model behaves, and how it is asked. */
export interface RandomRun {
  readonly script: Script
  readonly asked: Partial<CompletionOptions>
  readonly texts: readonly TextSource[]
  /** Whether what comes back first decides what it comes to. */
  readonly timed: boolean
  /** What the root writes, turn by turn. */
  readonly root: readonly string[]
}

/** What a run may be made of; all of it by default. */
export interface RunsAllowed {
  /** Whether limits of the run are drawn so that some are met. */
  readonly limited?: boolean
}

const LEVELS: readonly Level[] = ['public', 'internal', 'confidential', 'restricted']
const WORDS = ['needle', 'hay', 'contract', 'party', 'amount', 'Alpha']

const sentence = (random: Random): string =>
  `${random.pick(WORDS)} ${random.pick(WORDS)} of 20${10 + random.below(10)}-0${1 + random.below(9)}-11 for $${random.below(900)}.`

function textsOf(random: Random, levels: readonly Level[]): readonly TextSource[] {
  return Array.from({ length: 2 + random.below(4) }, (_, n) => ({
    id: `t${n}.txt`,
    text: `${Array.from({ length: 1 + random.below(6) }, () => sentence(random)).join('\n')}\n`,
    label: label(levels[n % levels.length] ?? 'internal', [], true),
  }))
}

/** The children of a run as they are drawn: their cells, by their names. */
interface Drawn {
  readonly programs: Map<string, readonly string[]>
  timed: boolean
}

const SCHEMA = "{ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }"

/** Draws the cells of frames. */
class Cells {
  readonly random: Random
  readonly drawn: Drawn
  readonly texts: readonly TextSource[]

  constructor(random: Random, drawn: Drawn, texts: readonly TextSource[]) {
    this.random = random
    this.drawn = drawn
    this.texts = texts
  }

  frame(depth: number): readonly string[] {
    const cells = Array.from({ length: 1 + this.random.below(3) }, (_, n) => {
      const first = n === 0 ? 'var out = []\n' : ''
      return first + Array.from({ length: 1 + this.random.below(4) }, () => this.statement(depth)).join('\n')
    })
    return [...cells, this.random.pick(ENDS)]
  }

  statement(depth: number): string {
    const value = this.value(depth)
    switch (this.random.below(12)) {
      case 0:
        return `out.push(${value})`
      case 1:
        // Nobody waits for it.
        this.drawn.timed = true
        return `${value.replace(/^await /, '')}`
      case 2:
        return `out.push(await Promise.all([${Array.from({ length: 2 + this.random.below(3) }, () => caught(this.value(depth))).join(', ')}]))`
      case 3:
        this.drawn.timed = true
        return `out.push(await Promise.race([${caught(this.value(depth))}, ${caught(this.value(depth))}]))`
      case 4:
        return this.random.pick(ODD)
      default:
        return `out.push(await ${caught(value)})`
    }
  }

  /** An expression of one thing a frame can do. */
  value(depth: number): string {
    const { random } = this
    const prompt = (): string => `'q${random.below(6)}'`
    const doc = (): string => `'${random.pick(this.texts).id}'`
    const list = (most: number): string =>
      `[${Array.from({ length: 1 + random.below(most) }, prompt).join(', ')}]`
    const options = (): string =>
      random.pick(['', '', '', ', { fresh: true }', `, { schema: ${SCHEMA} }`, ", { model: 'any/other' }"])
    switch (random.below(depth < 3 ? 22 : 18)) {
      case 0:
        return `await llm_query(${prompt()}${options()})`
      case 1:
        return `await llm_query_batched(${list(6)}${options()})`
      case 2:
        return `(await llm_query_batched(${list(8)}, { settle: true })).map((one) => one.ok ? one.value : one.error.code)`
      case 3:
        return `(await llm_query_batched(${list(5)}, { settle: true, schema: ${SCHEMA} })).map((one) => one.ok ? one.value : one.error.code)`
      case 4:
        return `(await grep('${random.pick(WORDS)}', { limit: ${1 + random.below(5)} })).matches.map(({ doc, start }) => [doc, start])`
      case 5:
        return `(await search('${random.pick(WORDS)}', { k: ${1 + random.below(4)} })).map(({ doc }) => doc)`
      case 6:
        return `(await read(${doc()})).length`
      case 7:
        return `(await docs()).length`
      case 8:
        return `await read(${doc()}, 0, ${random.below(40)}).then((text) => llm_query('about ' + text${options()}))`
      case 9:
        return `await map(await docs(), async (doc) => await llm_query('of ' + doc.id), { calls: ${random.below(3)}, settle: ${random.below(2) === 0} }).then((all) => all.length)`
      case 10:
        this.drawn.timed = true
        return `await map(${list(5)}, async (q) => await llm_query(q), { until: (said) => said.length % 2 === 0 })`
      case 11:
        return `await vote(${1 + random.below(4)}, async () => await llm_query(${prompt()})).then(({ votes, of }) => [votes, of])`
      case 12:
        return `(await filter(${list(5)}, async (q) => (await llm_query(q)).length % 2 === 0)).length`
      case 13:
        return `await reduce(${list(6)}, async (a, b) => await llm_query(a.length + ' and ' + b.length), { width: ${2 + random.below(2)} })`
      case 14:
        return `await grep('${random.pick(WORDS)}').then(async ({ matches: [hit] }) => { const cited = await cite(hit, hit.match); await note('k${random.below(3)}', hit.match, [cited]); return cited.quote })`
      case 15:
        return `(await notes()).map(({ key, value }) => [key, value])`
      case 16:
        return `(await verify((await search('${random.pick(WORDS)}', { k: 2 })).map((span) => ({ claim: 'it holds', span })), { votes: ${1 + random.below(3)} })).map(({ verified }) => verified)`
      case 17:
        return random.pick([
          'await budget().then((left) => left.depth)',
          `(await outline(${doc()})).length`,
          `(await dates(${doc()})).found.length`,
          'Math.random()',
          "await llm_query('with spans', { spans: (await search('needle', { k: 1 })) })",
        ])
      case 18:
      case 19:
        return `await rlm_query(${this.child(depth)}${random.pick(['', `, { scope: 'inherit' }`, `, { scope: [${doc()}] }`, ", 'a text of its own'"])}).then((got) => got?.sealed ? 'sealed' : got)`
      default:
        return `(await rlm_query_batched([${Array.from({ length: 1 + random.below(3) }, () => `{ prompt: ${this.child(depth)}, scope: ${random.pick(["'inherit'", `[${doc()}]`, '[]'])} }`).join(', ')}], { settle: true })).map((one) => one.ok ? (one.value?.sealed ? 'sealed' : one.value) : one.error.code)`
    }
  }

  child(depth: number): string {
    const known = [...this.drawn.programs.keys()].filter((name) => name !== 'root')
    if (known.length > 4) return `'SIMTASK:${this.random.pick(known)} go'`
    const name = `c${this.drawn.programs.size}`
    this.drawn.programs.set(name, [])
    this.drawn.programs.set(name, this.frame(depth + 1))
    return `'SIMTASK:${name} go'`
  }
}

const caught = (value: string): string =>
  `(async () => { try { return ${value} } catch (error) { return [error.name, error.code ?? null] } })()`

const ENDS = [
  'FINAL(typeof out === "undefined" ? "none" : out)',
  'answer.content = typeof out === "undefined" ? "none" : out; answer.ready = true',
  'const all = [typeof out, typeof out === "undefined" ? 0 : out.length]; FINAL_VAR("all")',
  'await llm_query("q1"); FINAL(typeof out === "undefined" ? "none" : JSON.stringify(out))',
]

const ODD = [
  "throw new Error('odd')",
  "print('x'.repeat(30_000))",
  'const n = ;',
  'out = out.slice(0, 3)',
  "await read('not-there.txt')",
  'let late = 0; setTimeout(() => { late = 1 }, 1); ',
  "note('plain', out.length)",
  "answer.content = 'a draft'",
]

/** What a leaf says of a prompt; the same of the same. */
function leaf(prompt: string, turns: number, seed: string): string {
  const random = new Random(`${seed}\nleaf\n${prompt}\n${turns}`)
  if (!prompt.includes('JSON Schema') && turns === 0) return `said ${'!'.repeat(random.below(4))}`
  return random.pick(['{"n": 1}', '{"n": 2}', '{"n": "text"}', 'no value'])
}

export function randomRun(seed: number, { limited = false }: RunsAllowed = {}): RandomRun {
  const random = new Random(`random run ${seed}`)
  const levels = LEVELS.slice(0, 1 + random.below(LEVELS.length))
  const texts = textsOf(random, levels)
  const drawn: Drawn = { programs: new Map(), timed: false }
  drawn.programs.set('root', [])
  drawn.programs.set('root', new Cells(random, drawn, texts).frame(0))
  const script: Script = (request) => {
    const [system, goal] = request.messages
    const delayMs = new Random(`${seed}\ndelay\n${request.prompt}`).below(12)
    if (system?.content.startsWith('You are a verifier') === true) {
      const supported = new Random(`${seed}\nclaims\n${goal?.content ?? ''}`).below(2) === 0
      return {
        kind: 'text',
        delayMs,
        text: block(`FINAL([{ claim: 'c', supported: ${supported}, why: (await docs()).length + '' }])`),
      }
    }
    const cells = request.task === null ? undefined : drawn.programs.get(request.task)
    const said =
      cells === undefined
        ? leaf(request.prompt, request.turns, String(seed))
        : block(cells[Math.min(request.turns, cells.length - 1)] ?? '')
    return { kind: 'text', text: said, delayMs }
  }
  const limits: Partial<Limits> = {
    maxDepth: 1 + random.below(3),
    concurrency: 1 + random.below(12),
    maxTurns: 4 + random.below(6),
    ...(limited ? limitsOf(random) : { maxCalls: 2_000 }),
  }
  const checks = random.pick<readonly string[]>([
    [],
    [],
    [],
    ['citations'],
    ['votes:2'],
    ['claims'],
    ['claims', 'votes:2', 'citations'],
  ])
  const asked: Partial<CompletionOptions> = {
    query: 'SIMTASK:root What is there?',
    context: texts,
    strategy: 'recurse',
    limits,
    ...(checks.length === 0 ? {} : { verify: checks as CompletionOptions['verify'] & object }),
  }
  return {
    script,
    asked,
    texts,
    timed: drawn.timed || limited || checks.length > 0,
    root: drawn.programs.get('root') ?? [],
  }
}

function limitsOf(random: Random): Partial<Limits> {
  return {
    maxCalls: 3 + random.below(60),
    ...(random.below(3) === 0 ? { maxTokens: 20_000 + random.below(400_000) } : {}),
    ...(random.below(3) === 0 ? { maxCostMicroUsd: 50_000 + random.below(900_000) } : {}),
    ...(random.below(4) === 0 ? { cellSteps: 3 + random.below(30) } : {}),
    ...(random.below(4) === 0 ? { frameSteps: 10 + random.below(60) } : {}),
    ...(random.below(4) === 0 ? { maxWorkerCalls: random.below(6) } : {}),
    ...(random.below(4) === 0 ? { maxWorkerTurns: 1 + random.below(3) } : {}),
    ...(random.below(6) === 0 ? { timeoutMs: 1_500 + random.below(3_000) } : {}),
    ...(random.below(6) === 0 ? { maxPromptBytes: 900 + random.below(600) } : {}),
  }
}
