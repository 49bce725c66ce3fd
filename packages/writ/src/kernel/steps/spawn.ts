import {
  type Det,
  type FrameValue,
  type ItemOutcome,
  isVerifier,
  type Label,
  NOTHING,
  type SpawnRequest,
  type WritError,
} from '@writ/contract'
import { commandHash } from '@writ/evidence'
import { KnownAnswers } from '../basis/known-answers.ts'
import type { Written } from '../journal/journal.ts'
import { FrameState, type Scope } from '../state/frame-state.ts'
import { modelList } from '../state/run-models.ts'
import { errorJson, noteLimit, outcomeOf, type RunState, showable } from '../state/run-state.ts'
import { namedScript } from './child-script.ts'
import type { OnFinal } from './context-step.ts'
import { type FrameResult, join } from './join.ts'
import { observe } from './observe.ts'
import {
  type Child,
  type HeldTurns,
  keptOfSpawn,
  type NumberedChild,
  type OpenedChild,
  type Opening,
  openNow,
  recallOpening,
} from './open-child.ts'

/** Runs a frame to its end and never rejects: a spawn without a join would be a hole in the record. */
export type RunFrame = (state: RunState, lane: FrameState, holds: HeldTurns) => Promise<FrameResult>

/** How frames are run: a child as children are, or one that answers the question of a frame as that frame does. */
export interface FrameRunners {
  readonly child: RunFrame
  readonly alike: RunFrame
}

/**
 * Opens child frames, at most as many at once as one model may have requests in flight; the others wait their turn.
 * Lanes are given when the step is asked for, so they do not depend on which child runs first. `onEnd` hears of the
 * record that ends each.
 */
export async function performSpawn(
  state: RunState,
  lane: FrameState,
  asked: readonly Child[],
  runFrame: RunFrame,
  onEnd: OnFinal,
  signal: AbortSignal = lane.signal,
): Promise<readonly ItemOutcome<FrameValue>[]> {
  const children = asked.map((child): NumberedChild => {
    lane.children += 1
    return { ...child, id: `${lane.id}.${lane.children}`, signal }
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
  lane: FrameState,
  child: NumberedChild,
  runFrame: RunFrame,
  onEnd: OnFinal,
): Promise<ItemOutcome<FrameValue>> {
  const asked = await observe(state.journal, {
    kind: 'frame.spawn',
    id: child.step,
    asked: () => ({ child: child.id, input: spawnInput(state, child) }),
    kept: (det) => keptOfSpawn(det, child),
    perform: () => lane.openInOrder(() => openNow(state, lane, child)),
    recall: (recorded, kept) => recallOpening(state, lane, child, recorded, kept),
  })
  const { opening } = asked
  // In one go with its record: a goal carries its frame's label as it is at that moment.
  const label = asked.label ?? lane.label
  if (!opening.ok) {
    const { error } = opening
    const written = writeSpawn(state, child, { ...asked, label }, null, error)
    noteLimit(state, lane.label, written.seq, error)
    onEnd(written.seq)
    await written.durable
    state.ports.onEvent({
      type: 'step',
      lane: lane.id,
      n: child.step.n,
      kind: 'frame.spawn',
      op: 'spawn',
      outcome: outcomeOf(error),
      detail: showable(state, label, error.message, error.code),
      tookMs: 0,
      gateMs: 0,
    })
    return { ok: false, error }
  }
  const { mode, holds } = opening.value
  const frame = childState(state, lane, child, opening.value, label)
  const written = writeSpawn(state, child, { ...asked, label }, opening.value, null)
  frame.notes.openedBy(written.seq)
  await written.durable
  const started = state.ports.clock.monotonic()
  const result = await runFrame(state, frame, holds)
  const spawned = { lane: frame, mode, command: written.seq, started }
  return await join(state, lane, child.step, spawned, result, onEnd)
}

/** The state of a child that is opened. */
function childState(
  state: RunState,
  lane: FrameState,
  child: NumberedChild,
  { role, scope, mode, share, schema, script, plannedCalls }: OpenedChild,
  label: Label,
): FrameState {
  return new FrameState({
    id: child.id,
    parent: lane,
    depth: lane.depth + 1,
    goal: child.request.goal,
    schema,
    conversation: child.voter?.conversation,
    script,
    plannedCalls,
    checking: child.voter !== undefined || isVerifier(child.profile.id),
    profile: child.profile,
    models: (step) => modelList(state, step, role),
    scope,
    label,
    share,
    answers: mode === 'shared' && child.alone !== true ? lane.answers : new KnownAnswers(),
    bound: mode !== 'blind',
    signal: child.signal,
  })
}

function idsOf({ partitions, notes }: Scope): readonly string[] {
  return [...partitions, ...notes].map(({ id }) => id)
}

function spawnInput({ journal }: RunState, { step, request }: Child): string {
  return journal.commit(step, 'frame.spawn', 'input', JSON.stringify(request))
}

function writeSpawn(
  state: RunState,
  child: NumberedChild,
  { decision, ceiling, label }: Pick<Opening, 'decision' | 'ceiling'> & { readonly label: Label },
  opened: OpenedChild | null,
  error: WritError | null,
): Written {
  const { journal } = state
  const { request, step, id } = child
  return journal.write({
    kind: 'frame.spawn',
    id: step,
    det: {
      child: id,
      profile: child.profile.id,
      model: opened?.model.id ?? '',
      scope: opened === null ? [] : idsOf(opened.scope),
      input: spawnInput(state, child),
      decision,
      label,
      bound: opened?.bound ?? NOTHING,
      mode: opened?.mode ?? 'shared',
      share: opened?.part ?? null,
      ceiling,
      outcome: error === null ? 'ok' : outcomeOf(error),
      code: error?.code ?? null,
      ...followed(state, request, opened),
    },
    obs: { at: journal.now() },
    payloads: {
      hash: commandHash('frame.spawn', JSON.stringify(request)),
      goal: request.goal,
      scope: JSON.stringify(request.scope ?? null),
      ...ownLabel(opened, request),
      ...(error === null ? {} : { error: errorJson(error) }),
    },
    durability: 'commit',
  })
}

/** The script of a child, as its spawn declares it. What it is given is part of the spawn's input. */
function followed(
  state: RunState,
  { script }: SpawnRequest,
  opened: OpenedChild | null,
): Pick<Det['frame.spawn'], 'script'> {
  if (script === undefined) return {}
  const { name, planHash } = namedScript(state, script.name)
  return { script: { name, planHash, calls: opened?.plannedCalls ?? null } }
}

/** The label of a text given to the child: its parent's when it was brought in, which the record's may be above. */
function ownLabel(opened: OpenedChild | null, { context }: SpawnRequest): { readonly contextLabel?: string } {
  const [partition] = opened?.scope.partitions ?? []
  if (context === undefined || partition === undefined) return {}
  return { contextLabel: JSON.stringify(partition.label) }
}
