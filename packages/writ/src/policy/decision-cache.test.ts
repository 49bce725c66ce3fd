import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecisionCache } from './decision-cache.ts'

describe('the decision cache', () => {
  test('holds exactly the most recently used', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const step = fc.record({ op: fc.constantFrom('get', 'set', 'delete'), key })
    const property = fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step), (capacity, steps) => {
      const cache = new DecisionCache<number>(capacity)
      // The model: most recently used first.
      let recent: { key: string; value: number }[] = []
      for (const [value, { op, key: at }] of steps.entries()) {
        const held = recent.find((entry) => entry.key === at)
        const others = recent.filter((entry) => entry !== held)
        if (op === 'get') expect(cache.get(at)).toBe(held?.value)
        if (op === 'get' && held !== undefined) recent = [held, ...others]
        if (op === 'set') recent = [{ key: at, value }, ...others].slice(0, capacity)
        if (op === 'set') cache.set(at, value)
        if (op === 'delete') recent = others
        if (op === 'delete') cache.delete(at)
        expect(cache.size).toBe(recent.length)
      }
    })
    fc.assert(property)
  })

  test('cleared, it holds nothing', () => {
    const cache = new DecisionCache<number>(2)
    cache.set('a', 1)
    cache.clear()
    expect(cache.get('a')).toBeUndefined()
  })
})
