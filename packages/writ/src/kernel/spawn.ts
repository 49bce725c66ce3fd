import {
  type Decision,
  type FrameValue,
  type ItemOutcome,
  type ModelProfile,
  type RecordedDecision,
  type SpawnRequest,
  toWritError,
  WritError,
} from '@writ/contract'
import { belowCeiling } from './admission.ts'
import type { Hold } from './budget-pool.ts'
import { commandHash, type Place } from './journal.ts'
import { Lane, type Scope } from './lane.ts'
import type { OnFinal } from './local-step.ts'
import { chooseModel, errorJson, noteLimit, outcomeOf, type RunState } from './run-state.ts'
import { lastTurnBytes, turnBound } from './turn-bounds.ts'

/** Runs a frame to its end and never rejects: a spawn without a join would be a hole in the record. What the spawn step needs of the room that knows how. */
export type RunFrame = (
  state: RunState,
  lane: Lane,
  holds: { readonly next: Hold; readonly last: Hold },
) => Promise<FrameResult>

/** How a frame ended. */
export interface FrameResult {
  readonly value: FrameValue | undefined
  readonly error: WritError | undefined
}

interface Child {
  readonly place: Place
  readonly id: string
  readonly request: SpawnRequest
}

/**
 * Opens child frames, at most as many at once as one model may have requests in flight; the others wait their turn.
 * Places and lanes are given when the step is asked for, so they do not depend on which child runs first.
 */
export async function performSpawn(
  state: RunState,
  lane: Lane,
  first: Place,
  requests: readonly SpawnRequest[],
  runFrame: RunFrame,
  onFinal: OnFinal,
): Promise<readonly ItemOutcome<FrameValue>[]> {
  const children = requests.map((request, index): Child => {
    lane.children += 1
    return { place: index === 0 ? first : lane.next(), id: `${lane.id}.${lane.children}`, request }
  })
  const outcomes: ItemOutcome<FrameValue>[] = []
  let next = 0
  let open = children.length
  const worker = async (): Promise<void> => {
    for (let index = next; index < children.length; index = next) {
      next += 1
      const child = children[index]
      if (child === undefined) return
      // The reply waits for the whole batch, so it belongs to the record that ends the last child.
      outcomes[index] = await spawn(state, lane, child, runFrame, (seq) => {
        open -= 1
        if (open === 0) onFinal(seq)
      })
    }
  }
  await Promise.all(Array.from({ length: Math.min(state.limits.concurrency, children.length) }, worker))
  return outcomes
}

async function spawn(
  state: RunState,
  lane: Lane,
  child: Child,
  runFrame: RunFrame,
  onEnd: OnFinal,
): Promise<ItemOutcome<FrameValue>> {
  const { worker: profile } = state.authority
  const ruling = await state.gate.decide(
    lane,
    'recursion::spawn',
    { type: 'profile', ...profile },
    lane.label,
  )
  let opened: Opened
  try {
    opened = await open(state, lane, child, ruling.decision)
  } catch (error) {
    const known = toWritError(error)
    noteLimit(state.tally, known)
    const written = writeSpawn(state, lane, child, ruling.recorded, null, known)
    onEnd(written.seq)
    await written.durable
    return { ok: false, error: known }
  }
  // In one go with its record: a goal carries its frame's label as it is at that moment.
  const frame = childLane(state, lane, child, opened)
  const written = writeSpawn(state, lane, child, ruling.recorded, opened, null)
  await written.durable
  const started = state.ports.clock.monotonic()
  const result = await runFrame(state, frame, opened.holds)
  return await join(state, lane, child, frame, result, { command: written.seq, started }, onEnd)
}

function childLane(state: RunState, lane: Lane, child: Child, { model, scope }: Opened): Lane {
  return new Lane({
    id: child.id,
    parent: lane,
    depth: lane.depth + 1,
    goal: child.request.goal,
    profile: state.authority.worker,
    model,
    scope,
    label: lane.label,
    signal: lane.signal,
  })
}

/** What a child is opened with. */
interface Opened {
  readonly model: ModelProfile
  readonly scope: Scope
  readonly holds: { readonly next: Hold; readonly last: Hold }
}

async function open(state: RunState, lane: Lane, child: Child, decision: Decision): Promise<Opened> {
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
  const model = chooseModel(state, child.request.model)
  const holds = holdTurns(state, model, child.request.goal)
  try {
    return { model, holds, scope: await childScope(state, lane, child) }
  } catch (error) {
    holds.next.release()
    holds.last.release()
    throw error
  }
}

/** A child holds back its next and its last turn and nothing more, so siblings do not starve. */
function holdTurns(state: RunState, model: ModelProfile, goal: string): { next: Hold; last: Hold } {
  const bytes = lastTurnBytes(state.limits, model, state.ports.reasoner.promptBytes, goal)
  const last = state.pool.hold(turnBound(state.limits, model, bytes))
  try {
    return { last, next: state.pool.hold(turnBound(state.limits, model, bytes)) }
  } catch (error) {
    last.release()
    throw error
  }
}

async function childScope(state: RunState, lane: Lane, child: Child): Promise<Scope> {
  const { context, scope } = child.request
  const { store } = state.ports
  if (context !== undefined) {
    const texts = [{ id: `frame-${child.id}`, text: context }]
    return { partitions: [await store.addTexts(`frame-${child.id}`, texts, lane.label)], docs: null }
  }
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

function writeSpawn(
  state: RunState,
  lane: Lane,
  child: Child,
  decision: RecordedDecision,
  opened: Opened | null,
  error: WritError | null,
): { seq: number; durable: Promise<void> } {
  const { journal } = state
  const { request, place, id } = child
  const scope = opened === null ? [] : opened.scope.partitions.map((partition) => partition.id)
  const last = opened?.holds.last.bound
  return journal.write(
    'frame.spawn',
    place,
    {
      child: id,
      profile: state.authority.worker.id,
      model: opened?.model.id ?? '',
      scope,
      input: journal.commit(place, 'frame.spawn', 'input', JSON.stringify(request)),
      decision,
      label: lane.label,
      bound: {
        calls: (last?.calls ?? 0) * 2,
        inputTokens: (last?.inputTokens ?? 0) * 2,
        outputTokens: (last?.outputTokens ?? 0) * 2,
        costMicroUsd: (last?.costMicroUsd ?? 0) * 2,
      },
      outcome: error === null ? 'ok' : outcomeOf(error),
      code: error?.code ?? null,
    },
    { at: journal.now() },
    { hash: commandHash('frame.spawn', request), goal: request.goal },
    'commit',
  )
}

async function join(
  state: RunState,
  lane: Lane,
  child: Child,
  opened: Lane,
  result: FrameResult,
  spawned: { readonly command: number; readonly started: number },
  onEnd: OnFinal,
): Promise<ItemOutcome<FrameValue>> {
  const { journal, ports } = state
  const outcome = await lane.admit(() => admitValue(state, lane, opened, result))
  const value = outcome.ok ? outcome.value.valueJson : errorJson(outcome.error)
  const { root, records } = journal.laneRoot(opened.id)
  const written = journal.write(
    'frame.join',
    child.place,
    {
      child: opened.id,
      outcome: outcome.ok ? 'ok' : outcomeOf(outcome.error),
      code: outcome.ok ? null : outcome.error.code,
      value: journal.commit(child.place, 'frame.join', 'value', value),
      label: opened.label,
      citations: outcome.ok ? outcome.value.citations.length : 0,
    },
    {
      at: journal.now(),
      tookMs: Math.round(ports.clock.monotonic() - spawned.started),
      command: spawned.command,
      childRoot: root,
      childRecords: records,
    },
    { value },
    'commit',
  )
  onEnd(written.seq)
  await written.durable
  return outcome
}

/** Takes a child's value over, when the parent keeps a model at the label it brings. */
async function admitValue(
  state: RunState,
  lane: Lane,
  opened: Lane,
  result: FrameResult,
): Promise<ItemOutcome<FrameValue>> {
  if (result.value === undefined) {
    // Only the code crosses: the child's message may hold what the parent has not read.
    const code = result.error?.code ?? 'NO_ANSWER'
    return { ok: false, error: new WritError(code, `The child frame ${opened.id} ended with ${code}.`) }
  }
  const ceiling = await belowCeiling(state, lane, opened.label)
  if (ceiling === null) {
    lane.raise(opened.label)
    lane.slices.merge(opened.slices)
    lane.inherited.push(...result.value.citations)
    return { ok: true, value: result.value }
  }
  return {
    ok: false,
    error: state.gate.refuse('frame.join', `frame:${opened.id}`, ceiling.policies, 'ceiling'),
  }
}
