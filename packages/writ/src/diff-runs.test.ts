import { expect, it } from 'vitest'
import { diffRuns } from './diff-runs.ts'
import type { RunView, StepView } from './show-run.ts'

function view(run: string, steps: readonly (readonly [lane: string, n: number, hash: string])[]): RunView {
  const step = ([lane, n, commandHash]: readonly [string, number, string], seq: number): StepView => ({
    seq,
    lane,
    n,
    kind: 'local',
    commandHash,
    outcome: 'ok',
    shared: false,
  })
  return { run, status: 'complete', question: '', frames: [], steps: steps.map(step), fork: null }
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
    lanes: [{ lane: '0', shared: 3, parts: null }],
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
  ['the number', { n: 5 }],
])('sees a difference in %s', (_, change) => {
  const a = view('a', [['0', 0, 'x']])
  const b = { ...a, run: 'b', steps: a.steps.map((step) => ({ ...step, ...change })) }
  expect(diffRuns(a, b).same).toBe(false)
})
