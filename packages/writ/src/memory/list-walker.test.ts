import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { TokenList } from './fts5-lists.ts'
import { ListWalker } from './list-walker.ts'
import { COLUMN_WEIGHTS } from './term-rows.ts'

// What nobody made of an index: the loops say so, end, and leave nothing behind. Lists as they are: fts5-lists.test.ts.

const ROWS = 40

/** Sizes 0 and an average of 1: a score tells what a row weighs. */
const scoreOf = (weight: number): number => (weight * 2.2) / (weight + 1.2 * 0.25)

/** The same read byte by byte; undefined where the bytes are no lists. */
function readSlowly(
  lists: readonly TokenList[],
  counts: Uint8Array | undefined,
): Map<number, number> | undefined {
  const found = new Map<number, number>()
  let row = 0
  for (const { bytes, whole } of lists) {
    const absolute = [0, ...whole]
    let at = 0
    const next = (): number => {
      let value = 0
      for (;;) {
        const byte = bytes[at] ?? 0
        at += 1
        value = (value << 7) | (byte & 0x7f)
        if (byte < 0x80) return value
      }
    }
    while (at < bytes.length) {
      const isWhole = at === absolute[0]
      if (isWhole) absolute.shift()
      const before = row
      row = isWhole ? next() : (row + next()) | 0
      const size = next()
      const end = at + (size >>> 1)
      if (row <= before || row >= ROWS || size % 2 !== 0 || size === 0 || end > bytes.length) return undefined
      if (counts?.[row] === 0) {
        at = end
        continue
      }
      let weight = 1
      let sum = 0
      while (at < end) {
        if (bytes[at] !== 1) {
          next()
          sum += weight
          continue
        }
        const column = bytes[at + 1] ?? 0
        if (column > 3) return undefined
        weight = COLUMN_WEIGHTS[column] ?? 0
        at += 2
      }
      if (at !== end) return undefined
      found.set(row, sum)
    }
  }
  return found
}

function read(lists: readonly TokenList[], counts: Uint8Array | undefined): Map<number, number> | undefined {
  const walker = ListWalker.get(COLUMN_WEIGHTS)
  const walked = { lists, sizes: new Int32Array(ROWS), counts }
  walker.begin(ROWS, ROWS)
  try {
    walker.add(walked, 1, 1)
  } catch {
    return undefined
  }
  const taken = new Map(walker.take(ROWS, undefined).map(({ row, score }) => [row, score]))
  expect(walker.count(walked)).toBeGreaterThanOrEqual(taken.size)
  return taken
}

/** Bytes that are often nearly lists: small steps, even sizes, marks of columns. */
const bytes = fc
  .array(
    fc.oneof(
      fc.tuple(fc.nat(4), fc.constant(2), fc.integer({ min: 2, max: 127 })),
      fc.tuple(
        fc.integer({ min: 1, max: 4 }),
        fc.constant(8),
        fc.constant(9),
        fc.constant(1),
        fc.nat(4),
        fc.constant(3),
      ),
      fc.tuple(fc.nat(255), fc.nat(255)),
      fc.constant([0x80, 0x80, 0x80]),
    ),
    { maxLength: 8 },
  )
  .map((pieces) => Uint8Array.from(pieces.flat()))
const list = fc
  .record({ bytes, whole: fc.array(fc.nat(20), { maxLength: 2 }) })
  .map(({ bytes: of, whole }) => {
    return { bytes: of, whole: [...new Set(whole)].filter((place) => place > 0).sort((a, b) => a - b) }
  })

it('reads what are lists, and throws for whatever else the bytes are', () => {
  const masks = fc.option(fc.array(fc.nat(1), { minLength: ROWS, maxLength: ROWS }), { nil: undefined })
  fc.assert(
    fc.property(fc.array(list, { maxLength: 3 }), masks, (lists, mask) => {
      const counts = mask && Uint8Array.from(mask)
      const slowly = readSlowly(lists, counts)
      const scores = slowly && [...slowly].map(([row, weight]) => [row, scoreOf(weight)] as const)
      const some = scores?.filter(([, score]) => score !== 0)
      expect(read(lists, counts)).toEqual(some && new Map(some))
    }),
    { numRuns: Number(process.env.WRIT_RANKINGS ?? 25) * 40 },
  )
})

it('takes the best of any scores of several packs, whatever was before', () => {
  const walker = ListWalker.get(COLUMN_WEIGHTS)
  const scores = fc.array(fc.nat(9), { minLength: 1, maxLength: ROWS })
  fc.assert(
    fc.property(
      fc.array(scores, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      (packs, k) => {
        walker.begin(k, ROWS)
        const all = packs.flatMap((pack, at) => {
          walker.scores(pack.length).set(pack)
          return walker.take(pack.length, undefined).map(({ row, score }) => ({ at, row, score }))
        })
        const least = packs.flat().sort((a, b) => b - a)[k - 1] ?? 1
        const wanted = packs.flatMap((pack, at) => pack.map((score, row) => ({ at, row, score })))
        const best = wanted.filter(({ score }) => score > 0 && score >= least)
        expect(all.filter(({ score }) => score >= least)).toEqual(best)
        expect(walker.scores(ROWS).every((score) => score === 0)).toBe(true)
      },
    ),
  )
})
