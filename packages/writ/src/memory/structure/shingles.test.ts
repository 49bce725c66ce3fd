import fc from 'fast-check'
import { expect, it } from 'vitest'
import { estimate, jaccard, MARGIN, shinglesOf, sketchOf } from './shingles.ts'

/** The index by its definition, over the shingles as texts. */
function exact(one: string, other: string): number {
  const [a, b] = [one, other].map((text) => {
    const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
    if (words.length === 0) return new Set<string>()
    return new Set(
      Array.from({ length: Math.max(1, words.length - 4) }, (_, at) => words.slice(at, at + 5).join(' ')),
    )
  })
  if (a === undefined || b === undefined) throw new Error('two texts are compared')
  const either = new Set([...a, ...b]).size
  return either === 0 ? 0 : [...a].filter((shingle) => b.has(shingle)).length / either
}

const text = (most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('a', 'B', 'fee', 'Über', 'x1', 'и', 'term'), { maxLength: most })
    .map((words) => words.join(' '))

it('gives the Jaccard index of shingles of five words, as sets of texts have it', () => {
  fc.assert(
    fc.property(text(40), text(40), (one, other) => {
      expect(jaccard(shinglesOf(one), shinglesOf(other))).toBe(exact(one, other))
    }),
  )
})

it('estimates it from sketches within the margin', () => {
  for (let seed = 0; seed < 40; seed += 1) {
    const words = Array.from({ length: 3_000 }, (_, at) => `w${(at * 7919 + seed * 104_729) % 9_973}`)
    const changed = words.map((word, at) => (at % (3 + seed) === 0 ? `${word}x` : word))
    const [one, other] = [shinglesOf(words.join(' ')), shinglesOf(changed.join(' '))]
    expect(Math.abs(estimate(sketchOf(one), sketchOf(other)) - jaccard(one, other))).toBeLessThan(MARGIN)
  }
})
