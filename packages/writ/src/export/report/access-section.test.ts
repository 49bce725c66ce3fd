import { expect, it } from 'vitest'
import { omitted } from './access-section.ts'

const one = (doc: string, code: string, reason: string) => ({ doc, code, reason })

it('tells what was left out from what lacks a part, with why, and how much more there is', () => {
  const page = omitted({
    omitted: [
      one('a.pdf', 'partly', 'no text on page 2'),
      one('b.bin', 'binary', 'it is no text'),
      one('c.txt', 'masked', 'a token'),
    ],
  }).html
  expect(page).toContain('Of 1 file nothing was taken in')
  expect(page).toMatch(
    /<ul><li>[^/]*b\.bin.*it is no text.*<\/ul><h3>.*Of 2 documents something is missing or masked/,
  )
  expect(page).toMatch(/a\.pdf.*no text on page 2/)
  const many = Array.from({ length: 120 }, (_, at) => one(`${at}.bin`, 'binary', 'it is no text'))
  expect(omitted({ omitted: many }).html).toContain('<li>and 20 more</li>')
  expect(omitted({ omitted: [] }).html).toBe('')
})
