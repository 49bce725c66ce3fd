import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAmounts } from './read-amounts.ts'

type Said = [text: string, currency: string | null, value: string | null, ...readings: string[]]

const said = (text: string): Said[] =>
  readAmounts(text).map(({ start, end, currency, value, readings }) => [
    text.slice(start, end),
    currency,
    value,
    ...(value === null ? readings : []),
  ])

describe('amounts', () => {
  it.each<Said>([
    ['$1,234.56', '$', '1234.56'],
    ['$1,500', '$', '1500'],
    ['$1,234,567', '$', '1234567'],
    ['US$ 5 million', 'USD', '5000000'],
    ['USD 2.5bn', 'USD', '2500000000'],
    ['€1.234,56', 'EUR', '1234.56'],
    ['1.234.567,89 EUR', 'EUR', '1234567.89'],
    ["CHF 1'234.50", 'CHF', '1234.50'],
    ['12,34 €', 'EUR', '12.34'],
    ['1\u00a0234,50 €', 'EUR', '1234.50'],
    ['₹12,34,567', 'INR', '1234567'],
    ['500 dollars', '$', '500'],
    ['500 U.S. dollars', 'USD', '500'],
    ['-$5', '$', '-5'],
    ['$0.125', '$', '0.125'],
    ['$3k', '$', '3000'],
    ['12.5%', null, '12.5'],
    ['5 per cent', null, '5'],
    ['0.125 percent', null, '0.125'],
  ])('%j is %s %s', (text, currency, value) => {
    expect(said(`They paid ${text}, and no more.`)).toEqual([[text, currency, value]])
  })

  it.each<Said>([
    ['€1.234', 'EUR', null, '1234', '1.234'],
    ['1,234 EUR', 'EUR', null, '1234', '1.234'],
    ['1.234%', null, null, '1234', '1.234'],
    ['5 100 EUR', 'EUR', null, '5100', '100'],
    ['$5M', '$', null, '5000000', '5000'],
  ])('%j stays open', (text, currency, value, ...readings) => {
    expect(said(`They paid ${text}, and no more.`)).toEqual([[text, currency, value, ...readings]])
  })

  it.each([
    '$5B',
    '$5 tn',
    '$5 millions',
    '€5 Milliarden',
    '₹5 crore',
    '5 EUR million',
    '5 €m',
    '$1.2-million',
    '$5 thousand million',
    '$1.5e6',
    '¥5億',
    '$1/2',
    'EUR 10:30',
    'EUR 2024-03-12',
    '€5 cents',
    '$1,000,00',
    'minus $5',
    '–$5',
    '$5-',
  ])('%j is no amount that its number alone would be', (text) => {
    for (const [, , value] of said(`${text}, they say`)) expect(value).toBeNull()
  })

  it('do not run into each other', () => {
    expect(said('$5-$10, 5-10 EUR and 5-10%')).toEqual([
      ['$5', '$', '5'],
      ['$10', '$', '10'],
      ['10 EUR', 'EUR', '10'],
      ['10%', null, '10'],
    ])
    expect(said('$5 to $10 million')).toEqual([
      ['$5', '$', null, '5', '5000000'],
      ['$10 million', '$', '10000000'],
    ])
    expect(said('Section 4.2 $500')).toEqual([['$500', '$', '500']])
    expect(said('five percent (5%) or two million dollars ($2,000,000)')).toEqual([
      ['5%', null, '5'],
      ['$2,000,000', '$', '2000000'],
    ])
    for (const [, , value] of said('100 EUR 200 USD')) expect(value).toBeNull()
    expect(said('a loss of ($1,234)')).toEqual([['$1,234', '$', null, '1234', '-1234']])
  })

  it.each(['try 5', 'page 12', 'A$5', '1.2.3 EUR', 'sek 5', '12 pounds of flour'])(
    'are not seen in %j',
    (text) => {
      expect(said(text)).toEqual([])
    },
  )

  it('are what locales write, or open', () => {
    const amount = fc.tuple(
      fc.integer({ min: 0, max: 99_999_999_999 }),
      fc.constantFrom('en-US', 'de-DE', 'fr-FR', 'de-CH', 'en-IN', 'es-ES', 'ja-JP'),
      fc.constantFrom('USD', 'EUR', 'CHF', 'INR', 'GBP'),
      fc.constantFrom(0, 2),
    )
    fc.assert(
      fc.property(amount, ([cents, locale, currency, digits]) => {
        const value = digits === 0 ? cents : cents / 100
        const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits }
        const style = { style: 'currency', currency, currencyDisplay: 'code' } as const
        const text = new Intl.NumberFormat(locale, { ...style, ...fraction }).format(value)
        const [only, other] = readAmounts(text)
        expect(other, text).toBeUndefined()
        expect(only?.currency, text).toBe(currency)
        expect(only?.readings.map(Number), text).toContain(value)
        if (only?.value !== null) expect(Number(only?.value), text).toBe(value)
      }),
    )
  })
})
