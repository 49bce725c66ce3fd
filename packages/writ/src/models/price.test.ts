import { costMicroUsd } from '@writ/contract'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePrice } from './price.ts'
import { PRICES, priceTableSchema } from './prices.ts'

describe('parsePrice', () => {
  it.each([
    ['2.5/10', 2_500, 10_000],
    ['0/0', 0, 0],
    ['0.075/0.3', 75, 300],
    ['15/120', 15_000, 120_000],
    [' 1 / 2 ', 1_000, 2_000],
  ])('reads %s', (text, inputNanoUsd, outputNanoUsd) => {
    expect(parsePrice(text)).toEqual({ inputNanoUsd, outputNanoUsd })
  })

  it.each(['', '1', '1/', '/1', '1/2/3', '-1/2', '1e3/2', '0.0001/1', '1,5/2', 'NaN/1', 'Infinity/1'])(
    'refuses %j',
    (text) => {
      expect(() => parsePrice(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    },
  )

  it('loses nothing: a million tokens cost exactly the price written', () => {
    const milliUsd = fc.integer({ min: 0, max: 999_999_999 })
    fc.assert(
      fc.property(milliUsd, milliUsd, (input, output) => {
        const price = parsePrice(`${input / 1000}/${output / 1000}`)
        expect(costMicroUsd(price, 1_000_000, 0)).toBe(input * 1000)
        expect(costMicroUsd(price, 0, 1_000_000)).toBe(output * 1000)
      }),
    )
  })
})

describe('priceTableSchema', () => {
  it('reads a table and names what is wrong in one', () => {
    expect(priceTableSchema.parse({ 'openai/x': '1.25/10' })).toEqual({
      'openai/x': { inputNanoUsd: 1_250, outputNanoUsd: 10_000 },
    })
    const wrong = priceTableSchema.safeParse({ 'openai/x': 'cheap' })
    expect(wrong.error?.issues[0]).toMatchObject({
      path: ['openai/x'],
      message: expect.stringContaining('cheap'),
    })
  })

  it('ships no prices that could be out of date', () => {
    expect(PRICES).toEqual({})
  })
})
