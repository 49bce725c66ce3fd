import { addAmounts, isVerifier, VOTER } from '@writ/contract'
import { checkGrants } from './completeness-context.ts'
import { refuseFall } from './completeness-labels.ts'
import { checkDense, type Lane, type RunCounts } from './completeness-lanes.ts'
import { mayHaveEnded } from './completeness-limits.ts'
import { checkOutcome } from './completeness-outcomes.ts'
import { hex } from './encoding.ts'
import type { RecordOf, RecordPlace, RunFrame } from './fold-run.ts'
import { refuse } from './verdict.ts'

type Join = RecordOf<'frame.join'>

/** The child that a join ends: the one its spawn opened. */
export function joinedChild(
  { det }: Join,
  spawn: RecordOf<'frame.spawn'>,
  { child, at }: RecordPlace<Lane>,
): RunFrame<Lane> {
  if (child !== undefined && det.child === spawn.det.child) return child
  return refuse(
    'CHILD_MISMATCH',
    `The join of ${det.child} answers the spawn of ${spawn.det.child}.`,
    `${at}/det/child`,
  )
}

/** Ends a child: all it began has ended, and the join says of it what its own records say. */
export function endChild(
  record: Join,
  child: RunFrame<Lane>,
  parent: Lane,
  counts: RunCounts,
  at: string,
): void {
  const lane = child.own
  const [open] = child.commands.values()
  if (open !== undefined) {
    refuse('UNANSWERED', `Command ${open.seq} of ${lane.name} has no result at the join.`, at)
  }
  checkDense(lane, at)
  checkGrants(lane)
  const { childRoot, childRecords } = record.obs
  if (childRecords !== lane.tree.size || childRoot !== hex(lane.tree.root())) {
    refuse(
      'CHILD_MISMATCH',
      `The join has ${childRecords} records under ${childRoot}; ${lane.name} has ${lane.tree.size} under ${hex(lane.tree.root())}.`,
      `${at}/obs/childRoot`,
    )
  }
  refuseFall(lane, record.det.label, at)
  checkCameTo(record, child, counts, at)
  takeOver(record, child, parent)
  counts.endedSteps += lane.steps.size
}

/** Outcome, charge, citations, completeness and what was delivered follow from the child's records and its mode. */
function checkCameTo(
  { det }: Join,
  { own: lane, mode, profile }: RunFrame<Lane>,
  { scripted }: RunCounts,
  at: string,
): void {
  checkOutcome(det, at)
  const { outcome, delivered, charged, citations, incomplete } = det
  const due = mode === 'blind' ? 'sealed' : outcome === 'ok' ? 'value' : 'error'
  if (delivered !== due)
    refuse(
      'CHILD_MISMATCH',
      `A ${mode} child that ended ${outcome} gives ${due}, not ${delivered}.`,
      `${at}/det/delivered`,
    )
  for (const key of ['calls', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const) {
    if (charged[key] === lane.charged[key]) continue
    refuse(
      'CHILD_MISMATCH',
      `The records of ${lane.name} and below charge ${lane.charged[key]} ${key}; the join says ${charged[key]}.`,
      `${at}/det/charged/${key}`,
    )
  }
  // A frame releases the citations it made, or, when it made none, those its children released; equal ones once.
  const most = outcome === 'ok' ? (lane.cited > 0 ? lane.cited : lane.inherited) : 0
  if (citations > most || (most > 0 && citations === 0))
    refuse(
      'CHILD_MISMATCH',
      `${lane.name} can have released ${most} citations, not ${citations}.`,
      `${at}/det/citations`,
    )
  if (!(scripted && profile === VOTER)) checkEnd(det, lane, at)
  if (outcome === 'ok' && !incomplete && lane.turnsTaken >= lane.maxTurns)
    refuse(
      'CHILD_MISMATCH',
      `${lane.name} used its last turn and is said to be whole.`,
      `${at}/det/incomplete`,
    )
}

/** A frame that named an answer in its last turn's cell has one; one whose last turn came to nothing has none of its own. */
function checkEnd({ outcome, code, incomplete }: Join['det'], lane: Lane, at: string): void {
  const gaveUp = code !== null && GAVE_UP.has(code)
  if (lane.final && gaveUp && !mayHaveEnded(lane))
    refuse('CHILD_MISMATCH', `${lane.name} named an answer, and is said to have none.`, `${at}/det/outcome`)
  if (lane.script !== null) return
  if (outcome === 'ok' && !incomplete && (lane.turnFailed || lane.turnsTaken === 0))
    refuse('CHILD_MISMATCH', `The last turn of ${lane.name} came to nothing.`, `${at}/det/outcome`)
}

/** Codes of a frame that took another turn, or none, after its last cell. */
const GAVE_UP: ReadonlySet<string> = new Set([
  'NO_ANSWER',
  'MODEL_FAILED',
  'MODEL_REJECTED',
  'BUDGET_EXCEEDED',
])

/** What a parent has of a child that ended. */
function takeOver({ det }: Join, { own: lane, mode, profile }: RunFrame<Lane>, parent: Lane): void {
  parent.charged = addAmounts(parent.charged, lane.charged)
  if (mode === 'blind') {
    parent.sealed.add(det.child)
    return
  }
  if (det.outcome !== 'ok') return
  if (isVerifier(profile)) parent.verified = true
  if (profile === VOTER) parent.voted += 1
  parent.inherited += det.citations
  for (const held of lane.sealed) parent.sealed.add(held)
}

/** The sealed values that a release has in it are some that its frame holds, each named once, in order. */
export function checkSealed({ det }: RecordOf<'output.release'>, { sealed, name }: Lane, at: string): void {
  const other = det.sealed.find(
    (lane, i) => !sealed.has(lane) || (i > 0 && String(det.sealed[i - 1]) >= lane),
  )
  if (other === undefined) return
  refuse(
    'CHILD_MISMATCH',
    `Lane ${name} holds no sealed value of ${other} to release there.`,
    `${at}/det/sealed`,
  )
}
