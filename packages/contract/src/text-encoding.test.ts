import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodedBytes } from './text-encoding.ts'

it('counts the bytes that a text takes', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'é', '€', '漢', '😀', '\n'), maxLength: 20 }),
      (text) => {
        const sizes = (['utf-8', 'utf-16le', 'windows-1252'] as const).map((name) => encodedBytes(text, name))
        const [utf8, utf16, windows] = [Buffer.byteLength(text), 2 * text.length, text.length]
        expect(sizes).toEqual([utf8, utf16, windows])
      },
    ),
  )
  expect(encodedBytes('\ud800', 'utf-8')).toBe(3)
})
