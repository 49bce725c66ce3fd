import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstDifference } from './first-difference.ts'

it('finds nothing in equal values, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(firstDifference(value, reversed(JSON.parse(JSON.stringify(value))))).toBeUndefined()
    }),
  )
})

it('finds a difference between any two values that are not equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [left, right] = [sorted(a), sorted(b)]
      expect(firstDifference(a, b) === undefined).toBe(left === right)
    }),
  )
})

it('points at the first id that differs, with what stands on either side', () => {
  const at = (a: unknown, b: unknown): unknown => firstDifference(a, b, '/det')
  expect(at({ b: 1, a: [1, { x: 2 }] }, { b: 2, a: [1, { x: 3 }] })).toEqual({
    pointer: '/det/a/1/x',
    expected: 2,
    found: 3,
  })
  expect(at({ a: 1 }, {})).toEqual({ pointer: '/det/a', expected: 1, found: null })
  expect(at({}, { 'x/y~z': 1 })).toEqual({ pointer: '/det/x~1y~0z', expected: null, found: 1 })
  expect(at([1], { 0: 1 })).toEqual({ pointer: '/det', expected: [1], found: { 0: 1 } })
})

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, reversed(field)]),
  )
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown) => {
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field
    return Object.fromEntries(Object.entries(field).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
