import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { label, type TextSource } from '@writ/contract'
import { block, type Script } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { jsonLinesWatch, lineWatch, type Watch } from '../cli/watch.ts'
import { type Asked, type ScriptedHome, scriptedHome } from './scripted-home.fixture.ts'

// What guest code writes of a text above the terminal's label reaches neither a terminal, nor a reason, nor evidence.

const SECRET = 'zebra7f3akimono'
const TEXTS: readonly TextSource[] = [
  { id: 'open.txt', text: 'open\n' },
  { id: 'closed.txt', text: SECRET, label: { ...label('confidential'), untrusted: true } },
]

/** Where a guest can write a string: one cell for each, with the text read before. */
const CELLS: Readonly<Record<string, string>> = {
  'the name of an error': 'class X extends Error { name = s }; throw new X("x")',
  'the name of an error that is set': 'throw Object.assign(new Error("x"), { name: s, code: s, [s]: s })',
  'the name of a class': 'throw new ({ [s]: class extends Error {} })[s]("x")',
  'a rejection nobody handles': 'Promise.reject(Object.assign(new Error(s), { name: s })); 1',
  'a message': 'throw new Error(s)',
  'a thrown value': 'throw s',
  'a name that does not exist': 'eval(s)',
  'code that does not parse': 'eval(s + " (")',
  'the id of a document': 'await read(s)',
  'ids of documents': 'await search("x", { docs: [s] })',
  'a pattern': 'await grep("(" + s)',
  'arguments that do not fit': 'await docs({ match: { [s]: s } })',
  'the name of a model': 'await llm_query("x", { model: s })',
  'the name of a model of a child': 'await rlm_query("SIMTASK:child", { model: s })',
  'a prompt the model refuses': 'await llm_query("refuse " + s)',
  'the goal of a child, whose scope does not exist': 'await rlm_query(s, { scope: [s] })',
  'the goal of a child that fails': 'await rlm_query("SIMTASK:child " + s, { context: s })',
  'a batch that fails': 'await llm_query_batched(["refuse " + s, "refuse " + s])',
  'a citation': 'await cite({ doc: s, start: 0, end: 1 }, s)',
  'a variable': 'FINAL_VAR(s)',
  'what is printed': 'print(s); throw Object.assign(new Error(s), { name: s })',
}
const RELEASE = 'FINAL({ [s]: s })'

let home: ScriptedHome

beforeEach(async () => {
  home = await scriptedHome()
})
afterEach(() => home.close())

/** A bundle that allows everything, with a terminal that takes texts up to a level. */
async function bundle(maxLevel: 'internal' | 'confidential'): Promise<string> {
  const place = join(home.place, maxLevel)
  await mkdir(place)
  await writeFile(
    join(place, 'rules.cedar'),
    `@id("permit.all") permit (principal, action, resource);
     @id("terminal.level") @reason("sink") forbid (principal, action == Writ::Action::"output::release", resource)
       when { context.taint.level > resource.maxLevel };`,
  )
  const terminal = { maxLevel, categories: [], external: false }
  await writeFile(join(place, 'facts.json'), JSON.stringify({ sinks: { terminal }, confinement: 'reduced' }))
  return place
}

/** A root that reads the text, runs the cells, and ends by what the provider says of its last turn. */
const script =
  (cells: readonly string[]): Script =>
  (request) => {
    if (request.task === 'child')
      return block('throw Object.assign(new Error(context), { name: String(context) })')
    if (request.task === null) return { kind: 'status', status: 400, message: request.prompt }
    const cell = ["const s = await read('closed.txt')", ...cells][request.turns]
    return cell === undefined ? { kind: 'status', status: 400, message: request.prompt } : block(cell)
  }

async function ask(cells: readonly string[], policy: string): Promise<Asked> {
  return home.ask(script(cells), { policy, limits: { maxTurns: cells.length + 3 } }, { context: TEXTS })
}

/** Everything that leaves: what watches are told and show, the answer, the evidence file as it lies on the disk. */
async function outside({ answer, events }: Asked): Promise<string> {
  const shown: string[] = []
  const screen = (): Writable =>
    new Writable({
      write: (chunk, _encoding, done) => {
        shown.push(String(chunk))
        done()
      },
    })
  const watches: Watch[] = [lineWatch(screen()), jsonLinesWatch(screen())]
  for (const event of events) for (const watch of watches) watch.onEvent(event)
  const evidence = await readFile(answer.evidence ?? '', 'utf8')
  expect(evidence).toContain('"kind":"run.close"')
  return [JSON.stringify([events, answer]), ...shown, evidence].join('\n')
}

describe('a text above the label of the terminal', () => {
  it.each([
    ['anything a guest can write', Object.values(CELLS), 'incomplete'],
    ['what a provider says of it', ['print(s)'], 'failed'],
    ['what keeps it in', [RELEASE], 'denied'],
  ])(
    'does not leave in %s',
    async (_, cells, status) => {
      const asked = await ask(cells, await bundle('internal'))
      expect(asked.answer).toMatchObject({ status, value: null, label: { level: 'confidential' } })
      const run = asked.events.filter((event) => event.type === 'step' && event.kind === 'cell')
      expect(run.length).toBeGreaterThan(cells.length)
      expect(await outside(asked)).not.toContain(SECRET)
      expect((await home.replay(asked.answer.run)).outcome).toBe('IDENTICAL')
    },
    240_000,
  )

  it('is shown by the same means where the terminal may have it', async () => {
    const asked = await ask([CELLS['a message'] ?? ''], await bundle('confidential'))
    expect(asked.events).toContainEqual(
      expect.objectContaining({ kind: 'cell', outcome: 'error', detail: expect.stringContaining(SECRET) }),
    )
    expect(asked.answer.reason).toContain(SECRET)
    expect(await outside(asked)).toContain(SECRET)
  })
})
