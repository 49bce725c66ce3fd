import {
  type Amount,
  addAmounts,
  type Conversation,
  type Decision,
  type ItemOutcome,
  joinLabels,
  type Label,
  type Limits,
  type ModelProfile,
  type ModelRole,
  NOTHING,
  type Partition,
  type ProfileFacts,
  type RecordedDecision,
  type Script,
  type Share,
  type SpawnMode,
  type SpawnRequest,
  toWritError,
  WritError,
  withMessages,
} from '@writ/contract'
import { type CheckedSchema, checkedSchema } from '../../schema/index.ts'
import type { StandingReservation } from '../basis/budget-pool.ts'
import { type BudgetShare, CHILD_PART } from '../basis/budget-share.ts'
import type { StepId } from '../basis/step-id.ts'
import { lastTurnBytes, turnBound } from '../basis/turn-bounds.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { FrameState, Scope } from '../state/frame-state.ts'
import { promptBytes } from '../state/prompt-bytes.ts'
import { chooseModel, modelList } from '../state/run-models.ts'
import { errorFrom, type RunState } from '../state/run-state.ts'
import { decideMode } from './child-mode.ts'
import { askerOf, plannedCallsOf, requireInput, scriptOf } from './child-script.ts'
import type { KeptText } from './observe.ts'

/** Turns of a frame that stay possible whatever else is spent; none for a frame that has ended in the record. */
export interface HeldTurns {
  readonly next?: StandingReservation
  readonly last?: StandingReservation
}

/** A child that is asked for, and its step. */
export interface Child {
  readonly step: StepId
  readonly request: SpawnRequest
  /** What it may do: policy decides on that. */
  readonly profile: ProfileFacts
  /** Whether it shares no answers with other frames: one of several votes, or one that checks what others said. */
  readonly alone?: boolean
  /** Of a frame that answers its parent's question itself: never on its parent's share, but on one of so many parts of it. */
  readonly voter?: { readonly parts: number; readonly conversation: Conversation | undefined }
}

/** The same with the lane it was given, and the signal its parent had when it asked. */
export interface NumberedChild extends Child {
  readonly id: string
  readonly signal: AbortSignal
}

/** What a spawn came to before its record: the decisions, and the child or why there is none. */
export interface Opening {
  readonly decision: RecordedDecision
  /** Those that its mode follows from. */
  readonly ceiling: readonly RecordedDecision[]
  /** The parent's label, where it is recorded; else it is that of the moment the record is written. */
  readonly label: Label | null
  readonly opening: ItemOutcome<OpenedChild>
}

/** What a child is opened with. */
export interface OpenedChild {
  readonly role: ModelRole
  readonly model: ModelProfile
  readonly mode: SpawnMode
  /** What it draws on, and the part of its parent's that this is, unless it is the same. */
  readonly share: BudgetShare
  readonly part: Share | null
  readonly scope: Scope
  /** What it releases must fit it. */
  readonly schema: CheckedSchema | null
  /** What it follows instead of asking a model, and the most sub-calls that this adds up to, where that is known. */
  readonly script: Script | undefined
  readonly plannedCalls: number | null
  readonly holds: HeldTurns
  /** Its next and its last turn, the worst case; nothing of a child that takes none. */
  readonly bound: Amount
}

type RecordedSpawn = RecordedStep<'frame.spawn'>['det']

/** Opens a child: the decision, then its mode, its share, and the turns it holds back. */
export async function openNow(state: RunState, lane: FrameState, child: NumberedChild): Promise<Opening> {
  const profile = { type: 'profile', ...child.profile } as const
  await lane.look()
  const decided = await state.gate.decide(
    askerOf(state, lane, child.request),
    'recursion::spawn',
    profile,
    lane.label,
  )
  const ceiling: RecordedDecision[] = []
  const opening = await open(state, lane, child, decided.decision, ceiling).then(
    (value) => ({ ok: true as const, value }),
    (error: unknown) => ({ ok: false as const, error: toWritError(error) }),
  )
  lane.share.draw(lane.label)
  await lane.look()
  return { decision: decided.recorded, ceiling, label: null, opening }
}

async function open(
  state: RunState,
  lane: FrameState,
  child: NumberedChild,
  decision: Decision,
  ceiling: RecordedDecision[],
): Promise<OpenedChild> {
  // A refusal that ends the run is counted like any other.
  if (decision.verdict !== 'allow')
    throw state.gate.denied(
      'recursion::spawn',
      `profile:${child.profile.id}`,
      decision.policies,
      decision.reason,
    )
  child.signal.throwIfAborted()
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
  const { role, model } = chooseModel(state, child.step, child.request.model, child.profile)
  const { context } = child.request
  const schema = await schemaOf(child.request)
  await requireInput(state, child.request)
  const text = context === undefined ? undefined : contextText(lane, context)
  const models = modelList(state, child.step, role)
  const { mode: least, scope } = await decideMode(state, lane, models, child.request, ceiling)
  const mode = least === 'shared' && child.voter !== undefined ? 'apart' : least
  const script = followedBy(state, lane, child)
  const plannedCalls = await plannedCallsOf(state, child.request, scope)
  const part = mode === 'shared' ? null : lane.share.part(child.voter?.parts ?? CHILD_PART)
  // Before room is taken: whoever looks at what is left from now on takes this label on.
  lane.share.draw(lane.label)
  const share = part === null ? lane.share : lane.share.carve(part)
  try {
    const bound = twoTurns(state, share, model, told(child))
    const holds = holdTurns(state, share, model, told(child))
    try {
      const opened = { role, model, mode, share, part, holds, bound, schema, script, plannedCalls }
      if (text === undefined) return { ...opened, scope }
      const label = contextLabel(lane, context)
      return {
        ...opened,
        scope: { partitions: [await ownText(state, child, text, label)], notes: [], docs: null },
      }
    } catch (error) {
      holds.next?.release()
      holds.last?.release()
      throw error
    }
  } catch (error) {
    if (part !== null) lane.share.pool.rejoin(share.pool)
    throw error
  }
}

/** What a recorded spawn needs of what is kept beside it: its error, or the label of a text of the child's own. */
export function keptOfSpawn({ outcome }: RecordedSpawn, { request }: NumberedChild): KeptText | null {
  if (outcome !== 'ok') return { name: 'error' }
  return request.context === undefined ? null : { name: 'contextLabel' }
}

/** A spawn as it is recorded: the scope and the parent's label of that moment; turns are held back for a frame that lives on. */
export async function recallOpening(
  state: RunState,
  lane: FrameState,
  child: NumberedChild,
  { det, answered: ended }: RecordedStep<'frame.spawn'>,
  kept: string,
): Promise<Opening> {
  const profile = `profile:${child.profile.id}`
  const { outcome, decision, label, mode, share, ceiling } = det
  const decided = state.gate.recall(
    askerOf(state, lane, child.request),
    'recursion::spawn',
    profile,
    [],
    decision,
  )
  const asked = { decision: decided.recorded, ceiling, label }
  lane.raise(label)
  lane.share.draw(label)
  if (outcome !== 'ok') {
    if (decision.verdict !== 'allow')
      state.gate.denied('recursion::spawn', profile, decision.policies, decision.reason)
    return { ...asked, opening: { ok: false, error: errorFrom(kept) } }
  }
  const { role, model } = chooseModel(state, child.step, child.request.model, child.profile)
  const own = share === null ? lane.share : lane.share.carveAgain(share)
  const value: OpenedChild = {
    role,
    model,
    mode,
    share: own,
    part: share,
    schema: await schemaOf(child.request),
    script: followedBy(state, lane, child),
    plannedCalls: det.script?.calls ?? null,
    bound: twoTurns(state, own, model, told(child)),
    holds: ended ? {} : holdAgain(state, own, model, told(child)),
    scope: await recallScope(state, lane, child, det, ended, kept),
  }
  return { ...asked, opening: { ok: true, value } }
}

/**
 * The scope that a recorded spawn had: its own text, or what it named of its parent's. The text of a frame that lives on
 * after its process died is brought into memory again.
 */
async function recallScope(
  state: RunState,
  lane: FrameState,
  child: NumberedChild,
  { scope: ids }: RecordedSpawn,
  ended: boolean,
  contextLabel: string,
): Promise<Scope> {
  const { context, scope } = child.request
  const [id = ''] = ids
  if (context !== undefined) {
    const label = JSON.parse(contextLabel) as Label
    const text = contextText(lane, context)
    if (!ended) return { partitions: [await ownText(state, child, text, label)], notes: [], docs: null }
    const bytes = Buffer.byteLength(text)
    const gone = { id, collection: '', label, purposes: [], owner: '', documents: 1, bytes, packSha256: '' }
    return { partitions: [gone], notes: [], docs: null }
  }
  if (scope === 'inherit') return lane.scope
  const partitions = lane.scope.partitions.filter((partition) => ids.includes(partition.id))
  return { partitions, notes: [], docs: scope === undefined ? null : new Set(scope) }
}

/** The text of a context that is given: a sealed value's is its string, or its JSON. Throws `BAD_REQUEST`. */
function contextText(lane: FrameState, context: NonNullable<SpawnRequest['context']>): string {
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

function contextLabel(lane: FrameState, context: SpawnRequest['context']): Label {
  const held = typeof context === 'object' ? lane.sealed.get(context.sealed) : undefined
  return held === undefined ? lane.label : joinLabels(lane.label, held.label)
}

async function schemaOf({ schema }: SpawnRequest): Promise<CheckedSchema | null> {
  return schema === undefined ? null : await checkedSchema(schema)
}

/** The script that a child follows: that of its parent, where it answers the same question. */
function followedBy(state: RunState, lane: FrameState, { request, voter }: Child): Script | undefined {
  return voter === undefined ? scriptOf(state, request) : lane.script
}

/** What is asked of a child, with what was said before in its goal: it is told that in each of its turns. */
function told({ request, voter }: Child): SpawnRequest {
  return { ...request, goal: withMessages(request.goal, voter?.conversation) }
}

/** What a child is told in each of its turns, and so holds room for: its goal, and the schema of its value. */
function heldGoal({ goal, schema }: SpawnRequest): string {
  return schema === undefined ? goal : goal + JSON.stringify(schema)
}

/** A child holds back its next and its last turn and nothing more, so siblings do not starve. */
function holdTurns(
  state: RunState,
  { pool, limits }: BudgetShare,
  model: ModelProfile,
  request: SpawnRequest,
): HeldTurns {
  if (request.script !== undefined) return {}
  const bound = oneTurn(state, limits, model, heldGoal(request))
  const last = pool.hold(bound)
  try {
    return { last, next: pool.hold(bound) }
  } catch (error) {
    last.release()
    throw error
  }
}

function holdAgain(
  state: RunState,
  { pool, limits }: BudgetShare,
  model: ModelProfile,
  request: SpawnRequest,
): HeldTurns {
  if (request.script !== undefined) return {}
  const bound = oneTurn(state, limits, model, heldGoal(request))
  return { last: pool.holdAgain(bound), next: pool.holdAgain(bound) }
}

function oneTurn(state: RunState, limits: Limits, model: ModelProfile, goal: string): Amount {
  return turnBound(limits, model, lastTurnBytes(limits, model, promptBytes(state, model), goal))
}

function twoTurns(
  state: RunState,
  { limits }: BudgetShare,
  model: ModelProfile,
  request: SpawnRequest,
): Amount {
  if (request.script !== undefined) return NOTHING
  const bound = oneTurn(state, limits, model, heldGoal(request))
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
