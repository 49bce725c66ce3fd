import { type FrameValue, type ItemOutcome, WritError } from '@writ/contract'
import { belowCeiling } from './admission.ts'
import type { Place } from './journal.ts'
import type { Lane } from './lane.ts'
import type { OnFinal } from './local-step.ts'
import { type Past, pastAt } from './past.ts'
import { errorFrom, errorJson, noteCut, outcomeOf, type RunState } from './run-state.ts'

/** How a frame ended. */
export interface FrameResult {
  readonly value: FrameValue | undefined
  readonly error: WritError | undefined
  /** Whether a limit or its last turn cut it short. */
  readonly incomplete: boolean
}

/** Ends a child: takes its value over where the parent may have it, and writes the join that answers its spawn. */
export async function join(
  state: RunState,
  lane: Lane,
  place: Place,
  opened: Lane,
  result: FrameResult,
  spawned: { readonly command: number; readonly started: number },
  onEnd: OnFinal,
): Promise<ItemOutcome<FrameValue>> {
  const { journal, ports } = state
  const past = state.past && (await pastAt(state.past, place, 'frame.join'))
  const outcome =
    past === undefined
      ? await lane.admit(() => admitValue(state, lane, opened, result))
      : await recallJoin(state, past, lane, place, opened, result)
  const value = outcome.ok ? outcome.value.valueJson : errorJson(outcome.error)
  const { root, records } = journal.laneRoot(opened.id)
  const written = journal.write(
    'frame.join',
    place,
    {
      child: opened.id,
      outcome: outcome.ok ? 'ok' : outcomeOf(outcome.error),
      code: outcome.ok ? null : outcome.error.code,
      value: journal.commit(place, 'frame.join', 'value', value),
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
  if (result.incomplete) {
    const cut = `A child frame (${opened.id}) used its last turn or ran into a limit.`
    noteCut(state.tally, written.seq, cut)
  }
  onEnd(written.seq)
  await written.durable
  return outcome
}

/** A join as it is recorded: the child's value is its own, done again; that the parent could not take it is the record's. */
async function recallJoin(
  state: RunState,
  past: Past,
  lane: Lane,
  place: Place,
  opened: Lane,
  result: FrameResult,
): Promise<ItemOutcome<FrameValue>> {
  const stood = past.at(place, 'frame.join')
  const refused = result.value !== undefined && stood.det.outcome !== 'ok'
  const error = refused ? errorFrom(await past.text(stood, 'value')) : undefined
  await past.turn(stood)
  if (error === undefined)
    return result.value === undefined ? ended(opened, result) : taken(lane, opened, result.value)
  const { policies } = error.data
  const named = Array.isArray(policies) ? policies.map(String) : []
  return { ok: false, error: state.gate.refuse('frame.join', `frame:${opened.id}`, named, 'ceiling') }
}

/** Takes a child's value over, when the parent keeps a model at the label it brings. */
async function admitValue(
  state: RunState,
  lane: Lane,
  opened: Lane,
  result: FrameResult,
): Promise<ItemOutcome<FrameValue>> {
  if (result.value === undefined) return ended(opened, result)
  const ceiling = await belowCeiling(state, lane, opened.label)
  if (ceiling === null) return taken(lane, opened, result.value)
  return {
    ok: false,
    error: state.gate.refuse('frame.join', `frame:${opened.id}`, ceiling.policies, 'ceiling'),
  }
}

function taken(lane: Lane, opened: Lane, value: FrameValue): ItemOutcome<FrameValue> {
  lane.raise(opened.label)
  lane.slices.merge(opened.slices)
  lane.inherited.push(...value.citations)
  return { ok: true, value }
}

function ended(opened: Lane, result: FrameResult): ItemOutcome<FrameValue> {
  // Only the code crosses: the child's message may hold what the parent has not read.
  const code = result.error?.code ?? 'NO_ANSWER'
  return { ok: false, error: new WritError(code, `The child frame ${opened.id} ended with ${code}.`) }
}
