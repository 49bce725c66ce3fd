import { expect, it } from 'vitest'
import type { Measure } from '../measure.ts'
import { code } from './code.ts'

// Real packages against TypeScript's own checker and Python's own parser.

it('finds calls and writes of real packages as TypeScript and Python do', async () => {
  const measures: Measure[] = []
  for await (const measure of code()) measures.push(measure)
  expect(measures).toHaveLength(20)
  expect(measures.filter(({ met }) => met !== true)).toEqual([])
}, 300_000)
