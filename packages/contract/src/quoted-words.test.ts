import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Citation } from './span.ts'
import { supportOf } from './support.ts'

const quoting = (...quotes: readonly string[]): readonly Citation[] =>
  quotes.map((quote, i) => ({ doc: `doc-${i}`, start: 0, end: quote.length, quote }) as unknown as Citation)

const isQuoted = (text: string, ...quotes: readonly string[]): boolean =>
  supportOf(text, quoting(...quotes), 'model').quoted === 1

/** The same by looking at every place of every quote. */
function slowlyQuoted(text: string, quotes: readonly string[]): boolean {
  const joins = (unit = ''): boolean => /[\p{L}\p{N}\p{M}_]/u.test(unit)
  const wanted = text.trim()
  return quotes.some((quote) =>
    Array.from({ length: quote.length }, (_, at) => at).some(
      (at) =>
        wanted !== '' &&
        quote.startsWith(wanted, at) &&
        !(joins(quote[at - 1]) && joins(wanted[0])) &&
        !(joins(wanted.at(-1)) && joins(quote[at + wanted.length])),
    ),
  )
}

test('words and texts of several words are found as they stand, at no word’s cost', () => {
  const few = fc.constantFrom('a', 'b', 'é', '9', '_', ' ', '-', '.', '𝒜', '\u0301')
  const text = fc.array(few, { maxLength: 8 }).map((units) => units.join(''))
  const quotes = fc.array(
    fc.array(few, { maxLength: 20 }).map((units) => units.join('')),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(text, quotes, (wanted, all) => isQuoted(wanted, ...all) === slowlyQuoted(wanted, all)),
    { numRuns: 3_000 },
  )
})

test('a value with many texts costs no search of every quote for each of them', () => {
  const texts = Array.from({ length: 50_000 }, (_, i) => (i % 3 === 0 ? `w${i}` : `the w${i} & co.`))
  const quote = texts.filter((_, i) => i % 2 === 0).join(' ')
  const { quoted, unsupported } = supportOf(texts, quoting(quote), 'model')
  // Searching for each would look at 50,000 × 300,000 characters: minutes.
  expect([quoted, unsupported]).toEqual([25_000, 25_000])
})

test('what takes too long to look for is unsupported, and the same everywhere', () => {
  const quote = `${'x y '.repeat(50_000)}z`
  const texts = Array.from({ length: 400 }, (_, i) => `x${' '.repeat(i + 2)}y`)
  const last = '. '.repeat(2_000)
  const { quoted, unsupported } = supportOf([...texts, 'x y'], quoting(quote), 'model')
  expect([quoted, unsupported]).toEqual([0, 401])
  expect(supportOf(['x y', ...texts], quoting(quote), 'model').quoted).toBe(1)
  expect(supportOf([last], quoting(`${'. '.repeat(3_000)}`), 'model').quoted).toBe(1)
})
