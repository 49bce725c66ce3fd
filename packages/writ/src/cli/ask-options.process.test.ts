import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './command.fixture.ts'

// Whatever is wrong with an option of `ask` is said before anything is made: no home, no run, no file.

/** Values that no run can begin with, by option; with what else has to be given for the option to matter. */
const BAD: Readonly<
  Record<string, { readonly values: readonly string[]; readonly with?: readonly string[] }>
> = {
  '--model': { values: ['nobody/nothing', 'gpt-5', 'openai/', '', 'builtin/other', 'ollama/'] },
  '--sub-model': { values: ['nobody/nothing', ''] },
  '--base-url': { values: ['', 'no url', 'ftp://x', 'http://user:pw@x'], with: ['--model', 'any/model'] },
  '--key-env': { values: ['', 'NO_SUCH_VARIABLE', 'sk-a-key'] },
  '--price': { values: ['', 'cheap', '1', '-1/2', '1/2/3', 'NaN/1'] },
  '--context-window': { values: ['', '0', '-1', '1.5', 'many', '1e3', '99999999999999999999'] },
  '--corpus': { values: ['', 'none', '../docs', 'a/b'], with: ['no paths'] },
  '--strategy': { values: ['', 'guess', 'Direct', 'constructor', 'script:none'] },
  '--policy': { values: ['none', 'docs'] },
  '--as': { values: ['', 'nobody-at-all'] },
  '--purpose': { values: ['', 'none'] },
  '--label': { values: ['', 'hush', 'internal:', 'secret:a b', ':PII'] },
  '--retention': { values: ['', 'none', 'Not/one'] },
  '--max-cost': { values: ['', '-1', 'much', '1e3', 'NaN', '1,5'] },
  '--max-tokens': { values: ['', '-1', '1.5', 'many', '99999999999999999999'] },
  '--max-calls': { values: ['', '-1', '1.5', 'many'] },
  '--max-depth': { values: ['', '-1', 'deep'] },
  '--max-turns': { values: ['', '0', '-1', 'many'] },
  '--timeout': { values: ['', '0', '-1', 'soon', '0.0001', '9999999', '1e3'] },
  '--concurrency': { values: ['', '0', '-1', 'many'] },
  '--witness': { values: ['', 'no url', 'ftp://x', 'http://127.0.0.1:1'] },
  '--witness-quorum': { values: ['', '0', '-1', '3'], with: ['--witness', 'http://127.0.0.1:1'] },
  '--out': { values: ['none/run.writ', 'docs', join('docs', 'a.txt')] },
  '--home': { values: ['', 'file', join('file', 'below')] },
}

/** Of the same kind, but no values of an option. */
const ALSO: readonly (readonly string[])[] = [
  ['ask', ' ', 'docs'],
  ['ask', 'What?'],
  ['ask', 'What?', 'no-such-path'],
  ['ask', 'What?', 'docs', 'docs/*.pdf'],
  ['ask', 'What?', 'docs', '--no-such-option'],
  ['ask', 'What?', 'docs', '--max-cals', '3'],
  ['ask', 'What?', 'docs', '--corpus', 'both'],
  ['ask', 'What?', 'docs', '--model', 'x', '--base-url', 'http://127.0.0.1:1', '--max-cost', '1'],
]

/** Commands started at once. */
const AT_ONCE = 4

let place: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-options-'))
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\n')
  await writeFile(join(place, 'file'), '')
})

afterAll(async () => rm(place, { recursive: true, force: true }))

async function everything(): Promise<string[]> {
  return (await readdir(place, { recursive: true })).sort()
}

/** Asks with each of these arguments; all have to be refused and to leave the place as it was. */
async function refused(commands: readonly (readonly string[])[]): Promise<void> {
  const before = await everything()
  for (let first = 0; first < commands.length; first += AT_ONCE) {
    const ended = await Promise.all(
      commands.slice(first, first + AT_ONCE).map(async (args) => {
        const { code, out } = await runCommand(place, [...args, '--json'])
        return { args, code, error: JSON.parse(out) as Record<string, unknown> }
      }),
    )
    for (const { args, code, error } of ended) {
      // A place that cannot be written to is a failure, not a misuse.
      const exit = error.code === 'EVIDENCE_UNWRITABLE' ? 1 : 2
      expect([args, code, error.schema]).toEqual([args, exit, 'writ.error/1'])
      expect([args, error.code]).not.toEqual([args, 'INTERNAL'])
    }
  }
  expect(await everything()).toEqual(before)
}

function commands(option: string, how: (typeof BAD)[string]): string[][] {
  const [beside = []] = [how.with ?? []]
  const context = beside[0] === 'no paths' ? [] : ['docs', ...beside]
  return how.values.map((value) => ['ask', 'What is mentioned?', ...context, option, value])
}

describe('before a run is opened', () => {
  it('every option of ask that takes a value is tried with bad ones', async () => {
    const { out } = await runCommand(place, ['ask', '--help'])
    const options = [...out.matchAll(/^ {2}(--[a-z-]+) </gm)].map((match) => match[1])
    expect(options.length).toBeGreaterThan(20)
    expect(Object.keys(BAD).sort()).toEqual(options.sort())
  })

  it.each(Object.entries(BAD))('%s is checked', { timeout: 300_000 }, async (option, how) => {
    await refused(commands(option, how))
  })

  it('so is all else that is asked', { timeout: 300_000 }, async () => {
    await refused(ALSO)
  })

  it('a home that is there is left as it was', { timeout: 600_000 }, async () => {
    const asked = await runCommand(place, ['ask', 'Which mention a patent?', 'docs', '--json'])
    expect([asked.err, asked.code]).toEqual(['', 0])
    await refused(Object.entries(BAD).flatMap(([option, how]) => commands(option, how).slice(-1)))
    const { runs } = JSON.parse((await runCommand(place, ['runs', '--json'])).out) as { runs: unknown[] }
    expect(runs).toHaveLength(1)
  })
})
