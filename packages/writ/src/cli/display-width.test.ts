import { expect, it } from 'vitest'
import { cutToWidth, displayWidth, wrapped } from './display-width.ts'

it.each([
  ['plain', 5],
  ['“quote” …', 9],
  ['条約', 4],
  ['e\u0301', 1],
  ['🎉', 2],
])('%s takes %i columns', (text, width) => {
  expect(displayWidth(text)).toBe(width)
})

it('cuts a line to its columns, with a mark', () => {
  expect(cutToWidth('short', 5)).toBe('short')
  expect(cutToWidth('longer', 5)).toBe('long…')
  expect(cutToWidth('条約条約', 5)).toBe('条約…')
})

it('breaks a line between words, and a long word anywhere', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapped('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij'])
  expect(wrapped('条約条約', 5)).toEqual(['条約', '条約'])
  expect(wrapped('🎉🎉', 1)).toHaveLength(2)
  expect(wrapped('', 4)).toEqual([''])
})
