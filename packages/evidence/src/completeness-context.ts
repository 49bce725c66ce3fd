import { flowsTo, formatLabel, type Label, type RecordedDecision, type RunRecord } from '@writ/contract'
import { checkDepth, checkSubject } from './completeness-decisions.ts'
import { checkTaintCovers, checkTaintWithin, heldAt, raiseLabel } from './completeness-labels.ts'
import type { Lane, Wanted } from './completeness-lanes.ts'
import { refuse } from './verdict.ts'

type ContextRecord = RunRecord<'context.search'> | RunRecord<'context.read'>

/** A search or read: its decisions, its grants, the partitions it touched, the label it leaves. */
export function checkContext(
  lane: Lane,
  record: ContextRecord,
  partitions: ReadonlySet<string>,
  at: string,
): void {
  const { decisions, label } = record.det
  for (const decision of decisions) checkDepth(lane, decision, at)
  const held = heldAt(lane, record.n)
  raiseLabel(lane, label, at)
  const action = record.kind === 'context.read' ? 'context::read' : 'context::search'
  for (const [i, decision] of decisions.entries()) {
    if (isCeiling(decision)) continue
    checkSubject(decision, action, 'partition:', at)
    checkTaintCovers(decision, held, at)
    checkTaintWithin(decision, label, at)
    const ceiling = decisions[i + 1]
    const refused = ceiling !== undefined && isCeiling(ceiling)
    if (decision.verdict === 'allow' && !refused) grant(lane, `${action} ${decision.resource}`, record.n)
  }
  for (const id of record.det.partitions) {
    touch(lane, id, label, partitions, at)
    needGrant(lane, `${action} partition:${id}`, record.n, at)
  }
}

/** After an allowed partition: that partition would leave the frame without a model, so it was refused all the same. */
function isCeiling(decision: RecordedDecision): boolean {
  return decision.action === 'model::call' && decision.verdict !== 'allow'
}

function touch(lane: Lane, id: string, after: Label, partitions: ReadonlySet<string>, at: string): void {
  const label = lane.scope.get(id)
  if (label === undefined) refuseForeign(lane, id, partitions, `${at}/det/partitions`)
  if (flowsTo(label, after)) return
  refuse(
    'LABEL_SHORT',
    `Lane ${lane.name} has ${formatLabel(after)} after touching ${id}, which is ${formatLabel(label)}.`,
    `${at}/det/label`,
  )
}

function refuseForeign(lane: Lane, id: string, partitions: ReadonlySet<string>, at: string): never {
  if (!partitions.has(id)) refuse('UNKNOWN_PARTITION', `The run has no partition ${id}.`, at)
  refuse('OUT_OF_SCOPE', `Partition ${id} is outside the scope of lane ${lane.name}.`, at)
}

function grant(lane: Lane, key: string, n: number): void {
  lane.grants.add(key)
  const wanted = lane.wanted.get(key)
  if (wanted !== undefined && n < wanted.n) lane.wanted.delete(key)
}

/**
 * A grant is decided once, for the first step that needs it, and recorded when that step ends. A later step may end
 * before: then the grant is still to come, in the record of a step of a lower number.
 */
function needGrant(lane: Lane, key: string, n: number, at: string): void {
  if (lane.grants.has(key)) return
  const known = lane.wanted.get(key)
  const wanted = known === undefined || n < known.n ? { n, at } : known
  lane.wanted.set(key, wanted)
  checkGrant(lane, key, wanted)
}

/** Every partition touched was granted, or may still turn out to have been: a step asked for earlier has no record yet. */
export function checkGrants(lane: Lane): void {
  for (const [key, wanted] of lane.wanted) checkGrant(lane, key, wanted)
}

function checkGrant(lane: Lane, key: string, { n, at }: Wanted): void {
  if (lane.steps.dense < n) return
  refuse('NOT_GRANTED', `Lane ${lane.name} was not granted ${key} before step ${n}.`, `${at}/det/partitions`)
}

/**
 * What a spawned child may touch: partitions of its parent's scope, and at most one new to the run, the text it was
 * given, which has the label of the spawn.
 */
export function checkScope(
  parent: Lane,
  { scope }: RunRecord<'frame.spawn'>['det'],
  partitions: Set<string>,
  at: string,
): void {
  const own = scope.find((id) => !partitions.has(id))
  const foreign = scope.find((id) => id !== own && !parent.scope.has(id))
  if (foreign !== undefined) refuseForeign(parent, foreign, partitions, `${at}/det/scope`)
  if (own !== undefined) partitions.add(own)
}
