import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './command-here.fixture.ts'

// Whatever is wrong with an option of `ask` is said before anything is made: no home, no run, no file.

/** Values that no run can begin with, by option; with what else has to be given for the option to matter. */
const BAD: Readonly<
  Record<string, { readonly values: readonly string[]; readonly with?: readonly string[] }>
> = {
  '--model': { values: ['nobody/nothing', 'openai/', ''] },
  '--sub-model': { values: ['builtin/other', 'ollama/'] },
  '--verifier-model': { values: ['builtin/other', 'ollama/'], with: ['--verify', 'claims'] },
  '--base-url': { values: ['', 'ftp://x', 'http://user:pw@x'], with: ['--model', 'any/model'] },
  '--key-env': { values: ['', 'NO_SUCH_VARIABLE'] },
  '--price': { values: ['', 'cheap', '-1/2'] },
  '--context-window': { values: ['', '0', '1.5'] },
  '--corpus': { values: ['', '../docs', 'none'], with: ['no paths'] },
  '--strategy': { values: ['', 'constructor', 'guess', 'script:', 'script:none', 'script:docs/a.txt'] },
  '--repl': { values: ['', 'ruby', 'Python'] },
  '--python-packages': { values: ['', 'none', join('docs', 'a.txt')], with: ['--repl', 'python'] },
  '--input': { values: ['', '{', '[]'], with: ['--strategy', 'script:find-all'] },
  '--input-file': { values: ['none', 'docs', 'docs/a.txt'], with: ['--strategy', 'script:find-all'] },
  '--verify': { values: ['', 'guess', 'citations,guess', 'votes', 'votes:1'] },
  '--policy': { values: ['none', 'docs'] },
  '--as': { values: ['', 'nobody-at-all'] },
  '--purpose': { values: ['', 'none'] },
  '--label': { values: ['', 'secret:a:b', 'hush'] },
  '--include-secret': { values: ['{a', '[a'] },
  '--retention': { values: ['Not/one', 'none'] },
  '--max-cost': { values: ['', '-1', '1e3'] },
  '--max-tokens': { values: ['-1', '99999999999999999999'] },
  '--max-calls': { values: ['', '-1'] },
  '--max-depth': { values: ['-1', 'deep'] },
  '--max-turns': { values: ['0', 'many'] },
  '--timeout': { values: ['0', '0.0001', '9999999'] },
  '--concurrency': { values: ['0', '-1'] },
  '--requests-per-minute': { values: ['0', '-1'] },
  '--tokens-per-minute': { values: ['0', '-1'] },
  '--witness': { values: ['ftp://x', 'http://127.0.0.1:1'] },
  '--witness-quorum': { values: ['0', '3'], with: ['--witness', 'http://127.0.0.1:1'] },
  '--out': { values: ['docs', 'none/run.writ'] },
  '--home': { values: ['', join('file', 'below')] },
  '--schema': { values: ['none', 'docs', join('docs', 'a.txt')] },
  '--validator': { values: ['none', 'docs', join('docs', 'a.txt')] },
  '--script': { values: ['', 'none', 'docs', join('docs', 'a.txt')] },
  '--out-value': { values: ['docs', 'rows.pdf', join('none', 'rows.csv')] },
  '--continue': { values: ['', 'last'] },
}

/** Of the same kind, but no values of an option. */
const ALSO: readonly (readonly string[])[] = [
  ['ask', 'What?', 'docs', '--model', 'any/m', '--base-url', 'http://127.0.0.1:1', '--sub-model', ''],
  ['ask', 'What?', 'docs', '--verifier-model', 'any/model', '--verify', 'citations'],
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

function commands(option: string, how: { values: readonly string[]; with?: readonly string[] }): string[][] {
  const { with: beside = [] } = how
  const context = beside[0] === 'no paths' ? [] : ['docs', ...beside]
  return how.values.map((value) => ['ask', 'What is mentioned?', ...context, option, value])
}

describe('before a run is opened', () => {
  it('every option of ask that takes a value is tried with bad ones', async () => {
    const { out } = await runCommand(place, ['ask', '--help'])
    const options = [...out.matchAll(/^ {2}(--[a-z-]+) </gm)].map(([, name = '']) => name)
    expect(options.length).toBeGreaterThan(20)
    expect(Object.keys(BAD).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      options.toSorted((a, b) => (a < b ? -1 : 1)),
    )
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
    // What the parser of the command line refuses never comes near a home.
    const late = ['--model', '--corpus', '--strategy', '--policy', '--as', '--purpose', '--witness', '--out']
    await refused(late.flatMap((option) => commands(option, BAD[option] ?? { values: [] }).slice(-1)))
    const { runs } = JSON.parse((await runCommand(place, ['runs', '--json'])).out) as { runs: unknown[] }
    expect(runs).toHaveLength(1)
  })
})
