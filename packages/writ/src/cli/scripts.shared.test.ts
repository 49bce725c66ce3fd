import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runCommand } from './command-here.fixture.ts'

// Scripts on the command line, without a model that understands: what code decides, and what is only planned.

const COUNT = `export const meta = { name: 'count', input: { type: 'object', properties: { word: { type: 'string' } } } }
const { matches } = await grep(input.word)
FINAL({ question, lines: matches.map(({ doc, line }) => doc + ':' + line) })
`

let place: string

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-scripts-'))
  await mkdir(join(place, 'docs'))
  await writeFile(join(place, 'docs', 'a.txt'), 'Alpha mentions a patent.\nBeta does not.\n')
  await writeFile(join(place, 'count.js'), COUNT)
  await writeFile(join(place, 'input.json'), '{"word": "patent"}')
})

afterAll(async () => rm(place, { recursive: true, force: true }))

it('a script is followed with the input of a file', async () => {
  const args = [
    'ask',
    'Where?',
    'docs',
    '--strategy',
    'script:count.js',
    '--input-file',
    'input.json',
    '--json',
  ]
  const { code, out } = await runCommand(place, args)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({
    status: 'complete',
    value: { question: 'Where?', lines: ['a.txt:1'] },
    usage: { modelCalls: 0 },
  })
  const { out: shown } = await runCommand(place, ['show', 'last'])
  expect(shown).toMatch(/^script: count · plan hash [0-9a-f]{64}$/m)
})

it('what a script releases is shown and written in the order in which its schema names it', async () => {
  const output = {
    type: 'array',
    items: { type: 'object', properties: { word: { type: 'string' }, line: { type: 'integer' } } },
  }
  const script = `export const meta = { name: 'rows', output: ${JSON.stringify(output)} }
const { matches } = await grep('patent')
FINAL(matches.map(({ line }) => ({ line: line + 2020, word: 'patent' })))
`
  await writeFile(join(place, 'rows.js'), script)
  const args = ['ask', 'Where?', 'docs', '--strategy', 'script:rows.js', '--out-value', 'rows.csv']
  const { code, out } = await runCommand(place, args)
  expect(code).toBe(0)
  expect(out).toMatch(/^word {4}line\npatent {2}2021$/m)
  expect(await readFile(join(place, 'rows.csv'), 'utf8')).toBe('word,line\r\npatent,2021\r\n')
  expect((await runCommand(place, ['show', 'last', '--full'])).out).toMatch(/^word {4}line\npatent {2}2021$/m)
})

it('a plan is printed and nothing is run', async () => {
  const args = ['ask', 'Where?', 'docs', '--strategy', 'script:find-all', '--dry-run']
  const before = JSON.parse((await runCommand(place, ['runs', '--json'])).out) as { runs: readonly object[] }
  const { code, out } = await runCommand(place, args)
  expect(code).toBe(0)
  expect(out).toContain('plan: script find-all')
  expect(out).toMatch(/^at most: 12 requests, .*\(3 calls, each retried\)$/m)
  expect(out).toMatch(/^ {2}when nothing is retried: 3 requests, /m)
  const { out: json } = await runCommand(place, [...args, '--json'])
  expect(JSON.parse(json)).toMatchObject({ schema: 'writ.plan/1', bound: { calls: 3, costMicroUsd: 0 } })
  expect(JSON.parse((await runCommand(place, ['runs', '--json'])).out)).toEqual(before)
})

it('the scripts that come with Writ are listed with what they are given', async () => {
  const { out } = await runCommand(place, ['scripts'])
  expect(out).toMatch(/^find-all: /m)
  expect(out).toContain('  answers, with --script find-all: find passages about {what}')
  expect(out).toContain('  input.claims (array): what is checked')
  expect(out).toContain('  input.votes (integer, optional): ')
  const { out: json } = await runCommand(place, ['scripts', '--json'])
  expect(JSON.parse(json)).toMatchObject({
    scripts: [
      { name: 'compare' },
      { name: 'extract-table' },
      { name: 'find-all' },
      { name: 'timeline' },
      { name: 'verify-claims' },
    ],
  })
})

it('what is released must pass the validators that are named, and the answer tells it', async () => {
  await writeFile(join(place, 'one.ts'), 'const lines: string[] = value.lines\nlines.length === 1\n')
  await writeFile(join(place, 'none.js'), "if (value.lines.length > 0) throw new Error('there are lines')\n")
  const asked = [
    'ask',
    'Where?',
    'docs',
    '--strategy',
    'script:count.js',
    '--input-file',
    'input.json',
    '--json',
  ]
  const passed = await runCommand(place, [...asked, '--validator', 'one.ts'])
  expect(passed.code).toBe(0)
  expect(JSON.parse(passed.out)).toMatchObject({
    status: 'complete',
    checks: [{ check: 'validators', outcome: 'passed', checked: 1 }],
  })
  const failed = await runCommand(place, [...asked, '--validator', 'one.ts', '--validator', 'none.js'])
  expect(failed.code).toBe(1)
  expect(JSON.parse(failed.out)).toMatchObject({
    status: 'failed',
    answer: null,
    reason: expect.stringContaining('none.js: there are lines'),
  })
  const unread = await runCommand(place, [...asked, '--validator', 'input.json'])
  expect(unread.code).toBe(2)
  expect(JSON.parse(unread.out)).toMatchObject({ code: 'UNKNOWN_SCRIPT' })
})

it.each([
  [['--yes'], true],
  [[], true],
  [['--yes', '--quiet'], false],
  [['--json'], false],
])('the plan card of a run that could cost much, with %j, is shown: %s', async (flags, shown) => {
  const script = `export const meta = { name: 'costly' }
if (question === 'never') await llm_query('x')
FINAL('nothing was asked')
`
  await writeFile(join(place, 'costly.js'), script)
  const model = ['--model', 'any/model', '--base-url', 'http://127.0.0.1:9/v1', '--price', '9000/9000']
  const { code, out, err } = await runCommand(place, [
    'ask',
    'Where?',
    'docs',
    '--strategy',
    'script:costly.js',
    ...model,
    ...flags,
  ])
  expect([code, out.includes('nothing was asked')]).toEqual([0, true])
  expect(err.includes('plan: script costly, as asked for')).toBe(shown)
})
