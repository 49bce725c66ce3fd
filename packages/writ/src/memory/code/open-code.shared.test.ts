import type { CodeFacts, CodeScope, Library } from '@writ/contract'
import { afterEach, beforeEach, expect, it } from 'vitest'
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
      base: null,
    },
  ],
  uses: [],
  imports: [],
  exports: [],
}

let space: Workspace
let library: Library
let read: number
let asked: PromiseWithResolvers<void>
let held: PromiseWithResolvers<void>

beforeEach(async () => {
  space = workspace()
  space.write('a.js', 'function f() {}\n')
  space.write('b.js', 'function f() {}\n')
  read = 0
  asked = Promise.withResolvers()
  held = Promise.withResolvers()
  const readCode = async (): Promise<CodeFacts> => {
    read += 1
    asked.resolve()
    await held.promise
    return FACTS
  }
  library = await openLibrary(space.home, { readCode })
})
afterEach(async () => {
  await library.close()
  space.remove()
})

it('is read once for all who ask, and told to the others where one of them gives up', async () => {
  const store = await library.open(space.request())
  const all: CodeScope = { partitions: store.partitions.map(({ id }) => id), docs: null }
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
  // What was given up, and then each file once for all others.
  expect(read).toBe(3)
})
