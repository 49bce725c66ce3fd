import { describe, expect, it } from 'vitest'
import { quotesOf } from './quotes.ts'

const DOCUMENTS = new Map([
  ['lease.txt', 'The tenant pays the rent monthly. Notice is thirty days.\nThe deposit is returned.'],
  ['sale.txt', 'The buyer pays the price at once. Notice is thirty days.'],
  ['note [1].txt', 'Remember the milk and the bread.'],
])

const quotes = (answer: string): string[] =>
  quotesOf(answer, DOCUMENTS).map(({ doc, quote }) => `${doc}: ${quote}`)

describe('quotes of an answer', () => {
  it('in the form asked for are of the document they name', () => {
    expect(quotes('Monthly.\n[lease.txt] "pays the rent"\n[sale.txt] "Notice is thirty days"')).toEqual([
      'lease.txt: pays the rent',
      'sale.txt: Notice is thirty days',
    ])
  })

  it('that name a document they are not of are of none, wherever they occur', () => {
    expect(quotes('[sale.txt] "The tenant pays the rent monthly."')).toEqual([])
    expect(quotes('[lease.txt] "The landlord pays nothing at all."')).toEqual([])
  })

  it('in other forms are of the one document that has them', () => {
    expect(quotes('It says "The deposit is returned" and “the price at once”.')).toEqual([
      'lease.txt: The deposit is returned',
      'sale.txt: the price at once',
    ])
    expect(quotes('[1, section 2] "The deposit is returned" «Remember the milk and»')).toEqual([
      'lease.txt: The deposit is returned',
      'note [1].txt: Remember the milk and',
    ])
  })

  it('that several documents have, or none, are of none', () => {
    expect(quotes('"Notice is thirty days." and "Notice is sixty days."')).toEqual([])
  })

  it('must be exact, long enough, and on one line', () => {
    expect(quotes('"the deposit is returned" "deposit" "thirty days.\nThe deposit"')).toEqual([])
  })

  it('are found beside marks that only look like quotation marks', () => {
    expect(quotes('a 5" pipe and a 6" one: "The deposit is returned"')).toEqual([
      'lease.txt: The deposit is returned',
    ])
  })

  it('count once, and up to a number of them', () => {
    expect(quotes('"The deposit is returned" and "The deposit is returned"')).toHaveLength(1)
    const text = Array.from({ length: 1_000 }, (_, n) => `sentence number ${n}.`).join(' ')
    const answer = Array.from({ length: 1_000 }, (_, n) => `"sentence number ${n}."`).join(' ')
    expect(quotesOf(answer, new Map([['a', text]]))).toHaveLength(256)
  })

  it('are looked for in linear time', () => {
    for (const answer of ['"'.repeat(1e5), '[a] "'.repeat(2e4), `"${'a'.repeat(1e5)}`, '['.repeat(1e5)])
      expect(quotesOf(answer, DOCUMENTS)).toEqual([])
  })
})
