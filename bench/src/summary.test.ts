import { expect, it } from 'vitest'
import type { Measure } from './measure.ts'
import { summaryLines } from './summary.ts'

const measure = (task: string, met?: boolean): Measure => ({
  task,
  score: 1,
  detail: '',
  ...(met === undefined ? {} : { target: '1', met }),
})

it('says of each suite how many targets it met, and names the others', () => {
  const suites = new Map([
    ['overhead', [measure('cpu', true), measure('wall', false), measure('load')]],
    ['faults', [measure('mixed', true)]],
  ])
  expect(summaryLines(suites)).toEqual([
    'overhead: 1 of 2 targets met; not met: wall',
    'faults: 1 of 1 targets met',
  ])
})
