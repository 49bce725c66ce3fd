import {
  type AskedFilter,
  isWritError,
  MAX_CELL_READ_BYTES,
  type Partition,
  type RecordedDecision,
  type Span,
  toWritError,
  WritError,
} from '@writ/contract'
import type { RecordOf } from '@writ/evidence'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorFrom, errorJson, noteLimit, outcomeOf, type RunState, showable } from '../state/run-state.ts'
import {
  type Admission,
  admit,
  mayHave,
  mayHaveSome,
  noteGrants,
  recallAdmission,
  withheld,
} from './admission.ts'
import { labelled, ofDocuments } from './filtered-documents.ts'
import { observe } from './observe.ts'
import { recordedPartitions } from './recorded-partitions.ts'

/** Called synchronously when the record whose reply will be delivered has been numbered. */
export type OnFinal = (seq: number) => void

/** A read of external memory: one record, written after the read and before its bytes are handed over. */
export interface ContextStep<T> {
  readonly kind: 'context.search' | 'context.read'
  readonly op: string
  readonly input: unknown
  /** The partitions it needs, found without reading; may throw for a bad request. */
  readonly needs: (signal: AbortSignal) => readonly Partition[] | Promise<readonly Partition[]>
  /** The read itself, over the partitions that were granted. */
  readonly effect: (allowed: readonly Partition[], signal: AbortSignal) => Promise<T>
  /** The documents it asks for by name. */
  readonly named?: readonly string[]
  /** What it asks for by name instead, which is withheld like a document: its words for a refusal. */
  readonly wanted?: string
  /** What it asks for by label, in words: what is withheld of that is told like what there is none of. */
  readonly labelled?: string
  /** Which documents of what was granted it goes over. */
  readonly where?: AskedFilter
  /** Whether it goes over the texts of what was granted, or of the documents it names. */
  readonly searches?: boolean
  /** Whether what is refused is left out without a word, even where nothing is left. */
  readonly silent?: boolean
  /** Numbers of the notes of earlier runs in what it gives. */
  readonly noted?: (result: T) => readonly number[]
  /** The documents it went over, where only its result tells. */
  readonly covers?: (result: T) => readonly string[]
  /** The spans whose text it hands over. */
  readonly handed?: (result: T) => readonly Pick<Span, 'doc' | 'start' | 'end'>[]
  /** Notes what was given. */
  readonly given?: (result: T) => void
  /** Whether its result answers the question exactly, by the plan of the root's model; asked where it is not recorded. */
  readonly exact?: (result: T) => boolean
}

/** What a step came to. */
interface StepResult<T> {
  readonly decisions: readonly RecordedDecision[]
  readonly partitions: readonly string[]
  readonly withheld: boolean
  readonly outcome: Done<T>
  readonly exact: boolean
  /** Part of the time that admission took. */
  readonly admittedMs: number
  /** Gives its slot back, once it is recorded. None for a recorded step: the record says what comes when. */
  readonly release: (() => void) | undefined
}

/** The fields of a recorded read. */
type RecordedContext = RecordOf<'context.read'>['det']

/** What came of a read: its value with the JSON that is recorded and handed over, or the error. */
type Done<T> =
  | { readonly ok: true; readonly value: T; readonly json: string }
  | { readonly ok: false; readonly error: WritError }

export async function performContextStep<T>(
  state: RunState,
  lane: FrameState,
  id: StepId,
  step: ContextStep<T>,
  onFinal: OnFinal,
): Promise<T> {
  const { journal, ports } = state
  const { clock, onEvent } = ports
  const { kind, op } = step
  const started = clock.monotonic()
  // The frame may replace its signal when it cancels; this step ends with the one it was asked for under.
  const { signal } = lane
  const result = await observe(journal, {
    kind,
    id,
    asked: (det) => ({
      op,
      input: journal.commit(id, kind, 'input', JSON.stringify(step.input)),
      ...recordedPartitions(lane.scope.partitions, step, det),
    }),
    kept: () => ({ name: 'output', binds: (text) => ({ output: journal.commit(id, kind, 'output', text) }) }),
    perform: () => happen(state, lane, step, signal),
    recall: ({ det }, output) => recall(state, lane, step, det, output),
  })
  const { outcome, admittedMs, release } = result
  if (outcome.ok) take(state, lane, step, result.partitions, outcome.value)
  if (result.exact) state.tally.planned = 'exact'
  const effectEnd = clock.monotonic()
  const tookMs = Math.round(effectEnd - started)
  await record(state, lane, id, step, result, tookMs, onFinal).finally(release)
  const ended = clock.monotonic()
  onEvent({
    type: 'step',
    lane: lane.id,
    n: id.n,
    kind,
    op,
    outcome: outcome.ok ? 'ok' : outcomeOf(outcome.error),
    detail: outcome.ok ? '' : showable(state, lane.label, outcome.error.message, outcome.error.code),
    tookMs: ended - started,
    gateMs: admittedMs + (ended - effectEnd),
  })
  if (!outcome.ok) throw outcome.error
  return outcome.value
}

/** Takes down what was searched, and what was handed over, for citations. */
function take<T>(
  state: RunState,
  lane: FrameState,
  step: ContextStep<T>,
  partitions: readonly string[],
  value: T,
): void {
  const { tally } = state
  const coverage = lane.checking ? state.checkCoverage : state.coverage
  if (step.searches === true) {
    const docs = step.covers?.(value) ?? step.named ?? lane.scope.docs
    if (step.where === undefined) coverage.search(partitions, docs)
    else {
      const allowed = lane.scope.partitions.filter(({ id }) => partitions.includes(id))
      const ids = labelled(allowed, step.where).map(({ id }) => id)
      coverage.searchOf(ids, ofDocuments(step.where) ?? {}, docs)
    }
  }
  step.given?.(value)
  const spans = step.handed?.(value) ?? []
  coverage.hand(spans)
  if (step.searches === true || spans.length > 0) lane.looked = true
  for (const number of step.noted?.(value) ?? []) tally.notes.add(number)
  for (const { doc, start, end } of spans) lane.slices.add(doc, start, end)
}

async function happen<T>(
  state: RunState,
  lane: FrameState,
  step: ContextStep<T>,
  signal: AbortSignal,
): Promise<StepResult<T>> {
  const { clock } = state.ports
  const started = clock.monotonic()
  let admission: Admission = { allowed: [], decisions: [], refusals: [] }
  let admittedMs = 0
  let outcome: Done<T>
  let release: (() => void) | undefined
  try {
    release = await lane.reads.acquire(signal)
    admission = await admitted(state, lane, step, signal)
    admittedMs = clock.monotonic() - started
    const [refusal] = admission.refusals
    const none = step.silent !== true && (admission.allowed.length === 0 || named(step))
    if (refusal !== undefined && none) throw refusal
    const value = await step.effect(admission.allowed, signal)
    const json = JSON.stringify(value)
    account(lane, Buffer.byteLength(json))
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
    exact: outcome.ok && step.exact?.(outcome.value) === true,
    admittedMs,
    release,
  }
}

/**
 * Admits a step. One that names a document gets the same answer whether policy withholds the document or there is none:
 * it may not be read, and what is withheld from the frame altogether.
 */
async function admitted<T>(
  state: RunState,
  lane: FrameState,
  step: ContextStep<T>,
  signal: AbortSignal,
): Promise<Admission> {
  const action = actionOf(step)
  if (!named(step)) {
    const asked = await step.needs(signal)
    if (step.labelled === undefined || (await mayHaveSome(state, lane, action, asked)))
      return await admit(state, lane, action, asked, signal)
    const { decisions, policies } = await withheld(state, lane, action)
    const refusals = policies === null ? [] : [notReadable(action, { wanted: step.labelled }, policies)]
    return { allowed: [], decisions, refusals }
  }
  const needs = await known(step, signal)
  if (needs !== null && (await mayHave(state, lane, action, needs))) {
    const admission = await admit(state, lane, action, needs, signal)
    const { decisions, refusals } = admission
    if (refusals.length === 0) return admission
    // Each may be had, and not all together.
    const policies = decisions
      .filter(({ verdict }) => verdict !== 'allow')
      .flatMap((decided) => decided.policies)
    return { ...admission, refusals: [notReadable(action, step, policies)] }
  }
  const { decisions, policies } = await withheld(state, lane, action)
  if (policies === null) {
    await step.needs(signal)
    throw new WritError('INTERNAL', 'A document is withheld from a frame from which nothing is.')
  }
  return { allowed: [], decisions, refusals: [notReadable(action, step, policies)] }
}

/** Whether a step asks for something by its name: all of it, or nothing. */
function named<T>({ named: docs, wanted }: ContextStep<T>): boolean {
  return docs !== undefined || wanted !== undefined
}

/** The partitions a step needs; null when it names a document or a table that there is not. */
async function known<T>(step: ContextStep<T>, signal: AbortSignal): Promise<readonly Partition[] | null> {
  try {
    return await step.needs(signal)
  } catch (error) {
    if (isWritError(error) && (error.code === 'UNKNOWN_DOCUMENT' || error.code === 'UNKNOWN_TABLE'))
      return null
    throw error
  }
}

function notReadable(
  action: string,
  { named: docs = [], wanted }: Pick<ContextStep<unknown>, 'named' | 'wanted'>,
  policies: readonly string[],
): WritError {
  const of = docs.length === 1 ? `no document ${JSON.stringify(docs[0])}` : `not every document named`
  const what = wanted ?? of
  return new WritError(
    'POLICY_DENIED',
    `There is ${what} that this frame may read; part of its corpus is withheld by ${policies.join(', ')}.`,
    { data: { action, policies, reason: 'withheld' } },
  )
}

/** What a recorded step came to: what was decided and read is the record's. */
function recall<T>(
  state: RunState,
  lane: FrameState,
  step: ContextStep<T>,
  { decisions, partitions, label, outcome, exact }: RecordedContext,
  output: string,
): StepResult<T> {
  const withheld = recallAdmission(state, lane, actionOf(step), decisions, partitions)
  // What raced for the label is settled by the record; that it covers what came before is compared.
  lane.raise(label)
  if (outcome === 'ok') count(lane, Buffer.byteLength(output))
  return {
    decisions,
    partitions,
    withheld,
    outcome:
      outcome === 'ok'
        ? { ok: true, value: JSON.parse(output) as T, json: output }
        : { ok: false, error: errorFrom(output) },
    exact: exact === true,
    admittedMs: 0,
    release: undefined,
  }
}

function actionOf(step: Pick<ContextStep<unknown>, 'kind'>): 'context::read' | 'context::search' {
  return step.kind === 'context.read' ? 'context::read' : 'context::search'
}

/** Counts bytes about to be handed over. Throws `BUDGET_EXCEEDED` before anyone has to hold them. */
function account(lane: FrameState, bytes: number): void {
  const { frameReadBytes } = lane.share.limits
  const cell = lane.cellReadBytes + bytes > MAX_CELL_READ_BYTES
  if (cell || lane.readBytes + bytes > frameReadBytes) {
    const [whose, most] = cell ? ['cell', MAX_CELL_READ_BYTES] : ['frame', frameReadBytes]
    const message = `This read has ${bytes} bytes, and one ${whose} is handed at most ${most} bytes.`
    throw new WritError('BUDGET_EXCEEDED', message, { data: { limit: `${whose}ReadBytes`, most } })
  }
  count(lane, bytes)
}

function count(lane: FrameState, bytes: number): void {
  lane.cellReadBytes += bytes
  lane.readBytes += bytes
}

async function record<T>(
  state: RunState,
  lane: FrameState,
  id: StepId,
  step: ContextStep<T>,
  { decisions, partitions, withheld, outcome, exact }: StepResult<T>,
  tookMs: number,
  onFinal: OnFinal,
): Promise<void> {
  const { journal } = state
  const output = outcome.ok ? outcome.json : errorJson(outcome.error)
  const input = JSON.stringify(step.input)
  const notes = outcome.ok ? (step.noted?.(outcome.value) ?? []) : []
  const written = journal.write({
    kind: step.kind,
    id,
    det: {
      op: step.op,
      outcome: outcome.ok ? 'ok' : outcomeOf(outcome.error),
      code: outcome.ok ? null : outcome.error.code,
      input: journal.commit(id, step.kind, 'input', input),
      output: journal.commit(id, step.kind, 'output', output),
      decisions,
      partitions,
      withheld,
      label: lane.label,
      ...(notes.length === 0 ? {} : { notes }),
      ...(exact ? { exact: true as const } : {}),
    },
    obs: { at: journal.now(), tookMs },
    payloads: { input, output },
    durability: 'commit',
  })
  noteGrants(lane, actionOf(step), decisions, partitions)
  if (!outcome.ok) noteLimit(state, lane.label, written.seq, outcome.error)
  onFinal(written.seq)
  await written.durable
}
