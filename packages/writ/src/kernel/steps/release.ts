import {
  type Citation,
  type Decision,
  type Json,
  type RecordedDecision,
  toWritError,
  WritError,
} from '@writ/contract'
import { canonicalJson, type RecordOf } from '@writ/evidence'
import { jsonDepth } from '../basis/json-depth.ts'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorFrom, errorJson, outcomeOf, type RunState, showable } from '../state/run-state.ts'
import { observe } from './observe.ts'
import { checkRelease } from './release-checks.ts'
import { type Unsealed, unseal } from './sealed-values.ts'

/** What has been checked of a value when policy is asked whether it may leave. */
const VALIDATED = ['validate:citations']

/** What left the run: the value as it was serialised, and the citations that came with it. */
export interface Released {
  /** Of its `output.release` record; null for a child frame, whose value its join records. */
  readonly id: StepId | null
  readonly valueJson: string
  readonly citations: readonly Citation[]
  /** Lanes of the sealed values in it. */
  readonly sealed: readonly string[]
}

/** Citations of a release: those the frame made, or, when it made none, those of the children it joined. */
export function citationsOf(lane: FrameState): readonly Citation[] {
  return dedupe(lane.citations.length > 0 ? lane.citations : lane.inherited)
}

/** How deep a released value may nest: whoever reads JSON recurses. */
const MOST_DEPTH = 500

/** Checks that a value can be released at all. Throws `INVALID_ANSWER`. */
export function checkValue(state: RunState, valueJson: string): void {
  const bytes = Buffer.byteLength(valueJson)
  const { maxOutputBytes } = state.limits
  if (bytes > maxOutputBytes)
    throw new WritError(
      'INVALID_ANSWER',
      `The value has ${bytes} bytes; at most ${maxOutputBytes} may be released.`,
    )
  const depth = jsonDepth(valueJson)
  if (depth > MOST_DEPTH)
    throw new WritError(
      'INVALID_ANSWER',
      `The value nests ${depth} deep; at most ${MOST_DEPTH} may be released.`,
    )
}

/** The release of the run's answer: validate → decide → durable record. Nothing leaves before this resolves. */
export async function performRelease(
  state: RunState,
  lane: FrameState,
  valueJson: string,
): Promise<Released> {
  const id = lane.next()
  const { journal, ports } = state
  const started = ports.clock.monotonic()
  const unsealed = unseal(lane, valueJson)
  lane.raise(unsealed.label)
  lane.slices.merge(unsealed.slices)
  const { lanes: sealed } = unsealed
  const citations = dedupe([...citationsOf(lane), ...unsealed.citations])
  const checked = await observe(journal, {
    kind: 'output.release',
    id,
    kept: (det) => (keptInByOther(det) ? { name: 'error' } : null),
    perform: () => check(state, lane, unsealed, citations),
    recall: ({ det }, error) => recall(state, lane, unsealed, det, error),
  })
  const { value, decision } = checked
  const failure = checked.failure === null ? null : lastWord(checked.failure, sealed)
  const written = journal.write({
    kind: 'output.release',
    id,
    det: {
      outcome: failure === null ? 'ok' : outcomeOf(failure),
      code: failure?.code ?? null,
      value: journal.commit(id, 'output.release', 'value', value),
      bytes: Buffer.byteLength(value),
      sealed,
      citations: journal.commit(id, 'output.release', 'citations', canonicalJson(citations)),
      label: lane.label,
      decision,
    },
    obs: { at: journal.now(), tookMs: Math.round(ports.clock.monotonic() - started) },
    payloads: failure === null ? {} : { error: errorJson(failure) },
    durability: 'flush',
  })
  await written.durable
  const outcome = failure === null ? 'ok' : outcomeOf(failure)
  const tookMs = ports.clock.monotonic() - started
  ports.onEvent({
    type: 'step',
    lane: lane.id,
    n: id.n,
    kind: 'output.release',
    op: 'release',
    outcome,
    detail: showable(state, lane.label, failure?.message ?? `${citations.length} citation(s)`, failure?.code),
    tookMs,
    gateMs: tookMs,
  })
  if (failure !== null) throw failure
  return { id, valueJson: value, citations, sealed }
}

/** A release that fails because of what a sealed value holds ends its frame, which may not learn why. */
function lastWord(failure: WritError, sealed: readonly string[]): WritError {
  const retried = failure.code === 'INVALID_ANSWER' || failure.code === 'CITATION_INVALID'
  if (sealed.length === 0 || !retried) return failure
  return new WritError('NO_ANSWER', `What the frames ${sealed.join(', ')} came to cannot be released.`)
}

/** A value that wants to leave: its canonical form, the decision if it came to one, and what keeps it in. */
interface Checked {
  readonly value: string
  readonly decision: RecordedDecision | null
  readonly failure: WritError | null
}

async function check(
  state: RunState,
  lane: FrameState,
  { valueJson, failed, lanes }: Unsealed,
  citations: readonly Citation[],
): Promise<Checked> {
  const { gate, authority } = state
  let value = valueJson
  let decided: RecordedDecision | null = null
  try {
    value = canonical(state, valueJson)
    refuseIfHalted(state)
    if (failed !== null)
      throw new WritError(
        'NO_ANSWER',
        `The frame ${lanes.join(', ')}, whose value is released, has none: ${failed}.`,
      )
    await checkRelease(state, lane, { value: JSON.parse(value) as Json, citations })
    const { decision, recorded } = await gate.decide(
      lane,
      'output::release',
      authority.sink,
      lane.label,
      VALIDATED,
    )
    decided = recorded
    const failure = refusal(state, decision)
    if (failure === null) refuseIfHalted(state)
    return { value, decision: decided, failure }
  } catch (error) {
    return { value, decision: decided, failure: toWritError(error) }
  }
}

type RecordedRelease = RecordOf<'output.release'>['det']

/** Whether a release was kept in by something else than policy, which only its error tells. */
function keptInByOther({ decision, outcome }: RecordedRelease): boolean {
  return outcome !== 'ok' && (decision === null || decision.verdict === 'allow')
}

/** A release as it is recorded: the value is checked again, the decision and the bytes cited are the record's. */
function recall(
  state: RunState,
  lane: FrameState,
  { valueJson }: Unsealed,
  det: RecordedRelease,
  error: string,
): Checked {
  const { decision } = det
  const failed = keptInByOther(det) ? errorFrom(error) : null
  let value = valueJson
  try {
    value = canonical(state, valueJson)
  } catch (error) {
    return { value, decision: null, failure: toWritError(error) }
  }
  if (decision === null) return { value, decision, failure: failed }
  const sink = `sink:${state.authority.sink.id}`
  const decided = state.gate.recall(lane, 'output::release', sink, VALIDATED, decision)
  return { value, decision: decided.recorded, failure: failed ?? refusal(state, decided.decision) }
}

function canonical(state: RunState, valueJson: string): string {
  checkValue(state, valueJson)
  return canonicalJson(JSON.parse(valueJson))
}

function refusal(state: RunState, { verdict, policies, reason }: Decision): WritError | null {
  if (verdict === 'allow') return null
  return state.gate.denied('output::release', `sink:${state.authority.sink.id}`, policies, reason)
}

/** A run that policy halted, or whose ledger failed, releases nothing; one out of time may release its draft. */
function refuseIfHalted({ signal }: RunState): void {
  if (!signal.aborted) return
  const reason = toWritError(signal.reason)
  if (reason.code === 'POLICY_DENIED' || reason.code === 'LEDGER_FAILED') throw reason
}

function dedupe(citations: readonly Citation[]): readonly Citation[] {
  const seen = new Set<string>()
  return citations.filter(({ doc, start, end }) => {
    const key = JSON.stringify([doc, start, end])
    return seen.has(key) ? false : seen.add(key)
  })
}
