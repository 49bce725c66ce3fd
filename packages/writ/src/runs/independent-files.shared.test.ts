import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContextStore, DocumentParser, Library, TableInfo, TableRow } from '@writ/contract'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fixture, fixturePath } from '../formats/fixtures.fixture.ts'
import { openParser } from '../formats/index.ts'
import { openLibrary } from '../memory/index.ts'
import { requestFor, type Workspace, workspace } from '../memory/memory-fixture.ts'

// What `scripts/independent-fixtures.py` made with tools that know nothing of Writ, read as any corpus is, and held against what those
// tools say of it.

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly spans?: readonly (readonly [number, number])[]
  readonly places?: readonly unknown[]
  readonly types?: readonly string[]
}

interface Quote {
  readonly doc: string
  readonly words: string
  readonly start?: number
  readonly end?: number
  readonly place?: unknown
}

interface Truth {
  readonly tables: Readonly<Record<string, Table | null>>
  readonly texts: Readonly<Record<string, string>>
  readonly quotes: readonly Quote[]
}

const truth = JSON.parse(fixture('independent.json').toString()) as Truth
const folder = fixturePath('independent')

let space: Workspace
let parser: DocumentParser
let library: Library
let store: ContextStore
beforeAll(async () => {
  space = workspace()
  const opened = openParser()
  parser = opened
  library = await openLibrary(space.home, { parse: (request) => opened.parse(request) })
  store = await library.open(requestFor(folder, space.home))
})
afterAll(async () => {
  await library.close()
  await parser.close()
  space.remove()
})

function tableOf(name: string): TableInfo | undefined {
  return store.partitions.flatMap(({ id }) => store.tables(id)).find((one) => one.name === name)
}

async function rowsOf(table: TableInfo): Promise<readonly TableRow[]> {
  const rows: TableRow[] = []
  for (let next: number | null = 0; next !== null; ) {
    const some = await store.tableRows(table, next)
    rows.push(...some.rows)
    next = some.next
  }
  return rows
}

const tables = Object.entries(truth.tables)

it.each(tables.flatMap(([name, table]) => (table === null ? [] : [{ name, table }])))(
  'the table $name has the cells that its maker wrote, and says where each row stands',
  async ({ name, table }) => {
    const found = tableOf(name)
    expect(found?.problem ?? null, 'problem').toBeNull()
    if (found === undefined) throw new Error('there is no such table')
    expect(found.columns.map((column) => column.name)).toEqual(table.columns)
    const rows = await rowsOf(found)
    expect(rows.map(({ cells }) => cells)).toEqual(table.rows)
    if (table.types !== undefined) expect(found.columns.map(({ type }) => type)).toEqual(table.types)
    if (table.spans !== undefined) expect(rows.map(({ start, end }) => [start, end])).toEqual(table.spans)
    if (table.places !== undefined) {
      const origins = await Promise.all(rows.map(({ start, end }) => store.origin(found.doc, start, end)))
      expect(origins.map((origin) => origin?.place)).toEqual(table.places)
    }
  },
)

it.each(tables.flatMap(([name, table]) => (table === null ? [name] : [])))(
  '%s makes no table, and says why',
  (name) => {
    const [doc] = name.split('#')
    const found = store.partitions.flatMap(({ id }) => store.tables(id)).filter((one) => one.doc === doc)
    expect(found).toMatchObject([{ problem: expect.any(String) }])
  },
)

async function textOf(doc: string): Promise<string> {
  const info = store.locate(doc)
  if (info === undefined) throw new Error(`${doc} is not there: ${JSON.stringify(store.omitted)}`)
  return (await store.read(doc, 0, info.bytes)).text
}

it.each(Object.entries(truth.texts))(
  'the document %s is the text that its maker put in',
  async (doc, text) => {
    const read = await textOf(doc)
    // Attachments that were sent as text have line feeds alone, and may have one more at their end.
    const lines = (given: string): string => given.replaceAll('\r\n', '\n').trimEnd()
    if (doc.includes('.eml/')) expect(lines(read)).toBe(lines(text))
    else expect(read).toBe(text)
  },
)

it.each(truth.quotes)('"$words" stands in $doc where its maker says', async ({ doc, words, ...where }) => {
  const info = store.locate(doc)
  if (info === undefined) throw new Error(`${doc} is not there: ${JSON.stringify(store.omitted)}`)
  const pattern = words.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const asked = { pattern, ignoreCase: false, before: 0, after: 0, limit: 10_000, docs: [doc] }
  const { matches } = await store.grep(info.partition, asked)
  const found = matches.filter((match) => match.doc === doc)
  expect(found).toHaveLength(1)
  const [{ start, end } = { start: 0, end: 0 }] = found
  if (where.start !== undefined) {
    const read = await store.read(doc, where.start, where.end ?? 0)
    expect([read.text, read.start, read.end]).toEqual([words, where.start, where.end])
    expect(start <= where.start && read.end <= end).toBe(true)
  }
  if (where.place !== undefined)
    expect((await store.origin(doc, start, end))?.place).toMatchObject(where.place as object)
})

it('nothing that was made is passed over', () => {
  const said = [
    ...tables.map(([name]) => name),
    ...Object.keys(truth.texts),
    ...truth.quotes.map(({ doc }) => doc),
  ]
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    existsSync(join(folder, name)),
  )
  const unsaid = files.filter(
    (name) => !said.some((one) => one === name || one.startsWith(`${name}#`) || one.startsWith(`${name}/`)),
  )
  expect(unsaid).toEqual([])
  expect(readFileSync(fixturePath('independent.json')).length).toBeLessThan(1_000_000)
})
