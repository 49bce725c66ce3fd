import { describe, expect, it } from 'vitest'
import { modelTableSchema } from './model-table.ts'
import { stated } from './provider.ts'

const DATED = { price: '3/15', asOf: '2026-11-20' }
const PRICE = { inputNanoUsd: 3_000, outputNanoUsd: 15_000 }

describe('the table of models', () => {
  it('has a dated price, a window, a place and rates', () => {
    const written = {
      ...DATED,
      cachedInput: '0.3',
      source: 'https://vendor.example/prices',
      contextWindow: 200_000,
      location: 'remote',
      requestsPerMinute: 50,
      inFlight: 4,
    } as const
    expect(modelTableSchema.parse({ m: written })).toEqual({
      m: {
        price: { ...PRICE, cachedInputNanoUsd: 300 },
        asOf: '2026-11-20',
        source: 'https://vendor.example/prices',
        contextWindow: 200_000,
        location: 'remote',
        rates: { requestsPerMinute: 50, inFlight: 4 },
      },
    })
    expect(modelTableSchema.parse({ m: {} })).toEqual({ m: {} })
  })

  it.each([
    ['a price of no day', { price: '3/15' }, 'asOf'],
    ['a price that is none', { ...DATED, price: '3' }, 'is no price'],
    ['a day that is none', { ...DATED, asOf: 'today' }, 'is no day'],
    ['cached input above other input', { ...DATED, cachedInput: '3.001' }, 'above that of other input'],
    ['cached input alone', { cachedInput: '0.3', asOf: '2026-11-20' }, 'none for other input'],
    ['a place on this machine', { location: 'loopback' }, 'is known by its address'],
    ['a rate of nothing', { requestsPerMinute: 0 }, ''],
    ['what nobody knows', { aproved: true }, ''],
  ])('refuses %s', (_, model, words) => {
    const { success, error } = modelTableSchema.safeParse({ m: model })
    expect(success).toBe(false)
    expect(error?.message).toContain(words)
  })
})

describe('stated', () => {
  const table = { price: PRICE, asOf: '2026-11-20', contextWindow: 200_000, rates: { inFlight: 2 } }
  const choice = { id: 'm', priceTable: { m: { inputNanoUsd: 1, outputNanoUsd: 1 } } }

  it('takes the table over the list of prices', () => {
    expect(stated({ ...choice, stated: table })).toEqual({
      id: 'm',
      contextWindow: 200_000,
      price: PRICE,
      priceAsOf: '2026-11-20',
      rates: { inFlight: 2 },
    })
  })

  it('takes what is said for this use over the table, and a price then has no day', () => {
    const price = { inputNanoUsd: 2, outputNanoUsd: 2 }
    expect(stated({ ...choice, stated: table, price, contextWindow: 9 })).toEqual({
      id: 'm',
      contextWindow: 9,
      price,
      rates: { inFlight: 2 },
    })
  })
})
