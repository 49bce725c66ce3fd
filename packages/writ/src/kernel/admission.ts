import {
  type Action,
  flowsTo,
  joinLabels,
  type Label,
  levelNumber,
  type Partition,
  type PartitionFacts,
  type RecordedDecision,
  type WritError,
} from '@writ/contract'
import type { Lane } from './lane.ts'
import { modelResource, type RunState } from './run-state.ts'

/** Which partitions a step may touch, the decisions that took, and what was refused. */
export interface Admission {
  readonly allowed: readonly Partition[]
  readonly decisions: readonly RecordedDecision[]
  readonly refusals: readonly WritError[]
}

type ContextAction = Extract<Action, 'context::search' | 'context::read'>

/**
 * Grants a frame an action on partitions: policy first, then the ceiling, then the label rises. A partition granted
 * before needs no new decision. Admissions of one frame run one after another.
 */
export function admit(
  state: RunState,
  lane: Lane,
  action: ContextAction,
  partitions: readonly Partition[],
  signal: AbortSignal,
): Promise<Admission> {
  return lane.admit(async () => {
    // Once begun it is finished: a decision that was taken is recorded with what it granted.
    signal.throwIfAborted()
    const allowed: Partition[] = []
    const decisions: RecordedDecision[] = []
    const refusals: WritError[] = []
    for (const partition of partitions) {
      const granted = lane.granted[action]
      if (!granted.has(partition.id)) {
        const refusal = await rule(state, lane, action, partition, decisions)
        if (refusal !== undefined) {
          refusals.push(refusal)
          continue
        }
        granted.add(partition.id)
      }
      lane.raise(partition.label)
      allowed.push(partition)
    }
    return { allowed, decisions, refusals }
  })
}

/**
 * Takes over an admission as it was recorded: grants, the label of what was granted, and the count of what was refused.
 * Gives whether anything was.
 */
export function recallAdmission(
  state: RunState,
  lane: Lane,
  action: ContextAction,
  decisions: readonly RecordedDecision[],
  partitions: readonly string[],
): boolean {
  for (const partition of lane.scope.partitions) {
    if (!partitions.includes(partition.id)) continue
    lane.granted[action].add(partition.id)
    lane.raise(partition.label)
  }
  let resource = ''
  let refused = false
  for (const decision of decisions) {
    const ceiling = decision.action === 'model::call'
    if (!ceiling) ({ resource } = decision)
    if (decision.verdict === 'allow') continue
    state.gate.refuse(action, resource, decision.policies, ceiling ? 'ceiling' : decision.reason)
    refused = true
  }
  return refused
}

async function rule(
  state: RunState,
  lane: Lane,
  action: ContextAction,
  partition: Partition,
  decisions: RecordedDecision[],
): Promise<WritError | undefined> {
  const { gate } = state
  const ruling = await gate.decide(lane, action, partitionFacts(partition), lane.label)
  decisions.push(ruling.recorded)
  const { verdict, policies, reason } = ruling.decision
  if (verdict !== 'allow') return gate.refuse(action, `partition:${partition.id}`, policies, reason)
  const ceiling = await belowCeiling(state, lane, partition.label)
  if (ceiling === null) return undefined
  decisions.push(ceiling)
  return gate.refuse(action, `partition:${partition.id}`, ceiling.policies, 'ceiling')
}

/** The decision that would leave the frame without a model if its label rose by `label`; null when none would. */
export async function belowCeiling(
  state: RunState,
  lane: Lane,
  label: Label,
): Promise<RecordedDecision | null> {
  if (flowsTo(label, lane.label)) return null
  const after = joinLabels(lane.label, label)
  const ruling = await state.gate.decide(lane, 'model::call', modelResource(lane.model), after)
  return ruling.decision.verdict === 'allow' ? null : ruling.recorded
}

export function partitionFacts(partition: Partition): PartitionFacts {
  return {
    type: 'partition',
    id: partition.id,
    collection: partition.collection,
    level: levelNumber(partition.label.level),
    categories: partition.label.categories,
    trusted: !partition.label.untrusted,
    purposes: partition.purposes,
    owner: partition.owner,
  }
}
