import {
  type Amount,
  addAmounts,
  type Decision,
  type FrameValue,
  type ItemOutcome,
  joinLabels,
  type Label,
  type Limits,
  type ModelProfile,
  NOTHING,
  type Partition,
  type RecordedDecision,
  type Share,
  type SpawnMode,
  type SpawnRequest,
  toWritError,
  WritError,
} from '@writ/contract'
import { commandHash } from '@writ/evidence'
import type { Hold } from './budget-pool.ts'
import type { BudgetShare } from './budget-share.ts'
import { decideMode } from './child-mode.ts'
import { type FrameResult, join } from './join.ts'
import type { Place, Written } from './journal.ts'
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
  const asked =
    past === undefined
      ? await lane.openInOrder(() => openNow(state, lane, child))
      : await recallOpening(state, past, lane, child)
  const { opening } = asked
  // In one go with its record: a goal carries its frame's label as it is at that moment.
  const label = asked.label ?? lane.label
  if (!opening.ok) {
    const { error } = opening
    const written = writeSpawn(state, child, { ...asked, label }, null, error)
    noteLimit(state, lane.label, written.seq, error)
    onEnd(written.seq)
    await written.durable
    return { ok: false, error }
  }
  const { mode, holds } = opening.value
  const frame = childLane(state, lane, child, opening.value, label)
  const written = writeSpawn(state, child, { ...asked, label }, opening.value, null)
  await written.durable
  const started = state.ports.clock.monotonic()
  const result = await runFrame(state, frame, holds)
  return await join(
    state,
    lane,
    child.place,
    { lane: frame, mode, command: written.seq, started },
    result,
    onEnd,
  )
}

/** What a spawn came to before its record: the decisions, and the child or why there is none. */
interface Opening {
  readonly decision: RecordedDecision
  /** Those that its mode follows from. */
  readonly ceiling: readonly RecordedDecision[]
  /** The parent's label, where it is recorded; else it is that of the moment the record is written. */
  readonly label: Label | null
  readonly opening: ItemOutcome<Opened>
}

async function openNow(state: RunState, lane: Lane, child: NumberedChild): Promise<Opening> {
  const { worker } = state.authority
  const profile = { type: 'profile', ...worker } as const
  await lane.look()
  const ruling = await state.gate.decide(lane, 'recursion::spawn', profile, lane.label)
  const ceiling: RecordedDecision[] = []
  const opening = await open(state, lane, child, ruling.decision, ceiling).then(
    (value) => ({ ok: true as const, value }),
    (error: unknown) => ({ ok: false as const, error: toWritError(error) }),
  )
  lane.share.draw(lane.label)
  await lane.look()
  return { decision: ruling.recorded, ceiling, label: null, opening }
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
  const { outcome, decision, label, mode, share, ceiling } = stood.det
  past.compare(stood, { child: child.id, input: spawnInput(state, child) })
  const ruling = state.gate.recall(lane, 'recursion::spawn', `profile:${worker.id}`, [], decision)
  const asked = { decision: ruling.recorded, ceiling, label }
  lane.raise(label)
  lane.share.draw(label)
  if (outcome !== 'ok') {
    const error = errorFrom(await past.text(stood, 'error'))
    await past.turn(stood)
    if (decision.verdict !== 'allow')
      state.gate.refuse('recursion::spawn', `profile:${worker.id}`, decision.policies, decision.reason)
    return { ...asked, opening: { ok: false, error } }
  }
  const { role, model } = chooseModel(state, child.place, child.request.model)
  const { goal } = child.request
  const ended = past.joined(child.id)
  const own = share === null ? lane.share : lane.share.carveAgain(share)
  const value: Opened = {
    role,
    model,
    mode,
    share: own,
    part: share,
    bound: twoTurns(state, own, model, goal),
    holds: ended ? {} : holdAgain(state, own, model, goal),
    scope: await recallScope(state, past, lane, child, stood, ended),
  }
  return { ...asked, opening: { ok: true, value } }
}

/**
 * The scope that a recorded spawn had: its own text, or what it named of its parent's. The text of a frame that lives on
 * after its process died is brought into memory again.
 */
async function recallScope(
  state: RunState,
  past: Past,
  lane: Lane,
  child: NumberedChild,
  stood: RecordOf<'frame.spawn'>,
  ended: boolean,
): Promise<Scope> {
  const { scope: ids } = stood.det
  const { context, scope } = child.request
  const [id = ''] = ids
  if (context !== undefined) {
    const label = JSON.parse(await past.text(stood, 'contextLabel')) as Label
    const text = contextText(lane, context)
    if (!ended) {
      const partition = await ownText(state, child, text, label)
      past.compare(stood, { scope: [partition.id] })
      return { partitions: [partition], docs: null }
    }
    const bytes = Buffer.byteLength(text)
    const gone = { id, collection: '', label, purposes: [], owner: '', documents: 1, bytes, packSha256: '' }
    return { partitions: [gone], docs: null }
  }
  if (scope === 'inherit') return lane.scope
  const partitions = lane.scope.partitions.filter((partition) => ids.includes(partition.id))
  return { partitions, docs: scope === undefined ? null : new Set(scope) }
}

function childLane(
  state: RunState,
  lane: Lane,
  child: NumberedChild,
  { role, scope, mode, share }: Opened,
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
    share,
    bound: mode !== 'blind',
    signal: lane.signal,
  })
}

/** What a child is opened with. */
interface Opened {
  readonly role: ModelRole
  readonly model: ModelProfile
  readonly mode: SpawnMode
  /** What it draws on, and the part of its parent's that this is, unless it is the same. */
  readonly share: BudgetShare
  readonly part: Share | null
  readonly scope: Scope
  readonly holds: Holds
  /** Its next and its last turn, the worst case. */
  readonly bound: Amount
}

async function open(
  state: RunState,
  lane: Lane,
  child: NumberedChild,
  decision: Decision,
  ceiling: RecordedDecision[],
): Promise<Opened> {
  const { worker } = state.authority
  // A refusal that ends the run is counted like any other.
  if (decision.verdict !== 'allow')
    throw state.gate.refuse('recursion::spawn', `profile:${worker.id}`, decision.policies, decision.reason)
  lane.signal.throwIfAborted()
  const depth = lane.depth + 1
  const { maxDepth } = state.limits
  if (depth > maxDepth)
    throw new WritError(
      'DEPTH_EXCEEDED',
      `A child here would have depth ${depth}; the limit is ${maxDepth}.`,
      {
        data: { limit: 'depth', most: maxDepth },
      },
    )
  const { role, model } = chooseModel(state, child.place, child.request.model)
  const { context, goal } = child.request
  const text = context === undefined ? undefined : contextText(lane, context)
  const { mode, scope } = await decideMode(state, lane, model, child.request, ceiling)
  const part = mode === 'shared' ? null : lane.share.part()
  const share = part === null ? lane.share : lane.share.carve(part)
  try {
    const bound = twoTurns(state, share, model, goal)
    const holds = holdTurns(state, share, model, goal)
    try {
      const opened = { role, model, mode, share, part, holds, bound }
      if (text === undefined) return { ...opened, scope }
      const label = contextLabel(lane, context)
      return { ...opened, scope: { partitions: [await ownText(state, child, text, label)], docs: null } }
    } catch (error) {
      holds.next.release()
      holds.last.release()
      throw error
    }
  } catch (error) {
    if (part !== null) lane.share.pool.rejoin(share.pool)
    throw error
  }
}

/** The text of a context that is given: a sealed value's is its string, or its JSON. Throws `BAD_REQUEST`. */
function contextText(lane: Lane, context: NonNullable<SpawnRequest['context']>): string {
  if (typeof context === 'string') return context
  const held = lane.sealed.get(context.sealed)
  if (held === undefined)
    throw new WritError(
      'BAD_REQUEST',
      `This frame holds no sealed value of ${JSON.stringify(context.sealed)}.`,
    )
  if (held.value === undefined) return JSON.stringify({ error: held.code })
  const value: unknown = JSON.parse(held.value.valueJson)
  return typeof value === 'string' ? value : held.value.valueJson
}

function contextLabel(lane: Lane, context: SpawnRequest['context']): Label {
  const held = typeof context === 'object' ? lane.sealed.get(context.sealed) : undefined
  return held === undefined ? lane.label : joinLabels(lane.label, held.label)
}

/** A child holds back its next and its last turn and nothing more, so siblings do not starve. */
function holdTurns(
  state: RunState,
  { pool, limits }: BudgetShare,
  model: ModelProfile,
  goal: string,
): { next: Hold; last: Hold } {
  const bound = oneTurn(state, limits, model, goal)
  const last = pool.hold(bound)
  try {
    return { last, next: pool.hold(bound) }
  } catch (error) {
    last.release()
    throw error
  }
}

function holdAgain(state: RunState, { pool, limits }: BudgetShare, model: ModelProfile, goal: string): Holds {
  const bound = oneTurn(state, limits, model, goal)
  return { last: pool.holdAgain(bound), next: pool.holdAgain(bound) }
}

function oneTurn({ ports }: RunState, limits: Limits, model: ModelProfile, goal: string): Amount {
  return turnBound(limits, model, lastTurnBytes(limits, model, ports.reasoner.promptBytes, goal))
}

function twoTurns(state: RunState, { limits }: BudgetShare, model: ModelProfile, goal: string): Amount {
  const bound = oneTurn(state, limits, model, goal)
  return addAmounts(bound, bound)
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
  { decision, ceiling, label }: Pick<Opening, 'decision' | 'ceiling'> & { readonly label: Label },
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
      mode: opened?.mode ?? 'shared',
      share: opened?.part ?? null,
      ceiling,
      outcome: error === null ? 'ok' : outcomeOf(error),
      code: error?.code ?? null,
    },
    { at: journal.now() },
    {
      hash: commandHash('frame.spawn', JSON.stringify(request)),
      goal: request.goal,
      scope: JSON.stringify(request.scope ?? null),
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
