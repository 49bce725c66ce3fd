import { describe, expect, it } from 'vitest'
import { pairKey, pairsF1, setF1 } from './set-f1.ts'
import { stringMatchAll } from './string-match.ts'

describe('pairsF1', () => {
  const gold = new Set([pairKey(1, 2), pairKey(3, 2)])

  it.each([
    ['(1, 2)\n(2, 3)', 1],
    ['they are (2,1), (3 , 2) and again (1, 2)', 1],
    ['(1, 2)', 2 / 3],
    ['(1, 2)\n(2, 3)\n(7, 8)', 0.8],
    ['none', 0],
  ])('scores %j', (answer, score) => {
    expect(pairsF1(answer, gold)).toBeCloseTo(score, 12)
  })

  it('calls two empty sets equal', () => {
    expect(pairsF1('none', new Set())).toBe(1)
    expect(setF1(new Set(), new Set(['a']))).toBe(0)
  })
})

describe('stringMatchAll', () => {
  it('gives the share of references that stand in the answer', () => {
    expect(stringMatchAll('It is ABC-1.', ['abc-1'])).toBe(1)
    expect(stringMatchAll('It is abc-1.', ['abc-1', 'abc-2'])).toBe(0.5)
  })
})
