import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Ended } from './command.fixture.ts'
import { runCommand } from './command-here.fixture.ts'

// What `writ ingest` does about the structure of source, and what commands say of it.

let place: string
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'writ-structure-'))
  await write('src/a.ts', "import { b } from './b.ts'\nexport function a(): number {\n  return b()\n}\n")
  await write('src/b.ts', 'export function b(): number {\n  return 1\n}\n')
  await write('src/notes.txt', 'The build mentions a patent.\n')
})
afterEach(async () => {
  await rm(place, { recursive: true, force: true })
})

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(place, path)), { recursive: true })
  await writeFile(join(place, path), content)
}

const writ = (...args: readonly string[]): Promise<Ended> => runCommand(place, args, {}, undefined)
const json = async <T>(...args: readonly string[]): Promise<T> =>
  JSON.parse((await writ(...args, '--json')).out) as T

interface Told {
  readonly run: string
  readonly basis: string
  readonly coverage: { readonly unstructured?: { readonly files: number; readonly bytes: number } }
}

it('has structure follow what is searchable, and reads what changed alone', async () => {
  const first = await writ('ingest', 'src', '--corpus', 'mine')
  expect([first.err, first.code]).toEqual(['', 0])
  expect(first.out.split('\n')).toEqual([
    expect.stringMatching(/^mine: 3 documents, .* searchable after [\d.]+ m?s$/),
    expect.stringMatching(/^ {2}structure of 2 source files, \d+ bytes, read in [\d.]+ m?s$/),
    '',
  ])
  expect((await writ('corpus', 'ls')).out).toMatch(/UTC {2}structure of 2 source files\n$/)
  await write('src/b.ts', 'export function b(): number {\n  return 2\n}\n')
  const { structure } = await json<{ structure: object }>('ingest', 'src', '--corpus', 'mine')
  expect(structure).toMatchObject({
    files: 2,
    left: { files: 0, bytes: 0 },
    read: { files: 1 },
    without: [],
    unavailable: null,
  })
})

it('leaves it for later where nobody wants it now, and says so wherever the corpus is used', async () => {
  const left = await writ('ingest', 'src', '--corpus', 'mine', '--no-structure')
  expect(left.out).toContain(
    'structure of 2 source files, 115 bytes, left for later: ingesting again reads it',
  )
  expect((await writ('corpus', 'ls')).out).toMatch(/ {2}structure of 0 of 2 source files\n$/)

  const said = await json<Told>('ask', 'Which documents mention a patent?', '--corpus', 'mine')
  expect(said.coverage.unstructured).toEqual({ files: 2, bytes: 115 })
  const shown = await writ('show', said.run)
  expect(shown.out).toMatch(/coverage: .* · structure of 2 source files not read yet/)
  expect((await writ('ask', 'Which documents mention a patent?', '--corpus', 'mine')).out).toContain(
    'structure of 2 source files not read yet',
  )
  const verified = await writ('verify', said.run, '--json')
  expect([verified.code, JSON.parse(verified.out)]).toMatchObject([0, { ok: true }])
  const replayed = await writ('replay', said.run, '--json')
  expect(JSON.parse(replayed.out)).toMatchObject({ outcome: 'IDENTICAL' })

  // A question that needs it has it read whole before it is answered.
  const exact = await json<Told>('ask', 'Who calls b?', '--corpus', 'mine')
  expect(exact.basis).toBe('exact')
  expect(exact.coverage.unstructured).toBeUndefined()
  const corpora = await json<{ corpora: readonly object[] }>('corpus', 'ls')
  expect(corpora.corpora).toMatchObject([{ source: { files: 2, left: { files: 0 } } }])
})

it('says nothing of structure where there is no source', async () => {
  const made = await writ('ingest', 'src/notes.txt', '--corpus', 'plain')
  expect(made.out.split('\n')).toHaveLength(2)
  expect((await writ('corpus', 'ls')).out).toMatch(/UTC\n$/)
  const said = await json<Told>('ask', 'Which documents mention a patent?', '--corpus', 'plain')
  expect(said.coverage.unstructured).toBeUndefined()
})
