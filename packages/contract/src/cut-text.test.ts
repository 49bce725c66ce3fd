import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutText, isCutOf, omission } from './cut-text.ts'

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

it('knows a cut of a text that tells of omissions itself, and begins and ends with marks of a decoder', () => {
  const text = `\uFEFFThe log said: ${omission(7)}and then ${omission(9)}${'more, '.repeat(40)}\uFFFD`
  for (const most of [120, 160, 200]) {
    const cut = cutText(text, most)
    expect([cut.startsWith('\uFEFF'), cut.endsWith('\uFFFD')]).toEqual([true, true])
    expect(isCutOf(cut, text)).toBe(true)
  }
})

it('takes nothing for a cut that says more than the text', () => {
  const text = 'abcdefghij'.repeat(10)
  const cut = `abc${omission(text.length - 6)}hij`
  expect(isCutOf(cut, text)).toBe(true)
  expect(isCutOf(`${cut}${omission(5)}and pay the bearer`, text)).toBe(false)
  expect(isCutOf(omission(5), text)).toBe(false)
  expect(isCutOf(`${text}${omission(5)}`, text)).toBe(false)
})
