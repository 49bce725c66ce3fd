import type { Citation } from '@writ/contract'
import { sha256Hex } from '@writ/evidence'
import { expect, test } from 'vitest'
import { Quotes } from './quotes.ts'

function citation(text: string, quote: string): Citation {
  const start = Buffer.byteLength(text.slice(0, text.indexOf(quote)))
  const bytes = Buffer.from(quote)
  return { doc: 'a', start, end: start + bytes.length, sha256: sha256Hex(bytes), quote }
}

test('a quote has what stands around it, cut between characters', () => {
  const text = `${'é😀'.repeat(300)}the quote${'😀é'.repeat(300)}`
  const quotes = new Quotes([citation(text, 'the quote')])
  quotes.handed([{ doc: 'a', start: 0, end: Buffer.byteLength(text), text }])
  expect(quotes.all).toMatchObject([
    { around: { before: 'é😀'.repeat(80), after: '😀é'.repeat(80) }, matches: true },
  ])
})

test('what a passage does not hold at the place is passed over, and the widest around stays', () => {
  const quotes = new Quotes([citation('one two three', 'two')])
  quotes.handed([{ doc: 'a', start: 0, end: 13, text: 'one TWO three' }])
  expect(quotes.all[0]?.around).toBeNull()
  quotes.handed([{ doc: 'a', start: 4, end: 13, text: 'two three' }])
  quotes.handed([{ doc: 'a', start: 0, end: 13, text: 'one two three' }])
  quotes.handed([{ doc: 'a', start: 4, end: 7, text: 'two' }])
  expect(quotes.all[0]?.around).toEqual({ before: 'one ', after: ' three' })
})
