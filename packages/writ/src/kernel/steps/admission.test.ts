import { BOTTOM, label, type Partition, type RecordedDecision } from '@writ/contract'
import { expect, it } from 'vitest'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import { noteGrants, recallAdmission } from './admission.ts'

const partition = { id: 'p', label: label('confidential') } as Partition

function decision(verdict: 'allow' | 'deny', action = 'context::read'): RecordedDecision {
  const resource = action === 'model::call' ? 'model:m' : 'partition:p'
  const asked = { action, resource, taint: BOTTOM, depth: 0, discharged: [] }
  return { ...asked, verdict, policies: [], reason: '' } as unknown as RecordedDecision
}

/** What is granted to a frame after a read of the partition is recorded, and whether its label rose. */
function recorded(decisions: readonly RecordedDecision[], partitions: readonly string[]): unknown {
  const granted = { 'context::search': new Set<string>(), 'context::read': new Set<string>() }
  let raised = BOTTOM
  const raise = (to: typeof raised): void => {
    raised = to
  }
  const lane = { scope: { partitions: [partition], notes: [] }, granted, raise } as unknown as FrameState
  const state = { gate: { denied: () => undefined } } as unknown as RunState
  const refused = recallAdmission(state, lane, 'context::read', decisions, partitions)
  expect([...granted['context::read']], 'before it is recorded').toEqual([])
  noteGrants(lane, 'context::read', decisions, partitions)
  return { granted: [...granted['context::read']], level: raised.level, refused }
}

it('grants what the record of its decision says, and not before', () => {
  const read = { granted: ['p'], level: 'confidential', refused: false }
  expect(recorded([decision('allow')], ['p'])).toEqual(read)
})

it('grants nothing by a step that relied on the decision of another, which may be lost', () => {
  expect(recorded([], ['p'])).toEqual({ granted: [], level: 'confidential', refused: false })
})

it('grants nothing that policy or the ceiling refused', () => {
  const none = { granted: [], level: 'public', refused: true }
  expect(recorded([decision('deny')], [])).toEqual(none)
  expect(recorded([decision('allow'), decision('deny', 'model::call')], [])).toEqual(none)
})
