import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BestOf } from './best-of.ts'

it('keeps the highest scores, and of equal ones the lower rows', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9), { maxLength: 100 }), fc.integer({ min: 1, max: 12 }), (scores, k) => {
      const best = new BestOf(k)
      const all = scores.map((score, n) => ({ score, row: (n * 7) % 101 }))
      for (const { row, score } of all) best.add(row, score)
      expect(best.sorted()).toEqual(all.sort((a, b) => b.score - a.score || a.row - b.row).slice(0, k))
    }),
  )
})
