import { expect, it } from 'vitest'
import type { Measure } from '../measure.ts'
import { code } from './code.ts'

// Real packages against TypeScript's own checker.

it('finds calls and writes of real packages as TypeScript does', async () => {
  const measures: Measure[] = []
  for await (const measure of code()) measures.push(measure)
  expect(measures).toHaveLength(16)
  expect(measures.filter(({ met }) => met !== true)).toEqual([])
}, 300_000)
