import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { openBareRuns } from './bare-run-fixture.ts'

// What the built-in model says of documents that are the same, held against hashes and sets of shingles.

const WORDS = Array.from({ length: 120 }, (_, n) => `word${n}`)
const with_ = (changes: readonly number[]): string =>
  WORDS.map((word, n) => (changes.includes(n) ? `other${n}` : word)).join(' ')

const TEXTS = [
  { id: 'a.txt', text: with_([]) },
  { id: 'b.txt', text: with_([]) },
  { id: 'c.txt', text: with_([60]) },
  { id: 'd.txt', text: with_([60, 90]) },
  { id: 'e.txt', text: with_([10, 30, 50, 70, 90, 110]) },
  { id: 'f.txt', text: 'it has nothing to do with the others' },
  { id: 'g.txt', text: 'f' },
  { id: 'h.txt', text: 'F' },
  { id: 'empty.txt', text: '' },
  { id: 'void.txt', text: '' },
]

interface Said {
  readonly answer: string
  readonly documents: readonly { doc: string; group: number; similarity: number }[]
}

function shingles(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/\p{L}[\p{L}\p{N}]*/gu) ?? []
  if (words.length === 0) return new Set()
  return new Set(
    Array.from({ length: Math.max(1, words.length - 4) }, (_, n) => words.slice(n, n + 5).join(' ')),
  )
}

function index(one: string, other: string): number {
  if (one === other) return 1
  const [a, b] = [shingles(one), shingles(other)]
  return [...a].filter((shingle) => b.has(shingle)).length / Math.max(1, new Set([...a, ...b]).size)
}

const nearest = (id: string): number =>
  Math.max(
    ...TEXTS.filter((other) => other.id !== id).map(({ text }) =>
      index(text, TEXTS.find((one) => one.id === id)?.text ?? ''),
    ),
  )

it('names the documents that are duplicates, as their hashes do, and those that nearly are, by their shingles', async () => {
  const runs = await openBareRuns([], TEXTS)
  try {
    const { value } = await runs.ask('Which documents are duplicates?')
    const hashes = Map.groupBy(TEXTS, ({ text }) => createHash('sha256').update(text).digest('hex'))
    const twice = [...hashes.values()]
      .filter(({ length }) => length > 1)
      .flat()
      .map(({ id }) => id)
    const exact = value as unknown as Said
    expect(new Set(exact.documents.map(({ doc }) => doc))).toEqual(new Set(twice))
    expect(exact.answer).toBe('4 of 10 documents are a duplicate of another, in 2 groups.')
    const near = (await runs.ask('List all near-duplicate documents')).value as unknown as Said
    const gold = TEXTS.filter(({ id }) => nearest(id) >= 0.8)
    expect(Object.fromEntries(near.documents.map(({ doc, similarity }) => [doc, similarity]))).toEqual(
      Object.fromEntries(gold.map(({ id }) => [id, nearest(id)])),
    )
    expect(
      new Set(near.documents.filter(({ doc }) => 'abcd'.includes(doc[0] ?? '')).map(({ group }) => group))
        .size,
    ).toBe(1)
  } finally {
    await runs.close()
  }
})
