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
import type { FrameState } from '../state/frame-state.ts'
import { modelResource, type RunState } from '../state/run-state.ts'

/** Which partitions a step may touch, the decisions that took, and what was refused. */
export interface Admission {
  readonly allowed: readonly Partition[]
  readonly decisions: readonly RecordedDecision[]
  readonly refusals: readonly WritError[]
}

type ContextAction = Extract<Action, 'context::search' | 'context::read'>

/**
 * Grants a frame an action on partitions: policy first, then the ceiling, then the label rises. A partition whose grant is
 * recorded needs no new decision. Admissions of one frame run one after another.
 */
export function admit(
  state: RunState,
  lane: FrameState,
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
      if (!lane.granted[action].has(partition.id)) {
        const refusal = await rule(state, lane, action, partition, decisions)
        if (refusal !== undefined) {
          refusals.push(refusal)
          continue
        }
      }
      lane.raise(partition.label)
      allowed.push(partition)
    }
    return { allowed, decisions, refusals }
  })
}

/**
 * Takes over an admission as it was recorded: the label of what was granted, and the count of what was refused. Gives
 * whether anything was.
 */
export function recallAdmission(
  state: RunState,
  lane: FrameState,
  action: ContextAction,
  decisions: readonly RecordedDecision[],
  partitions: readonly string[],
): boolean {
  for (const partition of [...lane.scope.partitions, ...lane.scope.notes])
    if (partitions.includes(partition.id)) lane.raise(partition.label)
  let refused = false
  for (const { resource, ceiling, decision } of decidedOf(decisions)) {
    if (decision.verdict === 'allow') continue
    state.gate.denied(action, resource, decision.policies, ceiling ? 'ceiling' : decision.reason)
    refused = true
  }
  return refused
}

/**
 * Notes what a step was granted, once its record says so. INVARIANT: no step relies on a grant that is not recorded: the one it
 * was decided for may be lost with the process.
 */
export function noteGrants(
  lane: FrameState,
  action: ContextAction,
  decisions: readonly RecordedDecision[],
  partitions: readonly string[],
): void {
  for (const { resource, ceiling } of decidedOf(decisions)) {
    const id = resource.slice('partition:'.length)
    if (!ceiling && partitions.includes(id)) lane.granted[action].add(id)
  }
}

/** Decisions with the partition that each is about; what would leave a frame without a model follows what it is about. */
function decidedOf(decisions: readonly RecordedDecision[]): readonly {
  readonly resource: string
  readonly ceiling: boolean
  readonly decision: RecordedDecision
}[] {
  let resource = ''
  return decisions.map((decision) => {
    const ceiling = decision.action === 'model::call'
    if (!ceiling) ({ resource } = decision)
    return { resource, ceiling, decision }
  })
}

/** Whether a frame may have every one of some partitions, each by itself. Nothing is granted. */
export async function mayHave(
  state: RunState,
  lane: FrameState,
  action: ContextAction,
  partitions: readonly Partition[],
): Promise<boolean> {
  for (const partition of partitions) {
    if (lane.granted[action].has(partition.id)) continue
    if ((await refusalOf(state, lane, action, partition, [])) !== null) return false
  }
  return true
}

/** Whether a frame may have any of some partitions. Nothing is granted. */
export async function mayHaveSome(
  state: RunState,
  lane: FrameState,
  action: ContextAction,
  partitions: readonly Partition[],
): Promise<boolean> {
  for (const partition of partitions) if (await mayHave(state, lane, action, [partition])) return true
  return false
}

/** What is withheld from a frame, whatever it asked for: the decisions that refuse, and their policies; null when nothing is. */
export async function withheld(
  state: RunState,
  lane: FrameState,
  action: ContextAction,
): Promise<{ decisions: readonly RecordedDecision[]; policies: readonly string[] | null }> {
  return await lane.admit(async () => {
    const refusing: RecordedDecision[] = []
    for (const partition of lane.scope.partitions) {
      if (lane.granted[action].has(partition.id)) continue
      const decisions: RecordedDecision[] = []
      if ((await rule(state, lane, action, partition, decisions)) !== undefined) refusing.push(...decisions)
    }
    const policies = refusing
      .filter(({ verdict }) => verdict !== 'allow')
      .flatMap((decided) => decided.policies)
    return { decisions: refusing, policies: refusing.length === 0 ? null : [...new Set(policies)].sort() }
  })
}

async function rule(
  state: RunState,
  lane: FrameState,
  action: ContextAction,
  partition: Partition,
  decisions: RecordedDecision[],
): Promise<WritError | undefined> {
  const refusal = await refusalOf(state, lane, action, partition, decisions)
  if (refusal === null) return undefined
  return state.gate.denied(action, `partition:${partition.id}`, refusal.policies, refusal.reason)
}

/** Why a frame may not have a partition; null when it may. The decisions taken are added to those given. */
async function refusalOf(
  state: RunState,
  lane: FrameState,
  action: ContextAction,
  partition: Partition,
  decisions: RecordedDecision[],
): Promise<Pick<RecordedDecision, 'policies' | 'reason'> | null> {
  const decided = await state.gate.decide(lane, action, partitionFacts(partition), lane.label)
  decisions.push(decided.recorded)
  if (decided.decision.verdict !== 'allow') return decided.decision
  const ceiling = await belowCeiling(state, lane, partition.label)
  if (ceiling === null) return null
  decisions.push(ceiling)
  return { policies: ceiling.policies, reason: 'ceiling' }
}

/** The decision that would leave a list of the frame without a model if its label rose by `label`: on the last of it. */
async function belowCeiling(
  state: RunState,
  lane: FrameState,
  label: Label,
): Promise<RecordedDecision | null> {
  if (flowsTo(label, lane.label)) return null
  const after = joinLabels(lane.label, label)
  for (const list of lane.ceiling) {
    let refused: RecordedDecision | null = null
    for (const model of list) {
      const decided = await state.gate.decide(lane, 'model::call', modelResource(model), after)
      refused = decided.decision.verdict === 'allow' ? null : decided.recorded
      if (refused === null) break
    }
    if (refused !== null) return refused
  }
  return null
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
