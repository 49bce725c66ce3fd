import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutText, isCutOf } from './cut-text.ts'

it('cuts to a number of bytes, keeps characters whole, and is known as a cut of the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', minLength: 50 }),
      fc.integer({ min: 70, max: 300 }),
      (text, most) => {
        const cut = cutText(text, most)
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(Math.max(most, 0))
        expect(cut.isWellFormed()).toBe(true)
        expect(isCutOf(cut, text)).toBe(true)
        expect(isCutOf(cut, `${text}!`)).toBe(false)
      },
    ),
  )
})

it('leaves a text that fits as it is', () => {
  expect(cutText('short', 5)).toBe('short')
  expect(isCutOf('short', 'other')).toBe(false)
})
