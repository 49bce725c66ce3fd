import fc from 'fast-check'
import { expect, it } from 'vitest'
import { SpanSet } from './span-set.ts'

const range = fc.tuple(fc.nat(60), fc.nat(20)).map(([start, length]) => ({ start, end: start + length }))

it('covers exactly the bytes that were handed over', () => {
  fc.assert(
    fc.property(fc.array(range, { maxLength: 25 }), range, (handed, asked) => {
      const slices = new SpanSet()
      const bytes = new Set<number>()
      for (const { start, end } of handed) {
        slices.add('a', start, end)
        for (let at = start; at < end; at += 1) bytes.add(at)
      }
      const all = Array.from({ length: asked.end - asked.start }, (_, index) => asked.start + index)
      if (all.length > 0)
        expect(slices.covers('a', asked.start, asked.end)).toBe(all.every((at) => bytes.has(at)))
      expect(slices.covers('b', asked.start, asked.end + 1)).toBe(false)
    }),
  )
})

it('takes over what a joined child was handed', () => {
  const parent = new SpanSet()
  const child = new SpanSet()
  parent.add('a', 0, 5)
  child.add('a', 5, 9)
  parent.merge(child)
  expect(parent.covers('a', 0, 9)).toBe(true)
})
