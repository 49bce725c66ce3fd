import { type Partition, type RecordedDecision, toWritError, type WritError } from '@writ/contract'
import { type Admission, admit } from './admission.ts'
import { commandHash, type Place } from './journal.ts'
import type { Lane } from './lane.ts'
import { errorJson, outcomeOf, type RunState } from './run-state.ts'

/** Called synchronously when the record whose reply will be delivered has been numbered. */
export type OnFinal = (seq: number) => void

/** A read of external memory: one record, written after the read and before its bytes are handed over. */
export interface LocalStep<T> {
  readonly kind: 'context.search' | 'context.read'
  readonly op: string
  readonly input: unknown
  /** The partitions it needs, found without reading; may throw for a bad request. */
  readonly needs: () => readonly Partition[]
  /** The read itself, over the partitions that were granted. */
  readonly effect: (allowed: readonly Partition[]) => Promise<T>
  /** Notes what was handed over, for citations. */
  readonly handed?: (result: T) => void
}

const NO_ADMISSION: Admission = { allowed: [], decisions: [], refusals: [] }

export async function performLocal<T>(
  state: RunState,
  lane: Lane,
  place: Place,
  step: LocalStep<T>,
  onFinal: OnFinal,
): Promise<T> {
  const { clock, onEvent } = state.ports
  const started = clock.monotonic()
  let admission = NO_ADMISSION
  let admittedMs = 0
  let outcome: { ok: true; value: T } | { ok: false; error: WritError }
  try {
    lane.signal.throwIfAborted()
    const needs = step.needs()
    admission = await admit(
      state,
      lane,
      step.kind === 'context.read' ? 'context::read' : 'context::search',
      needs,
    )
    admittedMs = clock.monotonic() - started
    const [refusal] = admission.refusals
    if (refusal !== undefined && admission.allowed.length === 0) throw refusal
    const value = await step.effect(admission.allowed)
    step.handed?.(value)
    outcome = { ok: true, value }
  } catch (error) {
    outcome = { ok: false, error: toWritError(error) }
  }
  const effectEnd = clock.monotonic()
  await record(state, lane, place, step, admission, outcome, Math.round(effectEnd - started), onFinal)
  const ended = clock.monotonic()
  onEvent({
    type: 'step',
    lane: lane.id,
    n: place.n,
    kind: step.kind,
    op: step.op,
    outcome: outcome.ok ? 'ok' : outcomeOf(outcome.error),
    detail: outcome.ok ? '' : outcome.error.message,
    tookMs: ended - started,
    gateMs: admittedMs + (ended - effectEnd),
  })
  if (!outcome.ok) throw outcome.error
  return outcome.value
}

async function record<T>(
  state: RunState,
  lane: Lane,
  place: Place,
  step: LocalStep<T>,
  admission: Admission,
  outcome: { ok: true; value: T } | { ok: false; error: WritError },
  tookMs: number,
  onFinal: OnFinal,
): Promise<void> {
  const { journal } = state
  const output = outcome.ok ? JSON.stringify(outcome.value) : errorJson(outcome.error)
  const input = JSON.stringify(step.input)
  const decisions: readonly RecordedDecision[] = admission.decisions
  const written = journal.write(
    step.kind,
    place,
    {
      op: step.op,
      outcome: outcome.ok ? 'ok' : outcomeOf(outcome.error),
      code: outcome.ok ? null : outcome.error.code,
      input: journal.commit(place, step.kind, 'input', input),
      output: journal.commit(place, step.kind, 'output', output),
      decisions,
      partitions: admission.allowed.map((partition) => partition.id),
      withheld: admission.refusals.length > 0,
      label: lane.label,
    },
    { at: journal.now(), tookMs },
    { hash: commandHash(step.kind, step.input), output },
    'commit',
  )
  onFinal(written.seq)
  await written.durable
}
