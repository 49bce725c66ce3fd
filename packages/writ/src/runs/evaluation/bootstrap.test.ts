import { expect, it } from 'vitest'
import { estimateOf } from './bootstrap.ts'

const VALUES = [1, 1, 1, 0, 1, 0, 1, 1, 0, 1]

it('gives the mean, and an interval around it that follows from the seed', () => {
  const estimate = estimateOf(VALUES, 'writ')
  expect(estimate).toEqual(estimateOf(VALUES, 'writ'))
  expect(estimate?.mean).toBe(0.7)
  // Of ten values, seven of which are 1, that is what the binomial distribution says.
  expect(estimate?.low).toBeCloseTo(0.4, 12)
  expect(estimate?.high).toBeCloseTo(1, 12)
})

it('gives nothing for no value, and no width where nothing differs', () => {
  expect(estimateOf([], 'writ')).toBeNull()
  expect(estimateOf([0.5, 0.5, 0.5], 'writ')).toEqual({ mean: 0.5, low: 0.5, high: 0.5 })
})

it('draws the same questions for any values of one number, so that differences are paired', () => {
  const better = VALUES.map((value) => value + 0.25)
  const [own, base] = [estimateOf(better, 'x'), estimateOf(VALUES, 'x')]
  expect(own?.low).toBeCloseTo((base?.low ?? 0) + 0.25, 12)
  const difference = estimateOf(
    VALUES.map(() => 0.25),
    'x',
  )
  expect(difference).toEqual({ mean: 0.25, low: 0.25, high: 0.25 })
})
