import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import {
  type Amounts,
  type CodeDefinition,
  type CodeReader,
  type ContextStore,
  type Library,
  type LinkList,
  label,
  type ParseRefusal,
  type SymbolList,
} from '@writ/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLibrary } from '../library.ts'
import { MAX_CODE_BYTES } from '../limits.ts'
import { type Workspace, workspace } from '../memory-fixture.ts'

// What is kept of source through changes, damage and ends. What reads it is a stand-in that follows from the text.

let space: Workspace
let library: Library
/** Texts that were read, in order. */
let read: string[]
let refuse: (text: string) => ParseRefusal | undefined
let before: (text: string) => Promise<void>

const readCode: CodeReader['readCode'] = async ({ bytes }) => {
  const text = Buffer.from(bytes).toString()
  await before(text)
  read.push(text)
  const refused = refuse(text)
  if (refused !== undefined) return refused
  const definitions = [...text.matchAll(/function (\w+)/g)].map((found): CodeDefinition => {
    const start = Buffer.byteLength(text.slice(0, found.index + 'function '.length))
    const place = { start, end: start + (found[1]?.length ?? 0), from: start, to: bytes.length }
    const rest = { container: null, local: false, fixed: false, value: null, bases: [], loose: false }
    return { name: found[1] ?? '', kind: 'function', ...place, ...rest }
  })
  const uses = [...text.matchAll(/(\w+)\(\);/g)].map((found) => {
    const start = Buffer.byteLength(text.slice(0, found.index))
    const n = definitions.findIndex(({ name }) => name === found[1])
    const reach = { root: n < 0 ? 'free' : 'own', n: Math.max(n, 0), path: [], loose: false } as const
    return { kind: 'call', start, end: start + 1, within: null, inFunction: false, reach } as const
  })
  return { definitionsOnly: false, partly: false, definitions, uses, imports: [], exports: [] }
}

beforeEach(async () => {
  space = workspace()
  read = []
  refuse = () => undefined
  before = async () => undefined
  library = await openLibrary(space.home, { readCode, partBytes: 4_000 })
})
afterEach(async () => {
  await library.close()
  space.remove()
})

const source = (n: number, more = ''): string =>
  `// ${'—'.repeat(n % 7)}\nfunction f${n}() {}\nfunction g${n}() { }\nf${n}();\n${more}`

function corpus(files: number): void {
  for (let n = 0; n < files; n += 1) space.write(`part-${n % 3}/${n}.js`, source(n))
  space.write('notes.txt', 'Nothing of this is source.\n')
}

async function ingest(): Promise<readonly string[]> {
  read = []
  const store = await library.ingest('kept', space.request())
  await store.readStructure()
  await store.close()
  return read
}

const all = (store: ContextStore): Parameters<ContextStore['symbols']>[0] => {
  return { partitions: store.partitions.map(({ id }) => id), docs: null }
}

async function structureOf(store: ContextStore): Promise<readonly (SymbolList | LinkList)[]> {
  const symbols = await store.symbols(all(store), { limit: 1000 })
  const one = symbols.symbols.find(({ name }) => name.startsWith('f'))
  const links = await store.links(all(store), { of: one?.id ?? '*', direction: 'in', limit: 1000 })
  return [symbols, links]
}

/** What the kept corpus says. */
async function kept(): Promise<unknown> {
  const store = await library.openNamed('kept')
  try {
    return await structureOf(store)
  } finally {
    await store.close()
  }
}

/** What a library that never saw the corpus says. */
async function anew(): Promise<unknown> {
  const other = await openLibrary(join(space.base, `anew-${Math.random()}`), { readCode })
  try {
    return await structureOf(await other.open(space.request()))
  } finally {
    await other.close()
  }
}

const indexes = (): string => join(space.home, 'corpora', 'index')
const kepts = (): string[] =>
  readdirSync(indexes())
    .filter((name) => name.endsWith('.code'))
    .map((name) => join(indexes(), name))
const onlyKept = (): string => kepts()[0] ?? ''

describe('a corpus that is ingested again', () => {
  it('reads the source that changed and no other, and answers as one that is made anew', async () => {
    corpus(40)
    expect(await ingest()).toHaveLength(40)
    expect(await ingest()).toEqual([])
    for (let round = 1; round <= 8; round += 1) {
      space.write(
        `part-${round % 3}/${round}.js`,
        source(round, `// round ${round}\nfunction h${round}() {}\n`),
      )
      space.write('part-0/new.js', source(100 + round))
      rmSync(join(space.docs, `part-${(round + 20) % 3}/${round + 20}.js`))
      const texts = await ingest()
      expect(texts.toSorted()).toEqual(
        [source(round, `// round ${round}\nfunction h${round}() {}\n`), source(100 + round)].toSorted(),
      )
      expect(await kept()).toEqual(await anew())
    }
    expect(kepts()).toHaveLength(1)
    // Nothing stays of what was removed.
    const bytes = readFileSync(onlyKept())
    const db = new DatabaseSync(onlyKept())
    expect(db.prepare('SELECT count(*) n FROM facts').get()).toEqual({ n: 33 })
    db.close()
    expect(bytes.length).toBeLessThan(100_000)
  })

  it('reads nothing of what was only moved', async () => {
    corpus(6)
    await ingest()
    renameSync(join(space.docs, 'part-0'), join(space.docs, 'moved'))
    expect(await ingest()).toEqual([])
    expect(await kept()).toEqual(await anew())
  })

  it('tells the same bytes in another language from each other', async () => {
    space.write('a.js', source(1))
    await ingest()
    space.write('a.py', source(1))
    expect(await ingest()).toHaveLength(1)
  })

  it('takes an edit for another text, also where size and times are as they were', async () => {
    space.write('a.js', 'function one() {}\n')
    await ingest()
    space.write('a.js', 'function two() {}\n')
    await library.ingest('kept', space.request({ rehash: true }))
    expect(JSON.stringify(await kept())).toContain('a.js#two')
    expect(JSON.stringify(await kept())).not.toContain('a.js#one')
  })
})

describe('structure that was left for later', () => {
  it('is known to be missing until somebody asks, and is then complete', async () => {
    corpus(9)
    const made = await library.ingest('kept', space.request())
    expect(made.source).toMatchObject({ files: 9, left: { files: 9 } })
    await made.close()
    const store = await library.openNamed('kept')
    expect(store.unstructured?.()).toMatchObject({ files: 9 })
    await store.search(store.partitions[0]?.id ?? '', { query: 'source', k: 3 })
    expect(store.unstructured?.()).toMatchObject({ files: 9 })
    expect((await store.symbols(all(store), { limit: 100 })).symbols).toHaveLength(18)
    expect(store.unstructured?.()).toEqual({ files: 0, bytes: 0 })
    await store.close()
    expect((await library.list())[0]?.source).toMatchObject({ files: 9, left: { files: 0, bytes: 0 } })
    expect(await ingest()).toEqual([])
  })

  it('is said to be there once a run read it, also of files that hold the same', async () => {
    // So much is written while the rest is still read.
    for (let n = 0; n < 5; n += 1) space.write(`${n}.js`, source(n % 3, `// ${'-'.repeat(1_500_000)}`))
    await (await library.ingest('kept', space.request())).close()
    const store = await library.openNamed('kept')
    expect((await store.symbols(all(store), { limit: 100 })).symbols).toHaveLength(10)
    await store.close()
    expect((await library.list())[0]?.source).toMatchObject({ files: 5, left: { files: 0, bytes: 0 } })
  })

  it('keeps what was read before it was stopped, and goes on after it', async () => {
    corpus(30)
    const stopped = new AbortController()
    let left = 10
    before = async () => {
      left -= 1
      if (left === 0) stopped.abort()
    }
    const store = await library.ingest('kept', space.request())
    await expect(store.readStructure({ signal: stopped.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await store.close()
    const [summary] = await library.list()
    const had = 30 - (summary?.source?.left.files ?? 0)
    expect(had).toBeGreaterThan(0)
    expect(had).toBeLessThan(12)
    before = async () => undefined
    expect(await ingest()).toHaveLength(30 - had)
    expect(await kept()).toEqual(await anew())
  })

  it('is counted the same with what the manifest says of it and without', async () => {
    corpus(9)
    space.write('part-0/long.js', `// ${'x'.repeat(MAX_CODE_BYTES)}\n`)
    const labels = [{ glob: 'part-1/**', label: label('restricted', [], true) }]
    const path = join(space.home, 'corpora', 'named', 'kept.json')
    const left = async (): Promise<Amounts | undefined> => {
      const store = await library.openNamed('kept')
      const amounts = store.unstructured?.()
      await store.close()
      return amounts
    }
    /** What is left: by the manifest, by one of an earlier Writ, and by one that found other things in source. */
    const ways = async (): Promise<(Amounts | undefined)[]> => {
      const said = readFileSync(path, 'utf8')
      const found = [await left()]
      for (const other of ['', ', "source": { "version": 1, "files": 77, "bytes": 7 }']) {
        const rewritten = said.replace(/,\s*"source": \{[^}]*\}/g, other)
        expect(rewritten).not.toBe(said)
        writeFileSync(path, rewritten)
        found.push(await left())
      }
      writeFileSync(path, said)
      return found
    }
    const ingested = async (reads: boolean): Promise<void> => {
      const store = await library.ingest('kept', space.request({ labels }))
      if (reads) await store.readStructure()
      await store.close()
    }
    await ingested(false)
    const none = await ways()
    await ingested(true)
    const whole = await ways()
    space.write('part-0/0.js', source(70))
    space.write('part-1/1.js', source(71, 'more();\n'))
    rmSync(join(space.docs, 'part-2/2.js'))
    await ingested(false)
    const some = await ways()
    expect([none, whole, some].map(([first]) => first?.files)).toEqual([9, 0, 2])
    for (const found of [none, whole, some]) expect(found).toEqual(found.map(() => found[0]))
  })

  it('tells how far it is', async () => {
    corpus(5)
    const told: number[] = []
    const store = await library.ingest('kept', space.request())
    const { read: now } = await store.readStructure({
      onProgress: ({ bytes, totalBytes }) => told.push((totalBytes ?? 0) - bytes),
    })
    expect(told.at(-1)).toBe(0)
    expect(now).toEqual({ files: 5, bytes: store.source.bytes })
  })
})

describe('source that ends its parser', () => {
  it('has no structure, is named with why, and is not read again; the rest goes on', async () => {
    corpus(5)
    space.write('evil.js', 'evil\n')
    refuse = (text) =>
      text === 'evil\n' ? { code: 'damaged', reason: 'reading it ended its parser' } : undefined
    const store = await library.ingest('kept', space.request())
    const { read: now, without } = await store.readStructure()
    expect(now.files).toBe(6)
    expect(without).toEqual([{ doc: 'evil.js', reason: 'reading it ended its parser' }])
    const symbols = await store.symbols(all(store), { limit: 100 })
    expect(symbols).toMatchObject({ files: 6, unread: { count: 1, docs: ['evil.js'] } })
    await store.close()
    expect(await ingest()).toEqual([])
  })

  it('is read once more, in case somebody else ended its parser', async () => {
    corpus(3)
    let times = 0
    refuse = (text) => {
      if (text !== source(1)) return undefined
      times += 1
      return times === 1 ? { code: 'damaged', reason: 'reading it ended its parser' } : undefined
    }
    const store = await library.ingest('kept', space.request())
    expect(await store.readStructure()).toMatchObject({ without: [] })
    await store.close()
    expect(await kept()).toEqual(await anew())
  })

  it('ends nothing where no parser can be had: the corpus is there, and says that nothing was read', async () => {
    const bare = await openLibrary(join(space.base, 'bare'))
    corpus(3)
    const store = await bare.ingest('kept', space.request())
    await expect(store.readStructure()).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(store.unstructured?.().files).toBe(3)
    await bare.close()
  })
})

describe('a kept file', () => {
  beforeEach(async () => {
    corpus(6)
    await ingest()
    read = []
  })

  /** Changes rows of it as somebody would who can write to the home. */
  function change(...statements: readonly string[]): void {
    const db = new DatabaseSync(onlyKept())
    for (const statement of statements) db.exec(statement)
    db.close()
  }

  it.each<[what: string, damage: () => void]>([
    ['is gone', () => rmSync(onlyKept())],
    ['is empty', () => writeFileSync(onlyKept(), '')],
    ['is no database', () => writeFileSync(onlyKept(), 'brotli of an older Writ')],
    [
      'is cut short',
      () => {
        const bytes = readFileSync(onlyKept())
        writeFileSync(onlyKept(), bytes.subarray(0, bytes.length / 2))
      },
    ],
    [
      'has its pages overwritten',
      () => {
        const bytes = readFileSync(onlyKept())
        writeFileSync(onlyKept(), bytes.fill(0xa5, 1024))
      },
    ],
    ['is of another version', () => change('PRAGMA user_version = 1')],
    ['has no tables', () => change('DROP TABLE facts')],
    ['has other bodies', () => change("UPDATE facts SET body = x'28b52ffd00000000'")],
    ['has bodies that are no bytes', () => change('UPDATE facts SET body = 7')],
    ['has no bodies', () => change('UPDATE facts SET body = NULL')],
    [
      'has the structure of other texts',
      () =>
        change(
          'CREATE TABLE o AS SELECT row_number() OVER () n, body, seal FROM facts',
          `UPDATE facts SET (body, seal) = (SELECT body, seal FROM o WHERE n = (facts.rowid % 6) + 1)`,
        ),
    ],
    [
      'says that places hold other texts',
      () => change('UPDATE places SET text = (SELECT max(text) FROM facts)'),
    ],
  ])('is made anew where it %s', async (_what, damage) => {
    damage()
    expect(await kept()).toEqual(await anew())
  })

  it('is read again only as far as it is damaged', async () => {
    change("UPDATE facts SET body = x'00' WHERE rowid = 3")
    expect(await kept()).toEqual(await anew())
    expect(read).toHaveLength(1 + 6)
    read = []
    await kept()
    expect(read).toEqual([])
  })

  it('is whole after two have written it at once', async () => {
    await library.remove('kept', new Set())
    const other = await openLibrary(space.home, { readCode })
    const first = await library.ingest('kept', space.request())
    const stores = [first, await other.ingest('kept', space.request())]
    await Promise.all(stores.map((store) => store.readStructure()))
    await Promise.all(stores.map((store) => store.close()))
    await other.close()
    read = []
    expect(await kept()).toEqual(await anew())
    expect(read).toHaveLength(6)
  })

  it('goes with its corpus', async () => {
    await library.remove('kept', new Set())
    expect(readdirSync(indexes())).toEqual([])
  })
})

it('stays in its partition: none holds anything of what another label has', async () => {
  corpus(4)
  const labels = [{ glob: 'part-0/**', label: label('restricted', [], true) }]
  const store = await library.ingest('kept', space.request({ labels }))
  await store.readStructure()
  expect(kepts()).toHaveLength(2)
  const counts = kepts().map((path) => {
    const db = new DatabaseSync(path)
    const { n } = db.prepare('SELECT count(*) n FROM facts').get() as { n: number }
    db.close()
    return n
  })
  expect(counts).toEqual([2, 2])
  await store.close()
  // Relabelled, a text is another partition's, which takes nothing over.
  read = []
  const relabelled = await library.ingest('kept', space.request())
  await relabelled.readStructure()
  expect(read.length).toBeGreaterThanOrEqual(2)
  await relabelled.close()
})

it('is read where a corpus is opened from a copy without it', async () => {
  corpus(3)
  await ingest()
  const copy = `${onlyKept()}.copy`
  copyFileSync(onlyKept(), copy)
  rmSync(onlyKept())
  expect(await kept()).toEqual(await anew())
  expect(existsSync(onlyKept())).toBe(true)
})

it('is read to its end where the corpus is removed meanwhile, and nothing of it is left behind', async () => {
  corpus(6)
  const store = await library.ingest('kept', space.request())
  const other = await openLibrary(space.home, { readCode })
  const [early, late] = [await other.openNamed('kept'), await other.openNamed('kept')]
  await store.readStructure()
  // It is open when it is removed, and has to be written again.
  const db = new DatabaseSync(onlyKept())
  db.exec("UPDATE facts SET body = x'00' WHERE rowid = 3")
  db.close()
  before = async () => {
    before = async () => undefined
    await library.remove('kept', new Set())
  }
  expect(await structureOf(early)).toEqual(await anew())
  expect(await structureOf(late)).toEqual(await anew())
  expect(readdirSync(indexes())).toEqual([])
  await Promise.all([store.close(), early.close(), late.close()])
  await other.close()
})
