import fc from 'fast-check'
import { expect, it } from 'vitest'
import { IntervalSet } from './interval-set.ts'

const range = fc.tuple(fc.nat(60), fc.nat(20)).map(([start, length]) => ({ start, end: start + length }))

it('holds exactly the numbers that were added, as ranges apart and in order', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 25 }), range, (added, asked) => {
      const set = new IntervalSet()
      const numbers = new Set<number>()
      for (const { start, end } of added) {
        set.add(start, end)
        for (let at = start; at < end; at += 1) numbers.add(at)
      }
      expect(set.size).toBe(numbers.size)
      const all = Array.from({ length: asked.end - asked.start }, (_, index) => asked.start + index)
      if (all.length > 0) expect(set.covers(asked.start, asked.end)).toBe(all.every((at) => numbers.has(at)))
      const ranges = set.ranges()
      for (const [index, { start, end }] of ranges.entries()) {
        expect(end).toBeGreaterThan(start)
        expect(start).toBeGreaterThan(ranges[index - 1]?.end ?? -1)
      }
    }),
  )
})
