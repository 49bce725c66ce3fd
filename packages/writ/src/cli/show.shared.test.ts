import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { block, sequence, startSimulator } from '@writ/simulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWrit, type StepView, type ViewOptions, type Writ } from '../index.ts'
import type { Ended } from './command.fixture.ts'
import { runCommand } from './command-here.fixture.ts'

// A window into a run that failed in its second cell, for whoever is cleared for what it read and for whoever is not.

const PERSONAL = fileURLToPath(new URL('../policy/personal', import.meta.url))

/** In the document that is read; in the question, which is labelled internal, it is not. */
const SECRET = 'Quillfeather'
const FIRST = `const [doc] = await docs(); const text = await read(doc.id, 0, 80); print(text)`
const SECOND = `function unwrap() { return text.clause.body }\nprint('about to unwrap ' + text.slice(4, 16))\nunwrap()`

const FAILING = sequence(
  [block(`${FIRST}; print(await llm_query('Is this a clause? ' + text))`), block(SECOND), block('print(1)')],
  () => 'It is a clause.',
)

let place: string
let run: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-show-'))
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), `The ${SECRET} clause ends with a suit.\n`.repeat(200))
  await cp(PERSONAL, join(place, 'bundle'), { recursive: true })
  const path = join(place, 'bundle', 'facts.json')
  const facts = JSON.parse(await readFile(path, 'utf8')) as { sinks: { terminal: object } }
  const user = (clearance: string): object => ({ clearance, active: true, purposes: ['general'] })
  const users = { $os: user('restricted'), trainee: user('internal') }
  const sinks = { terminal: { ...facts.sinks.terminal, maxLevel: 'restricted' } }
  await writeFile(path, JSON.stringify({ ...facts, users, sinks }))
  const simulator = await startSimulator({ script: FAILING })
  const model = ['--model', 'any/model', '--base-url', simulator.url, '--strategy', 'recurse']
  const how = ['--label', 'restricted', '--max-turns', '3', '--policy', 'bundle', '--json']
  const asked = await writ('ask', 'SIMTASK:show what is in there?', 'docs', ...model, ...how)
  await simulator.stop()
  const answer = JSON.parse(asked.out) as { run: string; basis: unknown }
  expect(answer.basis).toBeNull()
  ;({ run } = answer)
})

afterAll(async () => {
  await rm(place, { recursive: true, force: true })
})

const writ = (...args: string[]): Promise<Ended> => runCommand(place, args)

const CLEARED = ['--policy', 'bundle']
const BELOW = ['--policy', 'bundle', '--as', 'trainee']

/** Looks through the library: a process for each step takes long. */
async function looking<T>(look: (writ: Writ) => Promise<T>): Promise<T> {
  const opened = await createWrit({ home: join(place, '.writ'), policy: join(place, 'bundle') })
  try {
    return await look(opened)
  } finally {
    await opened.close()
  }
}

async function steps(as: ViewOptions = {}): Promise<readonly StepView[]> {
  return await looking(async (opened) => (await opened.show(run, as)).steps)
}

async function placeOf(kind: string, at: number): Promise<string> {
  const found = (await steps()).filter((step) => step.kind === kind).at(at)
  return `${found?.lane}/${found?.n}`
}

describe('show', () => {
  it('names the step that failed and its error, and tells what each step was for', async () => {
    const { out, code } = await writ('show', 'last', ...CLEARED)
    expect(code).toBe(0)
    const failed = await placeOf('cell', 1)
    expect(out).toContain(`run ${run}: incomplete`)
    expect(out).toContain('No answer was released: the run came to none.')
    expect(out).toMatch(/^frame 0 .* · error /m)
    expect(out).toMatch(new RegExp(`^  ${failed} cell: TypeError: .* at line 1, column \\d+$`, 'm'))
    expect(out).toMatch(/✓ 0\/\d+ +read +a\.txt 0–80 +\[a\.txt · /)
    expect(out).toMatch(/✓ 0\/\d+ +sub-call .*tokens · cost unknown/)
    expect(out).toContain('recurse, as asked for')
    expect(out).toContain('every one of 1 document touched')
  })

  it('prints the code, the output and the traceback of a step', async () => {
    const failed = await placeOf('cell', 1)
    const { out, code } = await writ('show', 'last', failed, ...CLEARED)
    expect(code).toBe(0)
    expect(out).toContain(SECOND)
    expect(out).toContain(`about to unwrap ${SECRET}`)
    expect(out).toMatch(
      /TypeError: .*\n +at line 1, column \d+:\n +function unwrap\(\) \{ return text\.clause\.body \}\n +\^/,
    )
    expect(out).toContain('called at line 3')
    const same = (await steps()).find(({ lane, n }) => `${lane}/${n}` === failed)
    expect((await writ('show', run.slice(0, 20), String(same?.seq), ...CLEARED)).out).toBe(out)
  })

  it('prints prompt and reply of a call whole, what was read, and the decision in words', async () => {
    const turn = await writ('show', 'last', await placeOf('model.call', -1), ...CLEARED)
    expect(turn.out).toMatch(
      /\[system\]\nYou answer a question[\s\S]*\[user\][\s\S]*\[assistant\][\s\S]*--- reply\n```repl\nprint\(1\)/,
    )
    expect(turn.out).toContain(`The ${SECRET} clause`)
    expect(turn.out).toContain('calling the model any/model was allowed')
    const called = (await steps()).find(({ op }) => op === 'leaf')
    const leaf = await writ('show', 'last', `${called?.lane}/${called?.n}`, ...CLEARED)
    expect(leaf.out).toMatch(
      new RegExp(`\\[user\\]\\nIs this a clause\\? The ${SECRET}[\\s\\S]*--- reply\\nIt is a clause\\.`),
    )
    const read = await writ('show', 'last', await placeOf('context.read', -1), ...CLEARED)
    expect(read.out).toContain('reading 1 document labelled restricted was allowed')
    expect(read.out).toContain('was handed text of: a.txt')
  })

  it('shows whoever is below the label that a step is there, and why its content is withheld', async () => {
    const failed = await placeOf('cell', 1)
    const why =
      'reading 1 document labelled restricted is refused to trainee for general: the user is not cleared'
    const tree = await writ('show', 'last', ...BELOW)
    expect(tree.code).toBe(0)
    expect(tree.out).toMatch(new RegExp(`✗ ${failed} +cell +\\(withheld\\)`))
    expect(tree.out).toContain(why)
    expect(tree.out).toContain('question: SIMTASK:show what is in there?')
    const one = await writ('show', 'last', failed, ...BELOW)
    expect(one.out).toContain(`Its content is withheld: ${why}`)
    const trainee = { principal: 'trainee' }
    const cleared = await steps()
    const below = await steps(trainee)
    expect(below.map(({ seq, kind, outcome }) => [seq, kind, outcome])).toEqual(
      cleared.map(({ seq, kind, outcome }) => [seq, kind, outcome]),
    )
    for (const step of below)
      if (step.withheld !== null) expect([step.about, step.commandHash]).toEqual([null, null])
    const seen = await looking((opened) =>
      Promise.all(below.map(({ lane, n }) => opened.showStep(run, `${lane}/${n}`, trainee))),
    )
    expect(JSON.stringify(seen)).not.toMatch(new RegExp(`${SECRET}|unwrap`))
    expect(seen.filter(({ withheld }) => withheld !== null).length).toBeGreaterThan(4)
    expect(tree.out).not.toContain(SECRET)
    expect((await writ('diff', 'last', 'last', ...BELOW)).out).toContain('is withheld')
  })

  it('gives the object of the reference', async () => {
    const failed = await placeOf('cell', 1)
    const { out } = await writ('show', 'last', failed, '--json', ...CLEARED)
    const [lane, n] = failed.split('/')
    expect(JSON.parse(out)).toMatchObject({
      step: { lane, n: Number(n), kind: 'cell', op: 'cell', outcome: 'error', seq: expect.any(Number) },
      decision: null,
      input: SECOND,
      output: { printed: expect.stringContaining('about to unwrap') },
      error: { code: 'TypeError', message: expect.stringContaining('at line 1') },
    })
    const read = await writ('show', 'last', await placeOf('context.read', -1), '--json', ...CLEARED)
    expect(JSON.parse(read.out)).toMatchObject({
      decision: { action: 'context::read', verdict: 'allow', words: expect.stringContaining('was allowed') },
      input: { doc: 'a.txt', start: 0, end: 80 },
      error: null,
    })
    const none = await writ('show', 'last', '0/999', '--json', ...CLEARED)
    expect([none.code, JSON.parse(none.out)]).toEqual([2, expect.objectContaining({ code: 'USAGE' })])
    const nobody = await writ('show', 'last', '--json', '--as', 'nobody', ...CLEARED)
    expect(JSON.parse(nobody.out)).toMatchObject({ code: 'UNKNOWN_USER' })
  })

  it('leaves a line in the access log for a view above the default clearance, and for no other', async () => {
    const log = join(place, '.writ', 'access.log')
    await rm(log, { force: true })
    await writ('show', 'last', ...BELOW)
    await expect(stat(log)).rejects.toThrow()
    const failed = await placeOf('cell', 1)
    await rm(log)
    await writ('show', 'last', failed, ...CLEARED)
    const lines = (await readFile(log, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object)
    expect(lines).toEqual([
      expect.objectContaining({
        run,
        what: `step ${failed}`,
        purpose: 'general',
        label: 'restricted (untrusted)',
      }),
    ])
    expect((await stat(log)).mode & 0o777).toBe(0o600)
  })
})
