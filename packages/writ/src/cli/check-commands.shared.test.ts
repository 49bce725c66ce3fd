import { execFileSync } from 'node:child_process'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Answer, defined } from '@writ/contract'
import { beforeEach, expect, it } from 'vitest'
import { checkCommands } from './check-commands.ts'
import { inDocuments } from './in-documents.fixture.ts'

// What is printed as the check of a count is given to a shell where the question was asked. The model is built in.

const here = inDocuments()
const { writ } = here
const QUESTION = 'How many times does "zebra" occur?'

beforeEach(async () => {
  await mkdir(join(here.place, "my docs'"))
  await writeFile(join(here.place, "my docs'", 'a.txt'), 'zebra Zebra zebras zebra\nzebra\n')
  await writeFile(join(here.place, "my docs'", 'b.txt'), 'no such animal\n')
  await writeFile(join(here.place, 'beside.txt'), 'zebra zebra zebra\n')
  await mkdir(join(here.place, 'signs'))
  await writeFile(join(here.place, 'signs', 'a.txt'), '5% 15% (5%) %\nUS$5 and $50 and $5\n')
  await mkdir(join(here.place, 'linked'))
  await writeFile(join(here.place, 'linked', 'a.txt'), 'zebra\n')
  await symlink('../beside.txt', join(here.place, 'linked', 'b.txt'))
})

async function printed(question: string, paths: readonly string[], input?: string): Promise<string[]> {
  const { code, err, out } = await writ(['ask', question, ...paths, '--quiet'], defined({ input }))
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('Exact')
  return [...out.matchAll(/^check: (.*)$/gm)].map(([, command = '']) => command)
}

function matches(command: string): number {
  const out = execFileSync('sh', ['-c', command], { cwd: here.place, encoding: 'utf8' })
  return out.split('\n').filter(Boolean).length
}

it.each([
  ['a directory', QUESTION, ["my docs'"], 4],
  ['two files', QUESTION, ["my docs'/a.txt", 'beside.txt'], 7],
  ['one document of a directory', 'How many times does "zebra" occur in a.txt?', ["my docs'"], 4],
  ['a link that both pass over', QUESTION, ['linked'], 1],
  ['documents', 'How many documents mention "zebra"?', ["my docs'"], 1],
  ['a sign', 'How many times does "%" occur?', ['signs'], 4],
  ['what begins as a word only', 'How many times does "5%" occur?', ['signs'], 2],
  ['what ends as a word only', 'How many times does "$5" occur?', ['signs'], 2],
])('counts the same where the question was asked: %s', async (_, question, paths, count) => {
  const [command = '', ...others] = await printed(question, paths)
  expect(others).toEqual([])
  expect(matches(command)).toBe(count)
})

it.each([
  ['a glob', ['besid*.txt']],
  ['a directory with a file that is passed over', ['passed']],
  ['a name that a line does not show as it is', ['two  spaces']],
  ['a file and its directory', ["my docs'", "my docs'/a.txt"]],
  ['bytes that are no UTF-8', ['latin.txt']],
])('is not printed where grep would count otherwise: %s', async (_, paths) => {
  await mkdir(join(here.place, 'passed', 'node_modules'), { recursive: true })
  await writeFile(join(here.place, 'passed', 'a.txt'), 'zebra\n')
  await writeFile(join(here.place, 'passed', 'node_modules', 'b.txt'), 'zebra\n')
  await mkdir(join(here.place, 'two  spaces'))
  await writeFile(join(here.place, 'two  spaces', 'a.txt'), 'zebra\n')
  await writeFile(join(here.place, 'latin.txt'), Buffer.from('caf\xe9 zebra na\xefve \xfcber\n', 'latin1'))
  expect(await printed(QUESTION, paths)).toEqual([])
})

it('is not printed of what came by a pipe, nor later of a run', async () => {
  expect(await printed(QUESTION, ['-'], 'zebra\n')).toEqual([])
  await printed(QUESTION, ["my docs'"])
  expect((await writ(['show', 'last', '--full'])).out).not.toMatch(/^check/m)
})

it('is not printed of a corpus', async () => {
  expect((await writ(['ingest', "my docs'", '--corpus', 'animals'])).code).toBe(0)
  expect(await printed(QUESTION, ['--corpus', 'animals'])).toEqual([])
})

it('is not printed where a language model wrote it', () => {
  const searched = { documents: 1, of: 1, bytes: 18 }
  const value = { check: [{ command: 'grep -r x; touch here;', docs: null }], searched }
  const answer = { value, omitted: [], basis: 'model' } as unknown as Answer
  const context = { paths: [join(here.place, 'beside.txt')] }
  expect(checkCommands(answer, context)).toEqual([])
  expect(checkCommands({ ...answer, basis: 'exact' }, context)).toHaveLength(1)
})
