import type { Answer } from '@writ/contract'
import { expect } from 'vitest'
import type { Gold } from './table-answers.fixture.ts'

/** Holds the answer of the built-in model against what is right. Fractions may differ in their last digits. */
export function expectGold({ value }: Answer, gold: Gold): void {
  const { number, rows } = value as { number?: unknown; rows?: readonly Readonly<Record<string, unknown>>[] }
  if (!Array.isArray(gold)) {
    expectEqual(number, gold)
    return
  }
  // The names of a row come in the order of their letters.
  const pairs = (rows ?? []).map(({ value: figure, ...named }) => [Object.values(named)[0], figure])
  expect(pairs.map(([key]) => key)).toEqual(gold.map(([key]) => key))
  for (const [at, [, figure]] of gold.entries()) expectEqual(pairs[at]?.[1], figure)
}

function expectEqual(found: unknown, due: unknown): void {
  if (typeof due !== 'number' || Number.isInteger(due)) expect(found).toBe(due)
  else expect(Number(found)).toBeCloseTo(due, 9)
}
