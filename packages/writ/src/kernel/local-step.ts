import {
  MAX_CELL_READ_BYTES,
  MAX_RUN_READ_BYTES,
  type Partition,
  type RecordedDecision,
  toWritError,
  WritError,
} from '@writ/contract'
import { type Admission, admit } from './admission.ts'
import { commandHash, type Place } from './journal.ts'
import type { Lane } from './lane.ts'
import { errorJson, noteLimit, outcomeOf, type RunState, showable } from './run-state.ts'

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
  readonly effect: (allowed: readonly Partition[], signal: AbortSignal) => Promise<T>
  /** Notes what was handed over, for citations. */
  readonly handed?: (result: T) => void
}

/** What came of a read: its value with the JSON that is recorded and handed over, or the error. */
type Done<T> =
  | { readonly ok: true; readonly value: T; readonly json: string }
  | { readonly ok: false; readonly error: WritError }

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
  let outcome: Done<T>
  // The frame may replace its signal when it cancels; this step ends with the one it began under.
  const { signal } = lane
  let release: (() => void) | undefined
  try {
    release = await lane.reads.acquire(signal)
    const needs = step.needs()
    admission = await admit(
      state,
      lane,
      step.kind === 'context.read' ? 'context::read' : 'context::search',
      needs,
      signal,
    )
    admittedMs = clock.monotonic() - started
    const [refusal] = admission.refusals
    if (refusal !== undefined && admission.allowed.length === 0) throw refusal
    const value = await step.effect(admission.allowed, signal)
    const json = JSON.stringify(value)
    account(state, lane, Buffer.byteLength(json))
    step.handed?.(value)
    outcome = { ok: true, value, json }
  } catch (error) {
    outcome = { ok: false, error: toWritError(error) }
  }
  const effectEnd = clock.monotonic()
  await record(
    state,
    lane,
    place,
    step,
    admission,
    outcome,
    Math.round(effectEnd - started),
    onFinal,
  ).finally(release)
  const ended = clock.monotonic()
  onEvent({
    type: 'step',
    lane: lane.id,
    n: place.n,
    kind: step.kind,
    op: step.op,
    outcome: outcome.ok ? 'ok' : outcomeOf(outcome.error),
    detail: outcome.ok ? '' : showable(state, lane.label, outcome.error.message, outcome.error.code),
    tookMs: ended - started,
    gateMs: admittedMs + (ended - effectEnd),
  })
  if (!outcome.ok) throw outcome.error
  return outcome.value
}

/** Counts bytes about to be handed over. Throws `BUDGET_EXCEEDED` before anyone has to hold them. */
function account(state: RunState, lane: Lane, bytes: number): void {
  const { tally } = state
  const limit =
    lane.cellReadBytes + bytes > MAX_CELL_READ_BYTES
      ? `one cell is handed at most ${MAX_CELL_READ_BYTES} bytes`
      : tally.readBytes + bytes > MAX_RUN_READ_BYTES
        ? `a run is handed at most ${MAX_RUN_READ_BYTES} bytes`
        : undefined
  if (limit !== undefined) {
    const error = new WritError('BUDGET_EXCEEDED', `This read has ${bytes} bytes, and ${limit}.`)
    noteLimit(tally, error)
    throw error
  }
  lane.cellReadBytes += bytes
  tally.readBytes += bytes
}

async function record<T>(
  state: RunState,
  lane: Lane,
  place: Place,
  step: LocalStep<T>,
  admission: Admission,
  outcome: Done<T>,
  tookMs: number,
  onFinal: OnFinal,
): Promise<void> {
  const { journal } = state
  const output = outcome.ok ? outcome.json : errorJson(outcome.error)
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
