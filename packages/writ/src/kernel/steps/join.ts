import {
  type FrameValue,
  type ItemOutcome,
  isVerifier,
  joinLabels,
  type SpawnMode,
  WritError,
} from '@writ/contract'
import { SpanSet } from '../basis/span-set.ts'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorJson, noteChildCut, outcomeOf, type RunState } from '../state/run-state.ts'
import type { OnFinal } from './context-step.ts'
import { observe } from './observe.ts'
import { sealedJson, unseal } from './sealed-values.ts'

/** How a frame ended. */
export interface FrameResult {
  readonly value: FrameValue | undefined
  readonly error: WritError | undefined
  /** Whether a limit or its last turn cut it short. */
  readonly incomplete: boolean
}

/** A child that was opened, and the record that says so. */
export interface Spawned {
  readonly lane: FrameState
  readonly mode: SpawnMode
  readonly command: number
  readonly started: number
}

/**
 * Ends a child: writes the join that answers its spawn, and gives its parent what it may have. INVARIANT: every end of a
 * child that is not blind raises its parent by the child's label, and the end of a blind child shows its parent nothing.
 */
export async function join(
  state: RunState,
  lane: FrameState,
  id: StepId,
  child: Spawned,
  result: FrameResult,
  onEnd: OnFinal,
): Promise<ItemOutcome<FrameValue>> {
  const { journal, ports } = state
  const { lane: opened, mode } = child
  const take = (): Promise<ItemOutcome<FrameValue>> => Promise.resolve(taken(lane, child, result))
  const outcome = await observe(journal, {
    kind: 'frame.join',
    id,
    perform: () => lane.admit(take),
    // It comes in the order of the record, which settled what raced for the label.
    recall: take,
  })
  const came = cameTo(opened, result)
  const value = came.ok ? came.value.valueJson : errorJson(came.error)
  const { root, records } = journal.laneRoot(opened.id)
  const charged = opened.subtreeCharged
  lane.chargeChild(charged)
  const tookMs = Math.round(ports.clock.monotonic() - child.started) // before the time of the record, which covers it
  const written = journal.write({
    kind: 'frame.join',
    id,
    det: {
      child: opened.id,
      outcome: came.ok ? 'ok' : outcomeOf(came.error),
      code: came.ok ? null : came.error.code,
      value: journal.commit(id, 'frame.join', 'value', value),
      label: opened.label,
      citations: came.ok ? came.value.citations.length : 0,
      incomplete: result.incomplete,
      charged,
      delivered: mode === 'blind' ? 'sealed' : came.ok ? 'value' : 'error',
    },
    obs: {
      at: journal.now(),
      tookMs,
      command: child.command,
      childRoot: root,
      childRecords: records,
    },
    payloads: { value },
    durability: 'commit',
  })
  // Its parent has its label by now; of a blind child it hears nothing, and what a check was told is no fact.
  if (mode !== 'blind' && (lane.checking || !opened.checking)) lane.notes.join(opened.notes, written.seq)
  if (result.incomplete)
    noteChildCut(
      state.tally,
      written.seq,
      { child: opened.id, verifies: isVerifier(opened.profile.id) },
      result.error,
    )
  onEnd(written.seq)
  await written.durable
  return outcome
}

/** What the parent gets: the child's value or its error, or, of a blind child, a value that shows neither. */
function taken(
  lane: FrameState,
  { lane: opened, mode }: Spawned,
  result: FrameResult,
): ItemOutcome<FrameValue> {
  const { id, label } = opened
  if (mode === 'blind') {
    keepSealed(lane, opened, result)
    return { ok: true, value: { valueJson: sealedJson(id), citations: [] } }
  }
  lane.raise(label)
  if (mode === 'apart') lane.share.pool.rejoin(opened.share.pool)
  lane.share.draw(label)
  const came = cameTo(opened, result)
  if (!came.ok) return came
  lane.slices.merge(opened.slices)
  if (opened.looked) lane.looked = true
  lane.inherited.push(...came.value.citations)
  for (const [held, value] of opened.sealed) lane.sealed.set(held, value)
  return came
}

/** Keeps a blind child's value for its parent, with the sealed values in it in their places. */
function keepSealed(lane: FrameState, opened: FrameState, { value, error }: FrameResult): void {
  const { id, label } = opened
  if (value === undefined) {
    const code = error?.code ?? 'NO_ANSWER'
    lane.sealed.set(id, { value: undefined, code, label, slices: new SpanSet() })
    return
  }
  const inner = unseal(opened, value.valueJson)
  inner.slices.merge(opened.slices)
  lane.sealed.set(id, {
    value: { valueJson: inner.valueJson, citations: [...value.citations, ...inner.citations] },
    code: null,
    label: joinLabels(label, inner.label),
    slices: inner.slices,
  })
}

/** What a child came to. Of an error only the code crosses: its message may hold what the parent has not read. */
function cameTo({ id }: FrameState, { value, error }: FrameResult): ItemOutcome<FrameValue> {
  if (value !== undefined) return { ok: true, value }
  const code = error?.code ?? 'NO_ANSWER'
  const next = 'Ask it again otherwise, or go on without it.'
  return { ok: false, error: new WritError(code, `The child frame ${id} ended with ${code}.`, { next }) }
}
