import {
  type Decision,
  flowsTo,
  joinLabels,
  type Label,
  labelsEqual,
  type ModelProfile,
  type Partition,
  type Reach,
  type RecordedDecision,
  reachesHigher,
  type SpawnMode,
  type SpawnRequest,
  spawnMode,
  WritError,
} from '@writ/contract'
import type { ModelList } from '../basis/model-list.ts'
import type { FrameState, Scope } from '../state/frame-state.ts'
import { modelResource, type RunState } from '../state/run-state.ts'
import { partitionFacts } from './admission.ts'

/** How a child will stand to its parent, what of the corpus it may ask for, and the decisions that both follow from. */
export interface ChildMode {
  readonly mode: SpawnMode
  /** Of the corpus; a text of the child's own comes on top. */
  readonly scope: Scope
}

const NO_SCOPE: Scope = Object.freeze({ partitions: [], notes: [], docs: null })

/**
 * Decides how a child stands to its parent. INVARIANT: labels, models and names of documents go in, never what a frame has
 * read or a child has done. The decisions taken are added to those given, also where it throws `UNKNOWN_DOCUMENT`.
 */
export async function decideMode(
  state: RunState,
  lane: FrameState,
  models: ModelList,
  request: SpawnRequest,
  decisions: RecordedDecision[],
): Promise<ChildMode> {
  const reaches = await reachesOf(state, lane, models, decisions)
  const sealed = typeof request.context === 'object'
  const { scope, beyond } = await scopeOf(state, lane, request, reaches, decisions)
  const mode = spawnMode([...reaches.values()], { beyond, sealed })
  return { mode, scope }
}

/** Whether child and parent keep a model of each list, by the label that a partition would give the child. */
type Reaches = ReadonlyMap<Label, Reach>

async function reachesOf(
  state: RunState,
  lane: FrameState,
  models: ModelList,
  decisions: RecordedDecision[],
): Promise<Reaches> {
  const reaches = new Map<Label, Reach>()
  for (const after of labelsAhead(state, lane)) {
    const asked = new Map<string, boolean>()
    const permits = async (candidate: ModelProfile): Promise<boolean> => {
      const known = asked.get(candidate.id)
      if (known !== undefined) return known
      const decided = await state.gate.decide(lane, 'model::call', modelResource(candidate), after)
      decisions.push(decided.recorded)
      asked.set(candidate.id, allowed(decided.decision))
      return allowed(decided.decision)
    }
    const keeps = async (list: ModelList): Promise<boolean> => {
      for (const candidate of list) if (await permits(candidate)) return true
      return false
    }
    const child = await keeps(models)
    let parent = true
    for (const bound of lane.ceiling) parent = (await keeps(bound)) && parent
    reaches.set(after, { child, parent })
  }
  return reaches
}

/** The labels that one read could give a child: of the run's partitions and of its parent's own texts, each once. */
function labelsAhead({ partitions }: RunState, lane: FrameState): Label[] {
  const labels: Label[] = []
  for (const { label } of [...partitions, ...lane.scope.partitions]) {
    if (flowsTo(label, lane.label)) continue
    const after = joinLabels(lane.label, label)
    if (!labels.some((known) => labelsEqual(known, after))) labels.push(after)
  }
  return labels
}

function parentReaches(lane: FrameState, reaches: Reaches, { label }: Partition): boolean {
  if (flowsTo(label, lane.label)) return true
  const after = joinLabels(lane.label, label)
  return [...reaches].some(([known, { parent }]) => parent && labelsEqual(known, after))
}

async function scopeOf(
  state: RunState,
  lane: FrameState,
  { context, scope }: SpawnRequest,
  reaches: Reaches,
  decisions: RecordedDecision[],
): Promise<{ readonly scope: Scope; readonly beyond: boolean }> {
  if (context !== undefined || scope === undefined) return { scope: NO_SCOPE, beyond: false }
  const { partitions } = lane.scope
  if (scope === 'inherit') {
    const hidden = partitions.every((partition) => !parentReaches(lane, reaches, partition))
    return { scope: lane.scope, beyond: partitions.length > 0 && hidden }
  }
  const docs = new Set(scope)
  const wanted = new Set([...docs].map((doc) => partitionOf(state, lane, doc)?.id))
  const visible = new Set<string | undefined>()
  for (const partition of partitions)
    if (wanted.has(partition.id) && (await maySee(state, lane, reaches, partition, decisions)))
      visible.add(partition.id)
  const unseen = [...docs].find((doc) => !visible.has(partitionOf(state, lane, doc)?.id))
  // What does not exist and what may not be seen look alike, so that no name can be tried out.
  const beyond = unseen !== undefined
  if (beyond && !reachesHigher([...reaches.values()]))
    throw new WritError('UNKNOWN_DOCUMENT', `There is no document "${unseen}" in this frame's corpus.`)
  return { scope: { partitions: partitions.filter(({ id }) => wanted.has(id)), notes: [], docs }, beyond }
}

/** The partition of a document that the frame's scope has. */
function partitionOf({ ports }: RunState, { scope }: FrameState, doc: string): Partition | undefined {
  if (scope.docs !== null && !scope.docs.has(doc)) return undefined
  const id = ports.store.locate(doc)?.partition
  return scope.partitions.find((partition) => partition.id === id)
}

/** Whether a frame may see a partition: it has been granted it, or policy and its ceiling would let it search there. */
async function maySee(
  state: RunState,
  lane: FrameState,
  reaches: Reaches,
  partition: Partition,
  decisions: RecordedDecision[],
): Promise<boolean> {
  if (!parentReaches(lane, reaches, partition)) return false
  if (lane.granted['context::search'].has(partition.id) || lane.granted['context::read'].has(partition.id))
    return true
  const decided = await state.gate.decide(lane, 'context::search', partitionFacts(partition), lane.label)
  decisions.push(decided.recorded)
  return allowed(decided.decision)
}

function allowed({ verdict }: Decision): boolean {
  return verdict === 'allow'
}
