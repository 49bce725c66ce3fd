import { type Outcome, outcomeOfCode, type RecordedNotes, STEP_OPS } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf, RecordPlace } from './fold-run.ts'
import { refuse } from './verdict.ts'

/** An outcome and the code of its error say the same. */
export function checkOutcome(
  { outcome, code }: { readonly outcome: Outcome; readonly code: string | null },
  at: string,
): void {
  const derived = code === null ? 'ok' : outcomeOfCode(code)
  if (outcome === derived) return
  refuse(
    'OUTCOME_MISMATCH',
    `The outcome is ${outcome}; the code ${code} is that of ${derived}.`,
    `${at}/det/outcome`,
  )
}

/** The operation is one of its kind of record. */
export function checkOp(record: RecordOf<'context.search' | 'context.read' | 'local'>, at: string): void {
  const { op, outcome } = record.det
  // What was refused may have asked for anything.
  if (STEP_OPS[record.kind].has(op) || (record.kind === 'local' && outcome !== 'ok')) return
  refuse('OUTCOME_MISMATCH', `A ${record.kind} cannot be of ${op}.`, `${at}/det/op`)
}

/** Operations that touch exactly the partition of the document they name. */
const OF_ONE_DOCUMENT: ReadonlySet<string> = new Set(['read', 'outline', 'dates', 'amounts', 'references'])

/**
 * What a search or read touched follows from its decisions and its outcome: what was allowed was touched, what was refused
 * was withheld, and what came back came from somewhere.
 */
export function checkTouched(
  { det }: RecordOf<'context.search' | 'context.read'>,
  { frame, at }: RecordPlace<Lane>,
  notes: Pick<RecordedNotes, 'partitions'> = { partitions: [] },
): void {
  const { op, outcome, decisions, partitions, withheld } = det
  if (new Set(partitions).size !== partitions.length)
    refuse('OUTCOME_MISMATCH', 'A partition is named twice.', `${at}/det/partitions`)
  const refused = decisions.filter(({ verdict }) => verdict !== 'allow')
  if (withheld !== refused.length > 0)
    refuse(
      'OUTCOME_MISMATCH',
      `${refused.length} partitions were refused; the record says ${withheld ? 'something' : 'nothing'} was withheld.`,
      `${at}/det/withheld`,
    )
  const missing = allowedIn(decisions).find((id) => !partitions.includes(id))
  if (missing !== undefined)
    refuse('OUTCOME_MISMATCH', `${missing} was allowed and not touched.`, `${at}/det/partitions`)
  if (outcome !== 'ok') return
  const { scope } = frame.own
  const noted = notes.partitions.filter(({ id }) => scope.has(id)).length
  const size = scope.size - noted
  const least = OF_ONE_DOCUMENT.has(op) || op === 'overview' ? 1 : 0
  const most = OF_ONE_DOCUMENT.has(op) ? 1 : op === 'notes' ? noted : size
  if (partitions.length < least || partitions.length > most)
    refuse(
      'OUTCOME_MISMATCH',
      `A ${op} that came back touched ${partitions.length} partitions.`,
      `${at}/det/partitions`,
    )
  // A listing goes over all that the frame may ask for.
  if (op === 'docs' && partitions.length + refusedIn(decisions).length !== size)
    refuse('OUTCOME_MISMATCH', `A listing leaves out a partition of ${frame.lane}.`, `${at}/det/partitions`)
}

type Decisions = RecordOf<'context.read'>['det']['decisions']

/** Partitions that were allowed: an `allow` directly before a `model::call` grants nothing. */
function allowedIn(decisions: Decisions): readonly string[] {
  return decisions
    .filter(
      ({ action, verdict }, i) =>
        action !== 'model::call' && verdict === 'allow' && decisions[i + 1]?.action !== 'model::call',
    )
    .map(partitionOf)
}

function refusedIn(decisions: Decisions): readonly string[] {
  const allowed = new Set(allowedIn(decisions))
  const subjects = decisions.filter(({ action }) => action !== 'model::call').map(partitionOf)
  return [...new Set(subjects)].filter((id) => !allowed.has(id))
}

function partitionOf({ resource }: Decisions[number]): string {
  return resource.slice('partition:'.length)
}

/** A call that policy refused was denied; a turn is a single request. */
export function checkCall({ det }: RecordOf<'model.call'>, at: string): void {
  const { outcome, decision, code, role, items } = det
  if (outcome !== 'ok' && decision.verdict !== 'allow' && code !== 'POLICY_DENIED')
    refuse('OUTCOME_MISMATCH', `The verdict is ${decision.verdict}, the code ${code}.`, `${at}/det/code`)
  if (role === 'turn' && items !== 1)
    refuse('OUTCOME_MISMATCH', `A turn has ${items} requests.`, `${at}/det/items`)
}

/** Of one request the outcome is its own; of several it is `ok` when any came back, or was answered before. */
export function checkOutcomes(
  { det }: RecordOf<'model.result'>,
  { det: { items, reused } }: RecordOf<'model.call'>,
  at: string,
): void {
  const { outcome, outcomes, code } = det
  const counted = Object.values(outcomes).reduce((sum, n) => sum + n, 0)
  if (counted !== items)
    refuse('OUTCOME_MISMATCH', `${items} requests have ${counted} outcomes.`, `${at}/det/outcomes`)
  if (items === 1) checkOutcome({ outcome, code }, at)
  const derived = outcomes.ok === undefined && reused === undefined ? 'error' : 'ok'
  const same = items === 1 ? outcomes[outcome] === 1 : outcome === derived && code === null
  if (!same)
    refuse('OUTCOME_MISMATCH', `The outcome ${outcome} is not that of the requests.`, `${at}/det/outcome`)
}

/** A spawn that did not happen opens nothing; the mode of one that did says whether its child has a share of its own. */
export function checkSpawned({ det }: RecordOf<'frame.spawn'>, at: string): void {
  const { outcome, model, scope, bound, mode, share } = det
  if ((mode === 'shared') !== (share === null))
    refuse(
      'OUTCOME_MISMATCH',
      `A ${mode} child has ${share === null ? 'no share' : 'a share'}.`,
      `${at}/det/share`,
    )
  if (outcome === 'ok') return
  const nothing = model === '' && scope.length === 0 && bound.calls === 0 && mode === 'shared'
  if (!nothing) refuse('OUTCOME_MISMATCH', 'A child that was not opened was given something.', `${at}/det`)
}
