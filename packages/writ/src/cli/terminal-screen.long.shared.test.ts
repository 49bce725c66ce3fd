import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { block, type Reply, type Script, type Simulator, sequence, startSimulator } from '@writ/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BEFORE, HAS_TERMINAL, inTerminal, PROMPT, type Session, type Shown } from './terminal.fixture.ts'

// What a person sees: the command runs in a pseudo-terminal, and an emulator computes the window.

const LAUNCHER = fileURLToPath(new URL('../../bin/writ.js', import.meta.url))
const QUESTION = 'SIMTASK:cli what?'
const HEAD = 'Twelve licences end with a suit.'

let place: string
let simulator: Simulator | undefined

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-screen-'))
  await mkdir(join(place, 'docs'))
  for (const name of ['a', 'b', 'c'])
    await writeFile(join(place, 'docs', `${name}.txt`), 'Alpha mentions a patent.\n'.repeat(300))
})

afterEach(async () => {
  await simulator?.stop()
  simulator = undefined
  await rm(place, { recursive: true, force: true })
})

/** An answer longer than a small window, with more citations than any. */
const LONG = sequence([
  block(`for (let at = 0; at < 60; at += 1) {
  await read('a.txt', at * 25, at * 25 + 24)
  await cite({ doc: 'a.txt', start: at * 25, end: at * 25 + 24 })
}
FINAL(${JSON.stringify([HEAD, ...Array.from({ length: 20 }, (_, n) => `Line ${n} of the answer.`)].join('\n'))})`),
])

async function asking(script: Script, ...more: string[]): Promise<string[]> {
  simulator = await startSimulator({ script })
  const model = ['--model', 'any/model', '--base-url', simulator.url, '--strategy', 'recurse']
  return [process.execPath, LAUNCHER, 'ask', QUESTION, 'docs', ...model, ...more]
}

function delayed(text: string, delayMs: number): Reply {
  return { kind: 'text', text, delayMs }
}

function session(columns: number, rows: number, more: Partial<Session> = {}): Session {
  return { columns, rows, cwd: place, env: {}, ...more }
}

/** Nothing that stood there is gone, nothing of the tree is left, and nothing is printed twice. */
function isWhole(shown: Shown): void {
  const text = shown.all.filter((line) => line !== '')
  expect(text.slice(0, BEFORE.length)).toEqual(BEFORE)
  expect(text.at(-1)).toBe(PROMPT)
  const own = ownLines(shown)
  expect(own.filter((line) => /[●✓✗] frame/.test(line))).toEqual([])
  expect(new Set(own).size).toBe(own.length)
}

/** What the command printed: between the lines before it and the prompt. */
function ownLines({ all }: Shown): string[] {
  return all.filter((line) => line !== '').slice(BEFORE.length, -1)
}

describe.skipIf(!HAS_TERMINAL)('the window after `ask`', () => {
  it.each([
    [100, 40, {}],
    [160, 50, {}],
    [60, 14, {}],
    [100, 40, { NO_COLOR: '1' }],
    [160, 50, { NO_COLOR: '1' }],
    [60, 14, { NO_COLOR: '1' }],
    [60, 14, { TERM: 'dumb' }],
  ])('holds answer, cost, coverage and evidence at %i×%i with %o', async (columns, rows, env) => {
    const shown = await inTerminal(await asking(LONG), session(columns, rows, { env }))
    const text = shown.screen.join('\n')
    expect(text).toContain('A language model said this')
    expect(text).toContain(HEAD)
    expect(text).toMatch(/^cost {5}unknown/m)
    expect(text).toMatch(/^coverage read [\d,]+ .*of [\s\S]*\b2 of 3 (documents )?never touched/m)
    expect(text).toMatch(/\.writ\/runs\/[0-9a-f-]{36}\.writ$/m)
    if (rows >= 40) expect(text).toMatch(/^\[1\] a\.txt bytes 0–24 “Alpha mentions a patent\.”$/m)
    expect(shown.painted).toBe(!('NO_COLOR' in env || 'TERM' in env))
    if (!('TERM' in env)) isWhole(shown)
  })

  it('is the answer of the built-in model, what it is worth first', async () => {
    const ask = [process.execPath, LAUNCHER, 'ask', 'Which of these documents mention patents?', 'docs']
    const shown = await inTerminal(ask, session(60, 14))
    expect(shown.screen.join('\n')).toMatch(
      /^Exact: .*\n0 of 3 documents [\s\S]*\bin the 22,500 bytes\.\ncheck: grep /m,
    )
    isWhole(shown)
  })

  it('is help that is broken between words and set under what it describes', async () => {
    const { all } = await inTerminal([process.execPath, LAUNCHER, '--help'], session(60, 24))
    const at = all.findIndex((line) => line.startsWith('  abort '))
    expect(all.slice(at, at + 3).map((line) => line.slice(39))).toEqual([
      'end an open run for',
      'good, with its',
      'evidence',
    ])
  })

  it('shows the tree while it runs, on a screen of its own', async () => {
    const patient: Script = () => delayed(block(`FINAL(${JSON.stringify(HEAD)})`), 500)
    const { pictures } = await inTerminal(await asking(patient), session(100, 40))
    expect(
      pictures.some((picture) =>
        /^run [0-9a-f-]{36} · 3 documents, [\s\S]*recurse, as asked for/m.test(picture),
      ),
    ).toBe(true)
    expect(pictures.some((picture) => /^● frame 0 /m.test(picture))).toBe(true)
  })

  it('is whole however the window is resized meanwhile', async () => {
    let turns = 0
    const slow: Script = () => {
      turns += 1
      return delayed(block(turns < 8 ? `print(${turns})` : `FINAL(${JSON.stringify(HEAD)})`), 300)
    }
    const to = [
      { columns: 40, rows: 10 },
      { columns: 140, rows: 45 },
      { columns: 72, rows: 20 },
    ]
    const resized = { at: '● frame 0', to }
    const shown = await inTerminal(await asking(slow), session(100, 40, { resized }))
    expect(shown.screen).toHaveLength(20)
    expect(shown.screen.join('\n')).toContain(HEAD)
    expect(shown.screen.join('\n')).toMatch(/\.writ\/runs\/[0-9a-f-]{36}\.writ$/m)
    isWhole(shown)
  })

  it.each([
    ['incomplete', ['--max-calls', '3'], block('print(await llm_query("x")); print(2)'), 'ran into a limit'],
    ['incomplete', [], block('print(1)'), 'went in circles'],
    ['denied', ['--policy', 'bundle'], block('FINAL(1)'), 'was denied by policy'],
    ['incomplete', ['--max-turns', '2'], block('throw new Error("no")'), 'came to none'],
  ])(
    'says that no answer was released of a run that is %s, and what it cost',
    async (_, flags, reply, words) => {
      await mkdir(join(place, 'bundle'))
      await writeFile(join(place, 'bundle', 'deny.cedar'), 'forbid (principal, action, resource);')
      const shown = await inTerminal(await asking(() => reply, ...flags), session(60, 14))
      const text = shown.screen.join('\n')
      expect(text).toContain('No answer was released')
      expect(text).toContain(words)
      expect(text).toMatch(/^cost /m)
      expect(text).toMatch(/^coverage /m)
      expect(text).toMatch(/\.writ\/runs\/[0-9a-f-]{36}\.writ$/m)
      isWhole(shown)
    },
  )
})

describe.skipIf(!HAS_TERMINAL)('Ctrl-C', () => {
  it('prints one message, with the run and the command that goes on with it', async () => {
    const typed = [{ at: '● frame 0', keys: '\u0003' }]
    const command = await asking(() => ({ kind: 'hang' }), '--home', 'my home')
    const shown = await inTerminal(command, session(100, 30, { typed }))
    const text = ownLines(shown)
    const [, run = ''] = /The run ([0-9a-f-]{36}) /.exec(text.join(' ')) ?? []
    expect(text.map((line) => line.trim()).join(' ')).toBe(
      `writ: SUSPENDED: The run ${run} is suspended; what it did is kept. ` +
        `Go on with \`writ resume ${run} --home 'my home'\`, or end it with \`writ abort ${run} --home 'my home' --reason …\`.`,
    )
    expect(shown.pictures.some((picture) => picture.includes('Stopping at the next step'))).toBe(true)
    isWhole(shown)
  })

  it('says the same when it is pressed again before the run has stopped', async () => {
    const typed = [
      { at: '● frame 0', keys: '\u0003' },
      { at: 'Stopping at the next step', keys: '\u0003' },
    ]
    const shown = await inTerminal(await asking(() => ({ kind: 'hang' })), session(100, 30, { typed }))
    const text = ownLines(shown)
    expect(text).toHaveLength(2)
    expect(text[0]).toMatch(/^writ: The run [0-9a-f-]{36} stays open/)
    expect(text[1]).toMatch(/^Go on with `writ resume [0-9a-f-]{36}`\.$/)
    isWhole(shown)
  })
})

describe.skipIf(!HAS_TERMINAL)('erase', () => {
  it('asks on a terminal, and erases only on a yes', async () => {
    const home = join(place, '.writ')
    const writ = [process.execPath, LAUNCHER]
    await inTerminal([...(await asking(LONG)), '--quiet'], session(100, 40))
    const erase = [...writ, 'erase', 'last', '--reason', 'asked for', '--home', home]
    const at = 'It cannot be brought back. [y/N]'
    const no = await inTerminal(erase, session(120, 20, { typed: [{ at, keys: 'n\r' }] }))
    expect(no.screen.join('\n')).toContain('Nothing was erased.')
    const yes = await inTerminal(erase, session(120, 20, { typed: [{ at, keys: 'y\r' }] }))
    expect(yes.screen.join('\n')).toMatch(/run [0-9a-f-]{36} erased at /)
    const again = await inTerminal(erase, session(120, 20))
    expect(again.screen.join('\n')).toMatch(/was erased at .*: nothing is left to erase/)
  })
})
