import { type DocumentInfo, label, type Partition } from '@writ/contract'
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
