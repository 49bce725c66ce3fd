import { describe, expect, it } from 'vitest'
import type { ArmResult, Estimate } from './evaluation.ts'
import { checkThresholds, judged } from './thresholds.ts'

const at = (mean: number): Estimate => ({ mean, low: mean, high: mean })

function arm(name: string, accuracy: number | null, costMicroUsd: number | null): ArmResult {
  return {
    name,
    strategy: 'recurse',
    models: { root: 'm', sub: 'm' },
    runs: 2,
    failed: 0,
    scored: 2,
    measures: {
      accuracy: accuracy === null ? null : at(accuracy),
      latencyMs: at(2_000),
      costMicroUsd: costMicroUsd === null ? null : at(costMicroUsd),
      tokens: at(10),
      calls: at(1),
    },
    difference: null,
  }
}

describe('judged', () => {
  it('holds every arm against a threshold, or the one it names', () => {
    const arms = [arm('a', 0.9, 20_000), arm('b', 0.89, null)]
    const found = judged(
      [
        { metric: 'accuracy', least: 0.9 },
        { metric: 'cost', most: 0.02 },
        { metric: 'latency', arm: 'b', most: 1.5 },
      ],
      arms,
    )
    expect(found.map(({ metric, arm: name, found: came, met }) => [metric, name, came, met])).toEqual([
      ['accuracy', 'a', 0.9, true],
      ['accuracy', 'b', 0.89, false],
      ['cost', 'a', 0.02, true],
      ['cost', 'b', null, false],
      ['latency', 'b', 2, false],
    ])
  })
})

it.each([
  [{ metric: 'accuracy', least: 2 }],
  [{ metric: 'accuracy' }],
  [{ metric: 'cost', most: -1 }],
  [{ metric: 'cost', most: Number.NaN }],
  [{ metric: 'speed', most: 1 }],
  [{ metric: 'cost', most: 1, arm: 'c' }],
] as const)('refuses %j', (threshold) => {
  expect(() => checkThresholds([threshold as never], ['a'])).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  )
})
