import { type Label, type Limits, label } from '@writ/contract'
import { block, type Script, sequence } from '@writ/simulator'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CompletionOptions } from '../index.ts'
import { type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'
import { TEXTS } from './scripted-runs.fixture.ts'

// Roots that misbehave: each ends within its limits, with a reason that says what happened, and is done again as it was.

let home: ScriptedHome

beforeAll(async () => {
  home = await scriptedHome()
})
afterAll(() => home.close())

interface BadRoot {
  readonly name: string
  readonly script: Script
  readonly limits?: Partial<Limits>
  readonly asked?: Partial<CompletionOptions>
  readonly reason: RegExp
  readonly answer?: unknown
  /** Requests it may have made. */
  readonly most: number
}

const SECRET: Label = label('secret', [], true)

/** The same turn for ever, each time with other code. */
const forEver = (turn: (n: number) => string): Script => {
  return (request) => turn(request.turns)
}

const ROOTS: readonly BadRoot[] = [
  {
    name: 'writes syntax errors for ever',
    script: sequence([block('const = ;')]),
    reason:
      /^NO_PROGRESS: The frame went in circles, and on after it was told: the same code ran again and gave the same output \(SyntaxError: [^)]+/,
    most: 3,
  },
  {
    name: 'writes another syntax error each time',
    script: forEver((n) => block(`const = ${n};`)),
    reason: /^NO_PROGRESS: .*the last 3 turns ended with the same error \(SyntaxError: /,
    most: 4,
  },
  {
    name: 'loops for ever',
    script: sequence([block('for (;;) {}')]),
    limits: { maxTurns: 2 },
    reason:
      /^NO_ANSWER: The frame took 2 turns and released nothing \((FuelExhausted|CellStopped): the cell [^)]* stopped/,
    most: 2,
  },
  {
    name: 'prints 50 MB each turn',
    script: sequence([block("for (let i = 0; i < 50_000; i += 1) print('x'.repeat(1000))")]),
    limits: { maxTurns: 2 },
    reason: /^NO_ANSWER: The frame took 2 turns and released nothing\./,
    most: 2,
  },
  {
    name: 'goes on without an end',
    script: forEver((n) => block(`print('step ${n}')`)),
    limits: { maxTurns: 5 },
    reason: /^NO_ANSWER: The frame took 5 turns and released nothing\. Ask again with more turns/,
    most: 5,
  },
  {
    name: 'keeps busy without asking or printing anything',
    script: forEver((n) => block(`const step${n} = ${n};\nundefined`)),
    reason: /^NO_PROGRESS: .*the last 6 turns printed and asked nothing new/,
    most: 7,
  },
  {
    name: 'releases in the middle of prose',
    script: forEver((n) => `Thought ${n}. The answer is FINAL("in prose").`),
    reason: /^PROSE_ANSWER: .* The frame ended with NO_PROGRESS\./,
    answer: 'Thought 3. The answer is FINAL("in prose").',
    most: 4,
  },
  {
    name: 'writes two blocks in a turn, the first of which fails',
    script: forEver((n) => `${block('missing()')}\n${block(`FINAL(${n})`)}`),
    reason: /^NO_PROGRESS: /,
    most: 3,
  },
  {
    name: 'asks again and again for what is forbidden',
    script: forEver((n) => block(`const part${n} = await read('hidden.txt', ${n}, 20)`)),
    asked: {
      context: [...TEXTS, { id: 'hidden.txt', text: 'This is for others to read.\n' }],
      labels: [{ glob: 'hidden.txt', label: SECRET }],
    },
    reason:
      /^NO_PROGRESS: .*the last 3 turns ended with the same error \(PolicyDenied: There is no document "hidden\.txt" that this frame may read; part of its corpus is withheld by /,
    most: 4,
  },
  {
    name: 'releases what is too large, whatever it is told',
    script: sequence([block("answer.content = 'a draft'; FINAL('x'.repeat(100))")]),
    limits: { maxOutputBytes: 50 },
    reason: /^NO_PROGRESS: /,
    answer: 'a draft',
    most: 3,
  },
  {
    name: 'sends 3,182 sub-calls where 32 would do',
    script: sequence([block("await llm_query_batched(Array.from({ length: 3182 }, (_, n) => 'line ' + n))")]),
    limits: { maxCalls: 40 },
    reason:
      /^BUDGET_EXCEEDED: The limit of 40 model calls has no room for one more: of a batch of 3,182 sub-calls, 3,144 were refused\. Raise the limit named, or ask for less\.$/,
    most: 40,
  },
]

it.each(ROOTS)('a root that $name ends, and says why', async (root) => {
  const { answer } = await home.ask(root.script, { limits: root.limits ?? {} }, root.asked)
  expect(answer).toMatchObject({ status: 'incomplete', answer: root.answer ?? null })
  expect(answer.reason).toMatch(root.reason)
  expect(answer.usage.modelCalls).toBeLessThanOrEqual(root.most)
  expect((await home.verify(answer)).verdicts.filter(({ result }) => result === 'fail')).toEqual([])
  expect(await home.replay(answer.run)).toEqual({
    outcome: 'IDENTICAL',
    steps: answer.usage.steps,
    at: null,
  })
})

it('says of sub-calls one by one that the limit has no room for one more', async () => {
  const script = sequence([block("for (let i = 0; i < 3182; i += 1) await llm_query('line ' + i)")])
  const { answer } = await home.ask(script, { limits: { maxCalls: 40 } })
  expect(answer.reason).toBe(
    'BUDGET_EXCEEDED: The limit of 40 model calls has no room for one more. Raise the limit named, or ask for less.',
  )
})

it('tells the model once, in the header of its next turn', async () => {
  const headers: string[] = []
  const script: Script = (request) => {
    headers.push(request.prompt.split('\n').slice(0, 2).join('\n'))
    return block(request.turns < 2 ? 'print(1)' : `FINAL(${request.turns})`)
  }
  const { answer } = await home.ask(script)
  expect(answer).toMatchObject({ status: 'complete', value: 2 })
  expect(headers.map((header) => header.includes('You are going in circles'))).toEqual([false, false, true])
})

it('gives a child that wanders an end of its own, and its parent a code', async () => {
  const { answer } = await home.ask((request) =>
    request.task === 'child'
      ? block('print(1)')
      : block(
          "let seen; try { await rlm_query('SIMTASK:child look', { scope: 'inherit' }) } catch (error) { seen = error.message }; FINAL(seen)",
        ),
  )
  expect(answer.status).toBe('incomplete')
  expect(answer.value).toContain('NO_PROGRESS')
})

it('says of a root without an answer how it ended, and then what its first child did', async () => {
  const { answer } = await home.ask((request) =>
    request.task === 'child'
      ? block('print(1)')
      : block(`FINAL(await rlm_query('SIMTASK:child look ${request.turns}', { scope: 'inherit' }))`),
  )
  expect(answer).toMatchObject({ status: 'incomplete', answer: null })
  expect(answer.reason).toMatch(/^NO_PROGRESS: .* The child frame 0\.\d+ ended with NO_PROGRESS/)
  expect(answer.reason).toMatch(/ A child frame \(0\.1\) went in circles\.$/)
  expect((await home.verify(answer)).ok).toBe(true)
  expect((await home.replay(answer.run)).outcome).toBe('IDENTICAL')
})

it('says what became of a child that went on and on', async () => {
  const { answer } = await home.ask(
    (request) =>
      request.task === 'child'
        ? block(`print('busy ${request.turns}')`)
        : block("FINAL(await rlm_query('SIMTASK:child look', { scope: 'inherit' }).catch(() => 'gone'))"),
    { limits: { maxTurns: 8 } },
  )
  const reason = 'A child frame (0.1) took all of its turns and released nothing.'
  expect(answer).toMatchObject({ status: 'incomplete', answer: 'gone', reason })
})

it('says of a root that recurses without an end how it ended, and then what its children were refused', async () => {
  const { answer } = await home.ask(
    (request) =>
      block(`FINAL(await rlm_query('SIMTASK:child deeper ${request.turns}', { scope: 'inherit' }))`),
    { limits: { maxCalls: 60 } },
  )
  expect(answer).toMatchObject({ status: 'incomplete', answer: null })
  expect(answer.reason).toMatch(
    /^(BUDGET_EXCEEDED|NO_ANSWER): .* DEPTH_EXCEEDED: A child here would have depth 3; the limit is 2\./,
  )
  expect((await home.verify(answer)).ok).toBe(true)
  expect((await home.replay(answer.run)).outcome).toBe('IDENTICAL')
})
