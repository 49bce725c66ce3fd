import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContextStore, Library, Parsed, ParseRefusal, ParseRequest } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type LibraryOptions, openLibrary } from './library.ts'
import { type Workspace, workspace } from './memory-fixture.ts'

// What ingestion makes of files that something else parses; here that is a stand-in which says what it is told.

let space: Workspace
let library: Library
let asked: ParseRequest[]
let said: Readonly<Record<string, Parsed | ParseRefusal>>

beforeEach(async () => {
  space = workspace()
  asked = []
  said = {}
  const parse: LibraryOptions['parse'] = (request) => {
    asked.push(request)
    return Promise.resolve(said[request.name] ?? { code: 'damaged', reason: 'nobody said what it is' })
  }
  library = await openLibrary(space.home, { parse })
})
afterEach(async () => {
  await library.close()
  space.remove()
})

const text = (content: string, more: Partial<NonNullable<Parsed['document']>> = {}): Parsed => ({
  document: { text: content, outline: [], tables: [], warnings: [], ...more },
  members: [],
  left: [],
})
const ids = (store: ContextStore): readonly string[] =>
  store.partitions.flatMap(({ id }) => store.documents(id).map((info) => info.id))

it('parses nothing of a corpus of text', async () => {
  space.write('a.txt', 'From x\nplain')
  space.write('LICENSE', 'plain')
  space.write('table.csv', 'a,b\n')
  await library.open(space.request())
  expect(asked).toEqual([])
})

it('packs a parsed file as its text, and says where that stands in which file', async () => {
  space.write('paper.pdf', '%PDF-1.7 bytes')
  const marks = Buffer.alloc(24)
  marks.writeUInt32LE(7, 4)
  said = {
    'paper.pdf': text('Hello page seven.\n', {
      title: 'A paper',
      outline: [{ kind: 'page', title: 'Page 7', depth: 1, start: 0, end: 18 }],
      places: { kind: 'page', names: [], marks: marks.toString('base64') },
      warnings: ['no text on page 8'],
    }),
  }
  const store = await library.open(space.request())
  expect(store.locate('paper.pdf')).toMatchObject({
    format: 'pdf',
    title: 'A paper',
    bytes: 18,
    outlineSize: 1,
  })
  expect(await store.outline('paper.pdf')).toMatchObject([{ kind: 'page', title: 'Page 7' }])
  expect((await store.read('paper.pdf', 6, 10)).text).toBe('page')
  expect(await store.origin('paper.pdf', 6, 10)).toEqual({
    file: 'paper.pdf',
    sha256: createHash('sha256').update('%PDF-1.7 bytes').digest('hex'),
    place: { kind: 'page', page: 7 },
  })
  expect(store.omitted).toEqual([{ doc: 'paper.pdf', code: 'partly', reason: 'no text on page 8' }])
})

it('leaves out by name what cannot be parsed, and leaves nothing of it', async () => {
  space.write('a.txt', 'text')
  space.write('scan.pdf', '%PDF-1.7')
  space.write('bomb.zip', 'PK\x03\x04')
  said = {
    'scan.pdf': { code: 'scan', reason: 'a scan' },
    'bomb.zip': { code: 'limits', reason: 'too much' },
  }
  const store = await library.open(space.request())
  expect(ids(store)).toEqual(['a.txt'])
  expect(store.omitted).toEqual([
    { doc: 'bomb.zip', code: 'limits', reason: 'too much' },
    { doc: 'scan.pdf', code: 'scan', reason: 'a scan' },
  ])
})

it.each(['-wal', '-journal'])(
  'leaves out a database with changes in its %s beside it, and leaves those alone',
  async (ending) => {
    said = { 'shop.db': text('Table orders') }
    space.write('a.txt', 'text')
    space.write('shop.db', 'SQLite format 3\0')
    space.write(`shop.db${ending}`, '')
    expect(ids(await library.open(space.request()))).toContain('shop.db')
    space.write(`shop.db${ending}`, 'changes')
    const store = await library.open(space.request())
    expect(ids(store)).not.toContain('shop.db')
    expect(store.omitted).toContainEqual({
      doc: 'shop.db',
      code: 'unreadable',
      reason: expect.stringContaining(`in the file ${ending} beside it`),
    })
  },
)

it('takes files within files as documents of their own, none of which leads out, and says what they came from', async () => {
  const member = (name: string, content: string): Parsed['members'][number] => ({
    name,
    bytes: Buffer.from(content, 'latin1'),
  })
  space.write('all.zip', 'PK\x03\x04')
  said = {
    'all.zip': {
      members: [
        member('a.md', '# Title\n'),
        member('a.md', 'again'),
        member('a.md (3)', 'taken'),
        member('a.md', 'and again'),
        member('../b.txt', 'x'),
        member('id_rsa', 'key'),
        member('logo.png', '\x89PNG\r\n'),
        member('c.eml', 'mail'),
      ],
      left: [{ name: 'd.txt', code: 'encrypted', reason: 'a password' }],
    },
    'c.eml': { ...text('mail'), members: [member('e.txt', 'attached')] },
  }
  const store = await library.open(space.request())
  expect(ids(store)).toEqual([
    'all.zip/a.md',
    'all.zip/a.md (2)',
    'all.zip/a.md (3)',
    'all.zip/a.md (4)',
    'all.zip/c.eml',
    'all.zip/c.eml/e.txt',
  ])
  expect(await store.outline('all.zip/a.md')).toMatchObject([{ title: 'Title' }])
  expect(await store.origin('all.zip/c.eml/e.txt', 0, 1)).toMatchObject({ file: 'all.zip' })
  expect(store.omitted.map(({ doc, code }) => [doc, code])).toEqual([
    ['all.zip/../b.txt', 'unsafe-name'],
    ['all.zip/d.txt', 'encrypted'],
    ['all.zip/id_rsa', 'secret'],
    ['all.zip/logo.png', 'binary'],
  ])
})

it('ends where files are too deep in one another', async () => {
  space.write('x.zip', 'PK\x03\x04')
  space.write('a.txt', 'text')
  said = { 'x.zip': { members: [{ name: 'x.zip', bytes: Buffer.from('PK\x03\x04') }], left: [] } }
  const store = await library.open(space.request())
  expect(asked.length).toBe(4)
  expect(store.omitted).toMatchObject([{ doc: 'x.zip/x.zip/x.zip/x.zip/x.zip', code: 'limits' }])
})

it('keeps the tables of what was parsed, without secrets in them and without what is doubtful', async () => {
  const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`
  const lines = ['name\ttoken', 'Ada\tnone at all here', `Bob\t${token}`, 'Cy\talso none of these']
  const rows = lines.slice(1).map((line) => {
    const start = lines.join('\n').indexOf(line)
    return { start, end: start + line.length, cells: line.split('\t') }
  })
  const column = (name: string) => ({ name, isText: true, mayGroup: false })
  const table = { columns: [column('name'), column('token')], rows, marked: false }
  space.write('a.xlsx', 'PK\x03\x04')
  const problem = 'cells are merged'
  const none = { part: 'Other', columns: [], rows: [], marked: false, problem }
  const guessed = { part: 'Third', ...table, columns: [column('Ada'), column('b')] }
  said = { 'a.xlsx': text(lines.join('\n'), { tables: [{ part: 'Keys', ...table }, none, guessed] }) }
  const store = await library.open(space.request())
  const [partition] = store.partitions
  const tables = store.tables(partition?.id ?? '')
  expect(tables).toMatchObject([
    { name: 'a.xlsx#Keys', rows: 3, problem: null },
    { name: 'a.xlsx#Other', problem },
    { name: 'a.xlsx#Third', problem: expect.stringContaining('may be no header') },
  ])
  const [keys] = tables
  if (keys === undefined) throw new Error('there are no tables')
  const kept = await store.tableRows(keys, 0)
  expect(kept.rows.map(({ cells }) => cells[1])).toEqual(['none at all here', '***', 'also none of these'])
  const packs = readdirSync(space.home, { recursive: true, encoding: 'utf8', withFileTypes: true })
  for (const file of packs.filter((entry) => entry.isFile()))
    expect(readFileSync(join(file.parentPath, file.name)).includes(token), file.name).toBe(false)
})

it('masks secrets in what was parsed, in titles too, and keeps nothing of it beside the packs', async () => {
  const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`
  space.write('a.html', '<p>')
  const content = `Some prose that goes on. The token is ${token} and more prose follows it here.\n`
  const marks = Buffer.alloc(12)
  marks.writeUInt32LE(1, 8)
  const places = {
    kind: 'record',
    names: ['keys', `id = ${token}`],
    marks: marks.toString('base64'),
  } as const
  said = {
    'a.html': text(content, { title: `See ${token}`, places }),
  }
  const store = await library.open(space.request())
  expect((await store.read('a.html', 0, content.length)).text).not.toContain(token)
  expect(store.locate('a.html')?.title).not.toContain(token)
  expect(await store.origin('a.html', 0, 1)).toMatchObject({
    place: { kind: 'record', table: 'keys', record: expect.not.stringContaining(token) },
  })
  expect(store.omitted).toMatchObject([{ code: 'masked' }])
  const scratch = join(space.home, 'corpora', 'scratch')
  expect(
    readdirSync(scratch, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('parsed-')),
  ).toEqual([])
})
