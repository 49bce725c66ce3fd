import { type DocumentInfo, label, MOST_COVERED, type Partition } from '@writ/contract'
import { expect, it } from 'vitest'
import { CoverageTally } from './coverage-tally.ts'

const partition = (id: string, documents: number, bytes: number): Partition => ({
  id,
  documents,
  bytes,
  collection: 'c',
  label: label('internal'),
  purposes: [],
  owner: 'o',
  packSha256: '',
})

const sizes: Readonly<Record<string, readonly [string, number]>> = {
  a: ['p', 100],
  b: ['p', 50],
  c: ['q', 70],
  own: ['frame-text', 10],
}

function locate(id: string): DocumentInfo | undefined {
  const [of, bytes] = sizes[id] ?? []
  if (of === undefined || bytes === undefined) return undefined
  return { id, partition: of, title: id, mediaType: 'text/plain', bytes, outlineSize: 0 }
}

it('counts documents and bytes of the corpus once each, and texts of frames not at all', () => {
  const tally = new CoverageTally([partition('p', 2, 150), partition('q', 1, 70)])
  const span = (doc: string, start: number, end: number): Parameters<CoverageTally['hand']>[0][number] => ({
    doc,
    start,
    end,
  })
  tally.search(['p', 'q'], ['a', 'c', 'nobody'])
  tally.search(['p'], null)
  tally.hand([span('a', 0, 10), span('a', 5, 20), span('own', 0, 10)])
  tally.hand([span('a', 0, 20)])
  expect(tally.coverage(locate)).toEqual({ documents: 3, bytes: 220, touched: 1, searched: 220, read: 20 })
})

it('tells documents one by one, those read most first, and of partitions that may be told of alone', () => {
  const tally = new CoverageTally([partition('p', 2, 150), partition('q', 1, 70)])
  const span = { doc: 'a', start: 3, end: 10 }
  tally.search(['p'], ['b'])
  tally.hand([span, { ...span, doc: 'c', end: 70 }, { ...span, doc: 'own' }])
  const store = {
    locate,
    firstDocuments: (of: string) =>
      Object.keys(sizes)
        .flatMap((id) => locate(id) ?? [])
        .filter((one) => one.partition === of),
  }
  const [a, b] = [
    { doc: 'a', bytes: 100, searched: false, read: 7 },
    { doc: 'b', bytes: 50, searched: true, read: 0 },
  ]
  expect(tally.perDocument(store, ({ id }) => id === 'p')).toEqual([a, b])
  expect(tally.perDocument(store, () => true)).toEqual([
    { doc: 'c', bytes: 70, searched: false, read: 67 },
    a,
    b,
  ])
})

it('tells of no more documents than an answer has room for, those that were read among them', () => {
  const ids = Array.from({ length: MOST_COVERED + 20 }, (_, n) => `d${String(n).padStart(4, '0')}`)
  const tally = new CoverageTally([partition('p', ids.length, ids.length)])
  const info = (id: string): DocumentInfo => ({
    id,
    partition: 'p',
    title: id,
    mediaType: 'text/plain',
    bytes: 1,
    outlineSize: 0,
  })
  tally.hand([{ doc: ids.at(-1) ?? '', start: 0, end: 1 }])
  const told = tally.perDocument(
    { locate: info, firstDocuments: (_, most) => ids.slice(0, most).map(info) },
    () => true,
  )
  expect(told).toHaveLength(MOST_COVERED)
  expect(told.slice(0, 2).map(({ doc }) => doc)).toEqual([ids.at(-1), ids[0]])
})
