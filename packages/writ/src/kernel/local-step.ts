import {
  MAX_CELL_READ_BYTES,
  MAX_RUN_READ_BYTES,
  type Partition,
  type RecordedDecision,
  toWritError,
  WritError,
} from '@writ/contract'
import { type Admission, admit, recallAdmission } from './admission.ts'
import { commandHash, type Place } from './journal.ts'
import type { Lane } from './lane.ts'
import { type Past, pastAt } from './past.ts'
import { errorFrom, errorJson, noteLimit, outcomeOf, type RunState, showable } from './run-state.ts'

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

/** What a step came to. */
interface Happened<T> {
  readonly decisions: readonly RecordedDecision[]
  readonly partitions: readonly string[]
  readonly withheld: boolean
  readonly outcome: Done<T>
  /** Part of the time that admission took. */
  readonly admittedMs: number
  /** Gives its slot back, once it is recorded. None for a recorded step: the record says what comes when. */
  readonly release: (() => void) | undefined
}

/** What came of a read: its value with the JSON that is recorded and handed over, or the error. */
type Done<T> =
  | { readonly ok: true; readonly value: T; readonly json: string }
  | { readonly ok: false; readonly error: WritError }

export async function performLocal<T>(
  state: RunState,
  lane: Lane,
  place: Place,
  step: LocalStep<T>,
  onFinal: OnFinal,
): Promise<T> {
  const { clock, onEvent } = state.ports
  const past = state.past && (await pastAt(state.past, place))
  const started = clock.monotonic()
  const happened =
    past === undefined ? await happen(state, lane, step) : await recall(state, past, lane, place, step)
  const { outcome, admittedMs, release } = happened
  if (outcome.ok) step.handed?.(outcome.value)
  const effectEnd = clock.monotonic()
  const tookMs = Math.round(effectEnd - started)
  await record(state, lane, place, step, happened, tookMs, onFinal).finally(release)
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

async function happen<T>(state: RunState, lane: Lane, step: LocalStep<T>): Promise<Happened<T>> {
  const { clock } = state.ports
  const started = clock.monotonic()
  let admission: Admission = { allowed: [], decisions: [], refusals: [] }
  let admittedMs = 0
  let outcome: Done<T>
  // The frame may replace its signal when it cancels; this step ends with the one it began under.
  const { signal } = lane
  let release: (() => void) | undefined
  try {
    release = await lane.reads.acquire(signal)
    admission = await admit(state, lane, actionOf(step), step.needs(), signal)
    admittedMs = clock.monotonic() - started
    const [refusal] = admission.refusals
    if (refusal !== undefined && admission.allowed.length === 0) throw refusal
    const value = await step.effect(admission.allowed, signal)
    const json = JSON.stringify(value)
    account(state, lane, Buffer.byteLength(json))
    outcome = { ok: true, value, json }
  } catch (error) {
    outcome = { ok: false, error: toWritError(error) }
  }
  const { decisions, allowed, refusals } = admission
  return {
    decisions,
    partitions: allowed.map((partition) => partition.id),
    withheld: refusals.length > 0,
    outcome,
    admittedMs,
    release,
  }
}

/** The step as it is recorded: what it asks is compared, what was decided and read is the record's. */
async function recall<T>(
  state: RunState,
  past: Past,
  lane: Lane,
  place: Place,
  step: LocalStep<T>,
): Promise<Happened<T>> {
  const stood = past.at(place, step.kind)
  const input = state.journal.commit(place, step.kind, 'input', JSON.stringify(step.input))
  past.compare(stood, { op: step.op, input })
  const output = await past.text(stood, 'output')
  past.compare(stood, { output: state.journal.commit(place, step.kind, 'output', output) })
  await past.turn(stood)
  const { decisions, partitions, label, outcome } = stood.det
  const withheld = recallAdmission(state, lane, actionOf(step), decisions, partitions)
  // What raced for the label is settled by the record; that it covers what came before is compared.
  lane.raise(label)
  if (outcome === 'ok') count(state, lane, Buffer.byteLength(output))
  return {
    decisions,
    partitions,
    withheld,
    outcome:
      outcome === 'ok'
        ? { ok: true, value: JSON.parse(output) as T, json: output }
        : { ok: false, error: errorFrom(output) },
    admittedMs: 0,
    release: undefined,
  }
}

function actionOf(step: Pick<LocalStep<unknown>, 'kind'>): 'context::read' | 'context::search' {
  return step.kind === 'context.read' ? 'context::read' : 'context::search'
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
  if (limit !== undefined)
    throw new WritError('BUDGET_EXCEEDED', `This read has ${bytes} bytes, and ${limit}.`)
  count(state, lane, bytes)
}

function count({ tally }: RunState, lane: Lane, bytes: number): void {
  lane.cellReadBytes += bytes
  tally.readBytes += bytes
}

async function record<T>(
  state: RunState,
  lane: Lane,
  place: Place,
  step: LocalStep<T>,
  { decisions, partitions, withheld, outcome }: Happened<T>,
  tookMs: number,
  onFinal: OnFinal,
): Promise<void> {
  const { journal } = state
  const output = outcome.ok ? outcome.json : errorJson(outcome.error)
  const input = JSON.stringify(step.input)
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
      partitions,
      withheld,
      label: lane.label,
    },
    { at: journal.now(), tookMs },
    { hash: commandHash(step.kind, step.input), output },
    'commit',
  )
  if (!outcome.ok) noteLimit(state.tally, written.seq, outcome.error)
  onFinal(written.seq)
  await written.durable
}
