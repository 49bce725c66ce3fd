import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { type ContextStore, DOCUMENT_KINDS, type DocumentFilter, type Library } from '@writ/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpusText } from './corpus-fixture.ts'
import { openLibrary } from './index.ts'
import { type Workspace, workspace } from './memory-fixture.ts'
import type { PackedDocument } from './pack-layout.ts'
import { selectDocuments } from './select-documents.ts'

// Which documents a filter means, and that what is found in them is what would be found without it, and no more.

let space: Workspace
let library: Library
let store: ContextStore
let partition: string

function write(path: string, content: string, day: string): void {
  space.write(path, content)
  const at = new Date(`${day}T12:00:00Z`)
  utimesSync(join(space.docs, path), at, at)
}

beforeAll(async () => {
  space = workspace()
  library = await openLibrary(space.home)
  for (let n = 0; n < 24; n += 1)
    write(
      `part-${n % 3}/${n}.${['md', 'txt', 'csv', 'ts', 'json'][n % 5]}`,
      corpusText(n),
      `20${20 + (n % 6)}-0${1 + (n % 9)}-15`,
    )
  write('mail/none.csv', 'name,amount\nharbour,12\n', '2020-01-01')
  write('page.txt', '# Meadow title\n\nA timber orchard.', '2019-05-05')
  const texts = [{ id: 'given.txt', text: 'harbour lantern given' }]
  store = await library.open({ ...space.request(), texts })
  expect(store.partitions).toHaveLength(1)
  partition = store.partitions[0]?.id ?? ''
})
afterAll(async () => {
  await library.close()
  space.remove()
})

const docsOf = async (filter: DocumentFilter): Promise<readonly string[]> =>
  (await store.select(partition, filter)).docs

describe('a filter', () => {
  it('means documents by glob, kind and date, and tells which have none', async () => {
    const all = store.documents(partition).map(({ id }) => id)
    expect(await docsOf({})).toEqual(all)
    expect(await docsOf({ glob: ['mail/**'] })).toEqual(['mail/none.csv'])
    expect(await docsOf({ glob: ['pa*.txt', 'part-0/0.md'] })).toEqual(['page.txt', 'part-0/0.md'])
    expect(await docsOf({ type: ['table'], glob: ['mail/**', '*.txt'] })).toEqual(['mail/none.csv'])
    const kinds = await Promise.all(DOCUMENT_KINDS.map((kind) => docsOf({ type: [kind] })))
    expect(kinds.flat().sort()).toEqual(all)
    expect(await store.select(partition, { since: '2020-01-01', until: '2020-01-01' })).toEqual({
      docs: ['mail/none.csv'],
      undated: ['given.txt'],
    })
    expect(await docsOf({ until: '2019' })).toEqual(['page.txt'])
    expect(await docsOf({ since: '2019-05', until: '2019-05' })).toEqual(['page.txt'])
    expect(await docsOf({ since: '2019-05-06', until: '2019' })).toEqual([])
    expect(store.locate('page.txt')?.date).toBe('2019-05-05')
    expect(store.locate('given.txt')).not.toHaveProperty('date')
  })

  it('with a glob that is none is refused', async () => {
    await expect(docsOf({ glob: ['[a'] })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
    await expect(docsOf({ glob: ['{a,b}'.repeat(5)] })).rejects.toThrow('more than 16 alternatives')
  })

  it('that a frame made to take long ends when it is called off, and lets others have their turn', async () => {
    const documents = Array.from(
      { length: 2_000 },
      (_, n) => ({ id: `${'a'.repeat(60)}/${n}` }) as unknown as PackedDocument,
    )
    const controller = new AbortController()
    const selected = selectDocuments(documents, { glob: ['*a*a*a*b/**'] }, controller.signal)
    setImmediate(() => controller.abort())
    await expect(selected).rejects.toThrow('aborted')
  })

  it('finds what a search without it ranks, in the same order, without the rest', async () => {
    const day = fc.constantFrom('2019', '2020', '2021-03', '2022-05-15', '2024', '2024-03-12', '2030')
    const filters = fc.record(
      {
        glob: fc.subarray(['part-0/**', '**/*.md', 'mail/**', '*.txt', 'part-{1,2}/1?.*'], { minLength: 1 }),
        type: fc.subarray([...DOCUMENT_KINDS], { minLength: 1 }),
        since: day,
        until: day,
      },
      { requiredKeys: [] },
    )
    const words = fc.constantFrom(
      'harbour',
      'lantern meadow number7',
      'timber quarry valley amount',
      'dues csv',
      'nothing',
    )
    await fc.assert(
      fc.asyncProperty(filters, words, fc.integer({ min: 1, max: 30 }), async (filter, query, k) => {
        const { docs } = await store.select(partition, filter)
        const meant = new Set(docs)
        const [all, some] = [
          await store.search(partition, { query, k: 1_000 }),
          await store.search(partition, { query, k, docs }),
        ]
        const left = all.filter(({ doc }) => meant.has(doc)).slice(0, k)
        expect(some).toEqual(left.map((passage, at) => ({ ...passage, rank: at + 1 })))
        const asked = { pattern: query.slice(0, 5), ignoreCase: false, before: 0, after: 0, limit: 10_000 }
        const [matches, within] = [
          await store.grep(partition, asked),
          await store.grep(partition, { ...asked, docs }),
        ]
        expect(within.matches).toEqual(matches.matches.filter(({ doc }) => meant.has(doc)))
      }),
      { numRuns: 60 },
    )
  })

  it('is no more than its own: a document is found by its name and its title, too', async () => {
    const by = async (query: string): Promise<string | undefined> =>
      (await store.search(partition, { query, k: 1 }))[0]?.doc
    expect(await by('page')).toBe('page.txt')
    expect(await by('title')).toBe('page.txt')
    expect(await by('given')).toBe('given.txt')
  })
})
