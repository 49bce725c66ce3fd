import {
  flowsTo,
  formatLabel,
  joinLabels,
  type Label,
  MAX_CATEGORIES,
  type RecordedDecision,
} from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import { refuse } from './verdict.ts'

/** The label a record gives its frame is never below what the frame already had. */
export function raiseLabel(lane: Lane, label: Label, at: string): void {
  refuseFall(lane, label, at)
  lane.label = label
}

/** What a joined child brings a frame. The next record of the frame has to cover it, so it is a label that a record can have. */
export function takeOnLabel(lane: Lane, label: Label, at: string): void {
  lane.label = joinLabels(lane.label, label)
  if (lane.label.categories.length <= MAX_CATEGORIES) return
  refuse('LABEL_FELL', `Lane ${lane.name} was brought more categories than a label has.`, `${at}/det/label`)
}

/** A label is not below what the frame has. */
export function refuseFall(lane: Lane, label: Label, at: string): void {
  if (flowsTo(lane.label, label)) return
  const fall = `${formatLabel(lane.label)} to ${formatLabel(label)}`
  refuse('LABEL_FELL', `The label of lane ${lane.name} falls from ${fall}.`, `${at}/det/label`)
}

/** Notes that what the frame was recorded to hold so far was there before any step above `n` was asked for. */
export function markLabel(lane: Lane, n: number): void {
  const last = lane.marks.at(-1)
  if (last === undefined || !flowsTo(lane.label, last.label)) lane.marks.push({ n, label: lane.label })
}

/** What the frame held when it asked for step `n`, as far as earlier records prove it. */
export function heldAt(lane: Lane, n: number): Label {
  return lane.marks.findLast((mark) => mark.n < n)?.label ?? lane.start
}

/** The label a decision was taken for includes what the frame held when it asked. */
export function checkTaintCovers(decision: RecordedDecision, held: Label, at: string): void {
  if (flowsTo(held, decision.taint)) return
  refuse(
    'TAINT_MISMATCH',
    `A decision was taken for ${formatLabel(decision.taint)} when its frame had ${formatLabel(held)}.`,
    `${at}/det`,
  )
}

/** The label a decision was taken for is none the frame had only later, or never. */
export function checkTaintWithin(decision: RecordedDecision, after: Label, at: string): void {
  if (flowsTo(decision.taint, after)) return
  refuse(
    'TAINT_MISMATCH',
    `A decision was taken for ${formatLabel(decision.taint)}; its frame had ${formatLabel(after)} afterwards.`,
    `${at}/det`,
  )
}
