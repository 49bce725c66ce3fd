import { expect, it } from 'vitest'
import type { Journal, RecordedStep } from '../journal/journal.ts'
import { observe } from './observe.ts'

const id = { lane: '0', n: 0 }

/** A journal with one recorded step, or none, that notes what is asked of it. */
function journal(recorded: boolean, asked: string[]): Journal {
  const step = {
    det: { op: 'cite' },
    compare: (fields: object) => void asked.push(`compare ${Object.keys(fields).join()}`),
    text: (name: string) => {
      asked.push(`text ${name}`)
      return Promise.resolve('kept')
    },
    inOrder: () => {
      asked.push('order')
      return Promise.resolve()
    },
  } as unknown as RecordedStep<'local'>
  return { recorded: () => Promise.resolve(recorded ? step : undefined) } as unknown as Journal
}

function crossing(recorded: boolean, asked: string[]): Promise<string> {
  return observe(journal(recorded, asked), {
    kind: 'local',
    id,
    asked: () => ({ op: 'cite', input: 'i' }),
    kept: () => ({ name: 'output', binds: () => ({ output: 'o' }) }),
    perform: () => Promise.resolve('performed'),
    recall: (_, text) => `recalled ${text}`,
  })
}

it('compares, reads and orders a recorded step before anything of it is taken over', async () => {
  const asked: string[] = []
  expect(await crossing(true, asked)).toBe('recalled kept')
  expect(asked).toEqual(['compare op,input', 'text output', 'compare output', 'order'])
})

it('lets a step happen that is not recorded', async () => {
  const asked: string[] = []
  expect(await crossing(false, asked)).toBe('performed')
  expect(asked).toEqual([])
})
