import type { CodeFacts, CodeScope, ContextStore, Library, PackedCode } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { packFacts } from '../../formats/child/code/pack-facts.ts'
import { openLibrary } from '../library.ts'
import { type Workspace, workspace } from '../memory-fixture.ts'

// How source is read for those who ask for it; what reads it is a stand-in, which can be held up.

const FACTS: CodeFacts = {
  definitionsOnly: false,
  partly: false,
  definitions: [
    {
      name: 'f',
      kind: 'function',
      start: 9,
      end: 10,
      from: 0,
      to: 15,
      container: null,
      local: false,
      fixed: false,
      value: null,
      bases: [],
      loose: false,
    },
  ],
  uses: [],
  imports: [],
  exports: [],
}

let space: Workspace
let library: Library
let read: number
let packed: Uint8Array
let asked: PromiseWithResolvers<void>
let held: PromiseWithResolvers<void>

beforeEach(async () => {
  space = workspace()
  space.write('a.js', 'function f() {}\n')
  space.write('b.js', 'function f() {}\n')
  read = 0
  packed = packFacts(FACTS)
  asked = Promise.withResolvers()
  held = Promise.withResolvers()
  const readCode = async (): Promise<PackedCode> => {
    read += 1
    asked.resolve()
    await held.promise
    return { packed }
  }
  library = await openLibrary(space.home, { readCode })
})
afterEach(async () => {
  await library.close()
  space.remove()
})

const everything = (store: ContextStore): CodeScope => {
  return { partitions: store.partitions.map(({ id }) => id), docs: null }
}

it('is read once for all who ask, and told to the others where one of them gives up', async () => {
  const store = await library.open(space.request())
  const all = everything(store)
  const stopped = new AbortController()
  const first = store.symbols(all, { limit: 9 }, stopped.signal)
  const others = [store.symbols(all, { limit: 9 }), store.symbols({ ...all, docs: ['b.js'] }, { limit: 9 })]
  await asked.promise
  stopped.abort()
  await expect(first).rejects.toMatchObject({ name: 'AbortError' })
  held.resolve()
  const ids = (await Promise.all(others)).map(({ symbols }) => symbols.map(({ id }) => id))
  expect(ids).toEqual([['a.js#f', 'b.js#f'], ['b.js#f']])
  expect(await store.symbols(all, { limit: 1 })).toMatchObject({ truncated: true })
  // What was given up, which began with both, and then each file once for all others.
  expect(read).toBe(4)
})

it('is kept beside the pack of a corpus, and not read again', async () => {
  held.resolve()
  await library.ingest('kept', space.request())
  for (const _ of [1, 2]) {
    const store = await library.openNamed('kept')
    expect((await store.symbols(everything(store), { limit: 9 })).symbols).toHaveLength(2)
    await store.close()
  }
  expect(read).toBe(2)
})

it('is not read where it is longer than any that a person wrote', async () => {
  held.resolve()
  space.write('long.js', `//${' '.repeat(2 * 1024 * 1024)}\nfunction f() {}\n`)
  const store = await library.open(space.request())
  const { unread } = await store.symbols(everything(store), { limit: 9 })
  expect(unread).toEqual({ count: 1, docs: ['long.js'] })
  expect(read).toBe(2)
})

const [found] = FACTS.definitions
const reach = { root: 'own', n: 1, path: [], loose: false } as const
const use = { kind: 'call', start: 0, end: 1, within: null, inFunction: false, reach } as const

it.each<[what: string, told: Partial<CodeFacts>]>([
  ['a definition behind its end', { definitions: [{ ...found, end: 999 } as never] }],
  ['a definition within itself', { definitions: [{ ...found, container: 0 } as never] }],
  ['a use of a definition that is not there', { uses: [use] }],
  [
    'a use within a definition that is not there',
    { uses: [{ ...use, reach: { ...reach, n: 0 }, within: 1 }] },
  ],
  ['an import that is not there', { exports: [{ name: 'x', reach: { ...reach, root: 'import', n: 0 } }] }],
])('is taken for not read where its parser tells of %s', async (_what, told) => {
  held.resolve()
  packed = packFacts({ ...FACTS, ...told })
  const store = await library.open(space.request())
  const { symbols, unread } = await store.symbols(everything(store), { limit: 9 })
  expect(symbols).toEqual([])
  expect(unread.count).toBe(2)
})

it('is taken for not read where its parser packed no structure', async () => {
  held.resolve()
  packed = Buffer.from('no structure')
  const store = await library.open(space.request())
  const { symbols, unread } = await store.symbols(everything(store), { limit: 9 })
  expect(symbols).toEqual([])
  expect(unread.count).toBe(2)
})
