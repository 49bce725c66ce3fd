import {
  type Amount,
  addAmounts,
  type Decision,
  type FrameValue,
  type ItemOutcome,
  type Label,
  type ModelProfile,
  NOTHING,
  type Partition,
  type RecordedDecision,
  type SpawnRequest,
  toWritError,
  WritError,
} from '@writ/contract'
import type { Hold } from './budget-pool.ts'
import { type FrameResult, join } from './join.ts'
import { commandHash, type Place, type Written } from './journal.ts'
import { Lane, type Scope } from './lane.ts'
import type { OnFinal } from './local-step.ts'
import { type Past, pastAt, type RecordOf } from './past.ts'
import { chooseModel, type ModelRole, modelsOf } from './run-models.ts'
import { errorFrom, errorJson, noteLimit, outcomeOf, type RunState } from './run-state.ts'
import { lastTurnBytes, turnBound } from './turn-bounds.ts'

/** Turns of a frame that stay possible whatever else is spent; none for a frame that has ended in the record. */
export interface Holds {
  readonly next?: Hold
  readonly last?: Hold
}

/** Runs a frame to its end and never rejects: a spawn without a join would be a hole in the record. */
export type RunFrame = (state: RunState, lane: Lane, holds: Holds) => Promise<FrameResult>

/** A child that is asked for, and the place its step was given. */
export interface Child {
  readonly place: Place
  readonly request: SpawnRequest
}

interface NumberedChild extends Child {
  readonly id: string
}

/**
 * Opens child frames, at most as many at once as one model may have requests in flight; the others wait their turn.
 * Lanes are given when the step is asked for, so they do not depend on which child runs first. `onEnd` hears of the
 * record that ends each.
 */
export async function performSpawn(
  state: RunState,
  lane: Lane,
  asked: readonly Child[],
  runFrame: RunFrame,
  onEnd: OnFinal,
): Promise<readonly ItemOutcome<FrameValue>[]> {
  const children = asked.map((child): NumberedChild => {
    lane.children += 1
    return { ...child, id: `${lane.id}.${lane.children}` }
  })
  const outcomes: ItemOutcome<FrameValue>[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next; index < children.length; index = next) {
      next += 1
      const child = children[index]
      if (child === undefined) return
      outcomes[index] = await spawn(state, lane, child, runFrame, onEnd)
    }
  }
  await Promise.all(Array.from({ length: Math.min(state.limits.concurrency, children.length) }, worker))
  return outcomes
}

async function spawn(
  state: RunState,
  lane: Lane,
  child: NumberedChild,
  runFrame: RunFrame,
  onEnd: OnFinal,
): Promise<ItemOutcome<FrameValue>> {
  const past = state.past && (await pastAt(state.past, child.place))
  const {
    decision,
    label: before,
    opening,
  } = past === undefined ? await openNow(state, lane, child) : await recallOpening(state, past, lane, child)
  if (!opening.ok) {
    const { error } = opening
    const written = writeSpawn(state, child, { decision, label: before ?? lane.label }, null, error)
    noteLimit(state.tally, written.seq, error)
    onEnd(written.seq)
    await written.durable
    return { ok: false, error }
  }
  // In one go with its record: a goal carries its frame's label as it is at that moment.
  const label = before ?? lane.label
  const frame = childLane(state, lane, child, opening.value, label)
  const written = writeSpawn(state, child, { decision, label }, opening.value, null)
  await written.durable
  const started = state.ports.clock.monotonic()
  const result = await runFrame(state, frame, opening.value.holds)
  return await join(state, lane, child.place, frame, result, { command: written.seq, started }, onEnd)
}

/** What a spawn came to before its record: the decision, and the child or why there is none. */
interface Opening {
  readonly decision: RecordedDecision
  /** The parent's label, where it is recorded; else it is that of the moment the record is written. */
  readonly label: Label | null
  readonly opening: ItemOutcome<Opened>
}

async function openNow(state: RunState, lane: Lane, child: NumberedChild): Promise<Opening> {
  const { worker } = state.authority
  const profile = { type: 'profile', ...worker } as const
  const ruling = await state.gate.decide(lane, 'recursion::spawn', profile, lane.label)
  const opening = await open(state, lane, child, ruling.decision).then(
    (value) => ({ ok: true as const, value }),
    (error: unknown) => ({ ok: false as const, error: toWritError(error) }),
  )
  return { decision: ruling.recorded, label: null, opening }
}

/** A spawn as it is recorded: the scope and the parent's label of that moment; turns are held back for a frame that lives on. */
async function recallOpening(
  state: RunState,
  past: Past,
  lane: Lane,
  child: NumberedChild,
): Promise<Opening> {
  const { worker } = state.authority
  const stood = past.at(child.place, 'frame.spawn')
  const { outcome, decision, label, scope } = stood.det
  past.compare(stood, { child: child.id, input: spawnInput(state, child) })
  const ruling = state.gate.recall(lane, 'recursion::spawn', `profile:${worker.id}`, [], decision)
  if (outcome !== 'ok') {
    const error = errorFrom(await past.text(stood, 'error'))
    await past.turn(stood)
    if (decision.verdict !== 'allow')
      state.gate.refuse('recursion::spawn', `profile:${worker.id}`, decision.policies, decision.reason)
    return { decision: ruling.recorded, label, opening: { ok: false, error } }
  }
  const { role, model } = chooseModel(state, child.place, child.request.model)
  const { goal } = child.request
  const ended = past.joined(child.id)
  const value: Opened = {
    role,
    model,
    bound: twoTurns(state, model, goal),
    holds: ended ? {} : holdAgain(state, model, goal),
    scope: ended
      ? recallScope(lane, child.request, scope, label)
      : await reopenScope(state, past, lane, child, stood),
  }
  return { decision: ruling.recorded, label, opening: { ok: true, value } }
}

/** The scope of a frame that lives on after its process died: a text of its own is brought into memory again. */
async function reopenScope(
  state: RunState,
  past: Past,
  lane: Lane,
  child: NumberedChild,
  stood: RecordOf<'frame.spawn'>,
): Promise<Scope> {
  const { scope, label } = stood.det
  const { context } = child.request
  if (context === undefined) return recallScope(lane, child.request, scope, label)
  const labelled = JSON.parse(await past.text(stood, 'contextLabel')) as Label
  const partition = await ownText(state, child, context, labelled)
  past.compare(stood, { scope: [partition.id] })
  return { partitions: [partition], docs: null }
}

/** The scope that a recorded spawn had: its own text, or what it named of its parent's. */
function recallScope(lane: Lane, request: SpawnRequest, ids: readonly string[], label: Label): Scope {
  const { context, scope } = request
  const [id] = ids
  if (context !== undefined && id !== undefined) {
    const bytes = Buffer.byteLength(context)
    const text = { id, collection: '', label, purposes: [], owner: '', documents: 1, bytes, packSha256: '' }
    return { partitions: [text], docs: null }
  }
  if (scope === 'inherit') return lane.scope
  const partitions = lane.scope.partitions.filter((partition) => ids.includes(partition.id))
  return { partitions, docs: scope === undefined ? null : new Set(scope) }
}

function childLane(
  state: RunState,
  lane: Lane,
  child: NumberedChild,
  { role, scope }: Opened,
  label: Label,
): Lane {
  return new Lane({
    id: child.id,
    parent: lane,
    depth: lane.depth + 1,
    goal: child.request.goal,
    profile: state.authority.worker,
    model: (place) => modelsOf(state, place)[role],
    scope,
    label,
    signal: lane.signal,
  })
}

/** What a child is opened with. */
interface Opened {
  readonly role: ModelRole
  readonly model: ModelProfile
  readonly scope: Scope
  readonly holds: Holds
  /** Its next and its last turn, the worst case. */
  readonly bound: Amount
}

async function open(state: RunState, lane: Lane, child: NumberedChild, decision: Decision): Promise<Opened> {
  lane.signal.throwIfAborted()
  const { worker } = state.authority
  if (decision.verdict !== 'allow')
    throw state.gate.refuse('recursion::spawn', `profile:${worker.id}`, decision.policies, decision.reason)
  const depth = lane.depth + 1
  if (depth > state.limits.maxDepth)
    throw new WritError(
      'DEPTH_EXCEEDED',
      `A child of this frame would have depth ${depth}; the limit is ${state.limits.maxDepth}.`,
    )
  const { role, model } = chooseModel(state, child.place, child.request.model)
  const holds = holdTurns(state, model, child.request.goal)
  try {
    const bound = twoTurns(state, model, child.request.goal)
    return { role, model, holds, bound, scope: await childScope(state, lane, child) }
  } catch (error) {
    holds.next.release()
    holds.last.release()
    throw error
  }
}

/** A child holds back its next and its last turn and nothing more, so siblings do not starve. */
function holdTurns(state: RunState, model: ModelProfile, goal: string): { next: Hold; last: Hold } {
  const bound = oneTurn(state, model, goal)
  const last = state.pool.hold(bound)
  try {
    return { last, next: state.pool.hold(bound) }
  } catch (error) {
    last.release()
    throw error
  }
}

function holdAgain(state: RunState, model: ModelProfile, goal: string): Holds {
  const bound = oneTurn(state, model, goal)
  return { last: state.pool.holdAgain(bound), next: state.pool.holdAgain(bound) }
}

function oneTurn({ limits, ports }: RunState, model: ModelProfile, goal: string): Amount {
  return turnBound(limits, model, lastTurnBytes(limits, model, ports.reasoner.promptBytes, goal))
}

function twoTurns(state: RunState, model: ModelProfile, goal: string): Amount {
  const bound = oneTurn(state, model, goal)
  return addAmounts(bound, bound)
}

async function childScope(state: RunState, lane: Lane, child: NumberedChild): Promise<Scope> {
  const { context, scope } = child.request
  const { store } = state.ports
  if (context !== undefined)
    return { partitions: [await ownText(state, child, context, lane.label)], docs: null }
  if (scope === undefined) return { partitions: [], docs: null }
  if (scope === 'inherit') return lane.scope
  const docs = new Set(scope)
  const partitions = lane.scope.partitions.filter((partition) => {
    return [...docs].some((doc) => store.locate(doc)?.partition === partition.id)
  })
  const outside = [...docs].find((doc) => {
    const partition = store.locate(doc)?.partition
    const known = partition !== undefined && partitions.some((candidate) => candidate.id === partition)
    return !known || (lane.scope.docs !== null && !lane.scope.docs.has(doc))
  })
  if (outside !== undefined)
    throw new WritError('UNKNOWN_DOCUMENT', `There is no document "${outside}" in this frame's corpus.`)
  return { partitions, docs }
}

/** Brings a text given to a child into memory, as a partition of its own. */
async function ownText(
  { ports }: RunState,
  { id }: NumberedChild,
  text: string,
  label: Label,
): Promise<Partition> {
  return await ports.store.addTexts(`frame-${id}`, [{ id: `frame-${id}`, text }], label)
}

function spawnInput({ journal }: RunState, { place, request }: Child): string {
  return journal.commit(place, 'frame.spawn', 'input', JSON.stringify(request))
}

function writeSpawn(
  state: RunState,
  child: NumberedChild,
  { decision, label }: { readonly decision: RecordedDecision; readonly label: Label },
  opened: Opened | null,
  error: WritError | null,
): Written {
  const { journal } = state
  const { request, place, id } = child
  return journal.write(
    'frame.spawn',
    place,
    {
      child: id,
      profile: state.authority.worker.id,
      model: opened?.model.id ?? '',
      scope: opened === null ? [] : opened.scope.partitions.map((partition) => partition.id),
      input: spawnInput(state, child),
      decision,
      label,
      bound: opened?.bound ?? NOTHING,
      outcome: error === null ? 'ok' : outcomeOf(error),
      code: error?.code ?? null,
    },
    { at: journal.now() },
    {
      hash: commandHash('frame.spawn', request),
      goal: request.goal,
      ...ownLabel(opened, request),
      ...(error === null ? {} : { error: errorJson(error) }),
    },
    'commit',
  )
}

/** The label of a text given to the child: its parent's when it was brought in, which the record's may be above. */
function ownLabel(opened: Opened | null, { context }: SpawnRequest): { readonly contextLabel?: string } {
  const [partition] = opened?.scope.partitions ?? []
  if (context === undefined || partition === undefined) return {}
  return { contextLabel: JSON.stringify(partition.label) }
}
