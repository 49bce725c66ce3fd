import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonDepth } from './json-depth.ts'

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depth))
}

it('is the depth of the value, whatever its strings hold', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(jsonDepth(JSON.stringify(value))).toBe(depth(value))
    }),
  )
  expect(jsonDepth('["[[\\"[",{"}":"]"}]')).toBe(2)
})

it('does not recurse', () => {
  expect(jsonDepth('['.repeat(1e6) + ']'.repeat(1e6))).toBe(1e6)
})
