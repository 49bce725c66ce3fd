import { expect, it } from 'vitest'
import { coverageInWords } from './top-section.ts'

const SEVEN = { documents: 7, bytes: 500, touched: 1, searched: 500, read: 14 }

it.each([
  [
    '<strong>All 7 documents</strong> were searched. Text was handed to the program from 1 of them: 14 bytes of 500 bytes.',
    {},
  ],
  [
    '<strong>All 7 documents</strong> were searched. Text was handed to the program from all of them: 14 bytes of 500 bytes.',
    { touched: 7 },
  ],
  [
    '<strong>120 bytes of 500 bytes</strong> in 7 documents were searched. No text of them was handed to the program.',
    { searched: 120, touched: 0, read: 0 },
  ],
  [
    '<strong>None of 7 documents</strong> was searched. Text was handed to the program from 1 of them: 14 bytes of 500 bytes.',
    { searched: 0 },
  ],
  [
    '<strong>The document</strong> was searched. Text was handed to the program from it: 14 bytes of 500 bytes.',
    { documents: 1 },
  ],
])('says what was searched apart from what text came of it: %s', (words, changes) => {
  expect(coverageInWords({ ...SEVEN, ...changes }).html).toBe(words)
})
