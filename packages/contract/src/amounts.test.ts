import fc from 'fast-check'
import { expect, it } from 'vitest'
import { counted, dollars, seconds, size, whole } from './amounts.ts'

it.each([
  [counted(1, 'document'), '1 document'],
  [counted(0, 'document'), '0 documents'],
  [counted(1_234, 'reply', 'replies'), '1,234 replies'],
  [size(1), '1 byte'],
  [size(9_999), '9,999 bytes'],
  [size(12_345), '12.3 KB'],
  [size(20_000_000), '20.0 MB'],
  [dollars(0), '$0.00'],
  [dollars(1_500_000), '$1.50'],
  [dollars(1_200), '$0.0012'],
  [dollars(7), '$0.000007'],
  [seconds(999), '999 ms'],
  [seconds(1_234), '1.23 s'],
  [seconds(83_210), '83.2 s'],
])('%s', (shown, expected) => {
  expect(shown).toBe(expected)
})

it('groups every whole number as the locale does', () => {
  const integers = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -10_000, max: 10_000 }))
  fc.assert(fc.property(integers, (n) => whole(n) === (n === 0 ? 0 : n).toLocaleString('en-US')))
})
