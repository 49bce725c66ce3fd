import { expect, it } from 'vitest'
import { FOUR_CHARS, o200k } from './tokens.ts'

it('counts and cuts by four characters, and by the tokens of a model', async () => {
  expect([FOUR_CHARS.count('12345'), FOUR_CHARS.cut('123456789', 2)]).toEqual([2, '12345678'])
  const { count, cut } = await o200k()
  expect(count('The quick brown fox <|endoftext|>')).toBeGreaterThan(4)
  expect(cut('The quick brown fox', 2)).toBe('The quick')
  expect(count('')).toBe(0)
})
