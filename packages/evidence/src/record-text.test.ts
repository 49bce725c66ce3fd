import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical.ts'
import { recordFault, recordText } from './record-text.ts'

test('records hold exact integers only, and not too deep', () => {
  const nested = (depth: number): unknown => (depth === 1 ? [] : [nested(depth - 1)])
  expect(recordFault({ a: [1, -5, 'x', null, true] })).toBeNull()
  expect(recordFault(2 ** 53 - 1)).toBeNull()
  expect(recordFault(2 ** 53)).toContain('9007199254740992')
  expect(recordFault({ a: 1.5 })).toContain('1.5')
  expect(recordFault(['\udfff'])).toContain('surrogate')
  expect(recordFault({ '\udfff': 1 })).toContain('surrogate')
  expect(recordFault(new Date(0))).toContain('plain')
  expect(recordFault([undefined])).toContain('undefined')
  expect(recordFault(nested(32))).toBeNull()
  expect(recordFault(nested(33))).toContain('32')
})

test('the text of what a record holds is canonical, and there is none where a record has a fault', () => {
  const deep = (depth: number): unknown => (depth === 1 ? {} : { a: deep(depth - 1) })
  const odd = fc.constantFrom<unknown>(
    1.5,
    Number.NaN,
    -0,
    2 ** 53,
    '\ud800',
    undefined,
    new Date(0),
    1n,
    Object.assign([], { length: 1 }), // a hole
  )
  const key = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('10', '9', '__proto__', '\udfff', '\u20ac'),
  )
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      { weight: 4, arbitrary: fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean()) },
      { weight: 1, arbitrary: fc.oneof(odd, fc.constant(null), fc.integer({ min: 30, max: 34 }).map(deep)) },
      { weight: 3, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
      { weight: 3, arbitrary: fc.dictionary(key, tie('value'), { maxKeys: 4 }) },
    ),
  }))
  fc.assert(
    fc.property(value, (held) => {
      expect(recordText(held)).toBe(recordFault(held) === null ? canonicalJson(held) : undefined)
    }),
    { numRuns: 500 },
  )
})

test('the text of a record has the keys of a large object in the same order', () => {
  const keys = fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 30, maxLength: 60 })
  fc.assert(
    fc.property(keys, (names) => {
      const held = Object.fromEntries(names.map((name, at) => [name, at]))
      expect(recordText(held)).toBe(canonicalJson(held))
    }),
  )
})
