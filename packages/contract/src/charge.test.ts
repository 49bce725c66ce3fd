import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { costMicroUsd } from './budget.ts'
import { chargeFor, type Metering } from './charge.ts'

const price = { inputNanoUsd: 1250, outputNanoUsd: 10_000 }
const bound = {
  calls: 1,
  inputTokens: 1_016,
  outputTokens: 100,
  costMicroUsd: costMicroUsd(price, 1_016, 100),
}
const honest: Metering = {
  bound,
  price,
  sentBytes: 1_000,
  receivedBytes: 160,
  meteredInputTokens: 250,
  meteredOutputTokens: 40,
}

describe('chargeFor', () => {
  it('charges what was metered at the price', () => {
    const charged = { calls: 1, inputTokens: 250, outputTokens: 40, costMicroUsd: 713 }
    expect(chargeFor(honest)).toEqual({ charged, chargedAs: 'metered' })
    expect(chargeFor({ ...honest, price: null }).charged).toEqual({ ...charged, costMicroUsd: 0 })
  })

  it('charges what came from a cache at its own price, where there is one', () => {
    const cached = { ...honest, meteredCachedTokens: 100 }
    const price = { inputNanoUsd: 1_000, outputNanoUsd: 2_000, cachedInputNanoUsd: 100 }
    expect(chargeFor({ ...cached, price }).charged.costMicroUsd).toBe(150 + 10 + 80)
    expect(
      chargeFor({ ...cached, price: { inputNanoUsd: 1_000, outputNanoUsd: 2_000 } }).charged.costMicroUsd,
    ).toBe(330)
    // More than there was cannot have been cached.
    for (const said of [251, -1, 0.5, Number.NaN])
      expect(chargeFor({ ...cached, price, meteredCachedTokens: said }).charged.costMicroUsd).toBe(330)
  })

  it('believes the fewest tokens that the bytes can be, and the most that were reserved', () => {
    for (const most of [
      { meteredInputTokens: 63, meteredOutputTokens: 10 },
      { meteredInputTokens: 1_016, meteredOutputTokens: 100 },
    ])
      expect(chargeFor({ ...honest, ...most }).chargedAs).toBe('metered')
  })

  it.each([
    ['no input', { meteredInputTokens: null }],
    ['no output', { meteredOutputTokens: null }],
    ['zero for what was absent', { meteredInputTokens: 0, meteredOutputTokens: 0 }],
    ['zero input', { meteredInputTokens: 0 }],
    ['zero output', { meteredOutputTokens: 0 }],
    ['too little input for the bytes', { meteredInputTokens: 62 }],
    ['too little output for the bytes', { meteredOutputTokens: 9 }],
    ['input above the bound', { meteredInputTokens: 1_017 }],
    ['output above the bound', { meteredOutputTokens: 101 }],
    ['a negative number', { meteredOutputTokens: -40 }],
    ['a fraction', { meteredInputTokens: 250.5 }],
    ['no number', { meteredInputTokens: Number.NaN }],
    ['an unsafe integer', { meteredInputTokens: 2 ** 60 }],
    ['more bytes received than tokens were asked for', { receivedBytes: 1_601, meteredOutputTokens: 100 }],
  ])('charges the whole bound for %s', (_, said) => {
    expect(chargeFor({ ...honest, ...said })).toEqual({ charged: bound, chargedAs: 'bound' })
  })

  const amount = fc.nat({ max: 2_000_000 })
  const said = fc.oneof(
    amount,
    fc.constant(null),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53),
  )
  const cases = fc
    .record({
      input: amount,
      output: amount,
      price: fc.option(fc.record({ inputNanoUsd: amount, outputNanoUsd: amount })),
      sentBytes: amount,
      receivedBytes: amount,
      meteredInputTokens: said,
      meteredOutputTokens: said,
    })
    .map(({ input, output, ...rest }): Metering => {
      const cost = rest.price === null ? 0 : costMicroUsd(rest.price, input, output)
      return { ...rest, bound: { calls: 1, inputTokens: input, outputTokens: output, costMicroUsd: cost } }
    })

  it('never charges above the bound, whatever is said', () => {
    fc.assert(
      fc.property(cases, (metering) => {
        const { charged } = chargeFor(metering)
        for (const key of ['calls', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const)
          expect(charged[key]).toBeLessThanOrEqual(metering.bound[key])
      }),
    )
  })

  it('never charges below what is plausible, whatever is said', () => {
    fc.assert(
      fc.property(cases, (metering) => {
        const { bound: most, sentBytes, receivedBytes } = metering
        const { charged, chargedAs } = chargeFor(metering)
        expect(charged.inputTokens).toBeGreaterThanOrEqual(Math.min(most.inputTokens, sentBytes / 16))
        expect(charged.outputTokens).toBeGreaterThanOrEqual(Math.min(most.outputTokens, receivedBytes / 16))
        expect(charged.calls).toBe(1)
        if (chargedAs === 'bound') expect(charged).toEqual(most)
        else expect(charged.inputTokens).toBe(metering.meteredInputTokens)
      }),
    )
  })

  it('charges no less when less is said', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom('meteredInputTokens', 'meteredOutputTokens'), (metering, key) => {
        const silent = chargeFor({ ...metering, [key]: null }).charged
        const spoken = chargeFor(metering).charged
        expect(silent.inputTokens).toBeGreaterThanOrEqual(spoken.inputTokens)
        expect(silent.costMicroUsd).toBeGreaterThanOrEqual(spoken.costMicroUsd)
      }),
    )
  })
})
