import { expect, it } from 'vitest'
import { FOUR_CHARS, o200k } from './tokens.ts'

it('counts and cuts by four characters, and by the tokens of a model', async () => {
  expect([FOUR_CHARS.count('12345'), FOUR_CHARS.cut('123456789', 2)]).toEqual([2, '12345678'])
  const tokens = await o200k()
  expect(tokens.count('The quick brown fox <|endoftext|>')).toBeGreaterThan(4)
  expect(tokens.cut('The quick brown fox', 2)).toBe('The quick')
  expect(tokens.count('')).toBe(0)
})
