import { expect, it } from 'vitest'
import { type ComparedRun, diffRuns } from './diff.ts'

type Steps = readonly (readonly [lane: string, n: number, hash: string])[]

function view(run: string, steps: Steps): ComparedRun {
  const step = ([lane, n, commandHash]: Steps[number]): ComparedRun['steps'][number] => {
    const open = { about: null, error: null, withheld: null }
    return { lane, n, kind: 'local', op: 'cite', commandHash, outcome: 'ok', ...open }
  }
  return { run, status: 'complete', question: 'what?', steps: steps.map(step) }
}

it('finds no difference in steps that only raced', () => {
  const a = view('a', [
    ['0', 0, 'x'],
    ['0', 2, 'z'],
    ['0', 1, 'y'],
  ])
  const b = view('b', [
    ['0', 0, 'x'],
    ['0', 1, 'y'],
    ['0', 2, 'z'],
  ])
  expect(diffRuns(a, b)).toEqual({
    a: 'a',
    b: 'b',
    same: true,
    questions: null,
    lanes: [{ lane: '0', shared: 3, withheld: 0, parts: null }],
  })
})

it('finds where each lane parts, in the order of the tree', () => {
  const a = view('a', [
    ['0', 0, 'x'],
    ['0', 1, 'y'],
    ['0.10', 0, 'c'],
    ['0.2', 0, 'c'],
    ['0.2', 1, 'd'],
  ])
  const b = view('b', [
    ['0', 0, 'x'],
    ['0', 1, 'other'],
    ['0.10', 0, 'c'],
    ['0.2', 0, 'c'],
  ])
  const { same, lanes } = diffRuns(a, b)
  expect(same).toBe(false)
  expect(lanes.map(({ lane, shared }) => [lane, shared])).toEqual([
    ['0', 1],
    ['0.2', 1],
    ['0.10', 1],
  ])
  expect(lanes[0]?.parts).toMatchObject({ a: { commandHash: 'y' }, b: { commandHash: 'other' } })
  expect(lanes[1]?.parts).toMatchObject({ a: { n: 1, commandHash: 'd' }, b: null })
  expect(lanes[2]?.parts).toBeNull()
})

it.each([
  ['the command', { commandHash: 'other' }],
  ['the outcome', { outcome: 'denied' as const }],
  ['the kind', { kind: 'cell' }],
  ['what is done', { op: 'budget' }],
  ['the number', { n: 5 }],
])('sees a difference in %s', (_, change) => {
  const a = view('a', [['0', 0, 'x']])
  const b = { ...a, run: 'b', steps: a.steps.map((step) => ({ ...step, ...change })) }
  expect(diffRuns(a, b).same).toBe(false)
})

it('tells that the questions differ, and which steps were compared without what they ask for', () => {
  const a = view('a', [['0', 0, 'x']])
  const hidden = a.steps.map((step) => ({ ...step, commandHash: null, withheld: 'not for you' }))
  const b: ComparedRun = { ...a, run: 'b', question: 'who?', steps: hidden }
  expect(diffRuns(a, b)).toMatchObject({
    same: true,
    questions: { a: 'what?', b: 'who?' },
    lanes: [{ shared: 1, withheld: 1 }],
  })
})
