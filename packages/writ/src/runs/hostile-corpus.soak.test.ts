import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ContextStore, type DocumentInfo, isLeftOut, WritError } from '@writ/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { HOSTILE } from '../formats/hostile-files.fixture.ts'
import { HOSTILE_STRUCTURES } from '../formats/hostile-structures.fixture.ts'
import { openParser } from '../formats/index.ts'
import { createWrit, verifyFile } from '../index.ts'
import { HOSTILE_TEXTS } from '../memory/hostile-texts.fixture.ts'
import { openLibrary } from '../memory/index.ts'
import { requestFor } from '../memory/memory-fixture.ts'

// One corpus of every hostile file that there is and of few honest ones: each hostile one is left out by name or is there whole,
// and whoever asks for what the honest ones say is answered as if they were alone.

const PAGES = 4096
const GOOD = ['a.txt', 'm.md', 'zz/last.txt']

let place: string
let docs: string
/** Ids of the files that are hostile, without what is passed over. */
const hostile: string[] = []

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'writ-hostile-'))
  docs = join(place, 'docs')
  for (const id of GOOD) write(id, `The Quillfeather clause is in this one.\n`)
  write('b.txt', 'It is not in this one.\n')
  const files = Object.entries({ ...HOSTILE, ...HOSTILE_STRUCTURES })
  files.forEach(([, make], at) => {
    const { format, bytes } = make(at % 6)
    hostile.push(
      write(`files/${at}.${format === 'sqlite' ? 'db' : format === 'email' ? 'eml' : format}`, bytes),
    )
  })
  Object.values(HOSTILE_TEXTS).forEach((make, at) => {
    const { name, bytes } = make(at % 4)
    const id = write(`texts/${at}/${name}`, bytes)
    if (name !== '.gitignore') hostile.push(id)
    else hostile.push(id, write(`texts/${at}/beside.txt`, 'It is read.\n'))
  })
  for (const name of [
    'a\nb.txt',
    '\u202egpj.txt',
    '-rf',
    ' ',
    'a#b.txt',
    'a@b~1.txt',
    'CON.txt',
    `${'n'.repeat(251)}.txt`,
  ])
    hostile.push(write(`names/${name}`, 'A name.\n'))
  hostile.push(write(`${'deep/'.repeat(400)}a.txt`, 'It is deep.\n'))
  hostile.push(write('sparse.txt', ''))
  truncateSync(join(docs, 'sparse.txt'), 3 * 1024 ** 3)
  symlinkSync('.', join(docs, 'loop'))
  symlinkSync('/etc/passwd', join(docs, 'passwd.txt'))
  execFileSync('mkfifo', [join(docs, 'pipe.txt'), join(docs, 'pipe.pdf')])
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

function write(id: string, content: string | Uint8Array): string {
  mkdirSync(join(docs, id, '..'), { recursive: true })
  writeFileSync(join(docs, id), content)
  return id
}

const documentsOf = (store: ContextStore): readonly DocumentInfo[] =>
  store.partitions.flatMap(({ id }) => store.documents(id))

it('is there or left out by name, file for file, and what is there can be read', async () => {
  const parser = openParser()
  const library = await openLibrary(join(place, 'home'), {
    parse: (request) => parser.parse(request),
    readCode: (request) => parser.readCode(request),
  })
  try {
    const store = await library.open(requestFor(docs, join(place, 'home')))
    const there = documentsOf(store)
    const ids = there.map(({ id }) => id)
    const left = store.omitted.filter(isLeftOut)
    const known = [...ids, ...store.omitted.map(({ doc }) => doc)]
    const isKnown = (id: string): boolean => known.some((one) => one === id || one.startsWith(`${id}/`))
    expect(hostile.filter((id) => !isKnown(id))).toEqual([])
    expect(left.filter(({ code, reason }) => code === '' || reason === '')).toEqual([])
    expect(left.filter(({ doc }) => ids.includes(doc))).toEqual([])
    expect(left).toContainEqual(expect.objectContaining({ doc: 'sparse.txt', code: 'too-large' }))
    expect(left.filter(({ doc }) => doc.startsWith('pipe.')).map(({ code }) => code)).toEqual([
      'unreadable',
      'unreadable',
    ])
    expect(store.skipped).toMatchObject({ symlink: 2 })
    for (const document of there) await readAll(store, document)
    await askEverything(store)
    await store.close()
  } finally {
    await library.close()
    await parser.close()
  }
  expect(readdirSync(join(place, 'home', 'corpora', 'scratch'))).toEqual([])
}, 1_800_000)

/** Reads a document in pieces; they have to come to what it says it has, and nothing of this machine is in it. */
async function readAll(store: ContextStore, { id, bytes }: DocumentInfo): Promise<void> {
  const piece = 8 * 1024 ** 2
  for (let at = 0; at < bytes; ) {
    const { end, text } = await store.read(id, at, Math.min(bytes, at + piece))
    if (end <= at || text.includes('root:x:0:0')) expect.fail(`${id} at ${at}`)
    at = end
  }
}

/** Whatever can be asked of documents is told, or refused by a code. */
async function askEverything(store: ContextStore): Promise<void> {
  const range = { start: 0, limit: 50 }
  for (const { id: partition } of store.partitions) {
    for (const { id } of store.documents(partition)) {
      await coded(store.outline(id))
      await coded(store.dates(id, range))
      await coded(store.amounts(id, range))
      await coded(store.references(id))
    }
    await coded(store.messages(partition))
    for (const table of store.tables(partition))
      for (let from: number | null = 0; from !== null; )
        from = table.problem === undefined ? (await store.tableRows(table, from)).next : null
    const everything = { partitions: [partition], docs: null }
    await coded(store.symbols(everything, { limit: 50 }))
    await coded(store.links(everything, { of: '*', direction: 'in', limit: 50 }))
    const found = await store.grep(partition, {
      pattern: 'Quillfeather',
      ignoreCase: false,
      before: 1,
      after: 1,
      limit: PAGES,
    })
    expect(found.matches.map(({ doc }) => doc)).toEqual(GOOD)
    const passages = await store.search(partition, { query: 'Quillfeather clause', k: 3 })
    expect(passages.map(({ doc }) => doc).toSorted()).toEqual(GOOD)
  }
}

async function coded(asked: Promise<unknown>): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!(error instanceof WritError)) throw error
  }
}

it('changes nothing in the answer of the others', async () => {
  const writ = await createWrit({ home: join(place, 'home') })
  try {
    const answer = await writ.completion({
      query: 'How many documents mention Quillfeather?',
      context: { paths: [docs] },
    })
    expect(answer.value).toMatchObject({
      kind: 'count',
      answer: expect.stringMatching(/^3 of [\d,]+ documents contain/),
    })
    expect(answer.citations.map(({ doc }) => doc).toSorted()).toEqual(GOOD)
    const trust = join(place, 'home', 'trust.json')
    const { verdicts } = await verifyFile(answer.evidence ?? '', { trust, answer })
    expect(verdicts.filter(({ result }) => result === 'fail')).toEqual([])
    expect(await writ.replay(answer.run)).toMatchObject({ outcome: 'IDENTICAL' })
  } finally {
    await writ.close()
  }
}, 1_800_000)
