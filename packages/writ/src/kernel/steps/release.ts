import {
  type Check,
  type Citation,
  checkInWords,
  type Decision,
  defined,
  type Json,
  type RecordedCheck,
  type RecordedDecision,
  toWritError,
  WritError,
} from '@writ/contract'
import { canonicalJson, type RecordOf } from '@writ/evidence'
import { inWords } from '../../schema/index.ts'
import { jsonDepth } from '../basis/json-depth.ts'
import type { StepId } from '../basis/step-id.ts'
import type { FrameState } from '../state/frame-state.ts'
import { errorFrom, errorJson, outcomeOf, type RunState, showable } from '../state/run-state.ts'
import { observe } from './observe.ts'
import { checkRelease } from './release-checks.ts'
import { type Unsealed, unseal } from './sealed-values.ts'
import type { FrameRunners } from './spawn.ts'
import { validate } from './validate.ts'

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
  /** What its checks came to; none where none were asked for. */
  readonly checks: readonly Check[]
}

/** Citations of a release: those the frame made, or, when it made none, those of the children it joined. */
export function citationsOf(lane: FrameState): readonly Citation[] {
  return dedupe(lane.citations.length > 0 ? lane.citations : lane.inherited)
}

/** How deep a released value may nest: whoever reads JSON recurses. */
const MOST_DEPTH = 500

/**
 * What must hold of a value before it may be released at all, by a root or a child. Each throws `INVALID_ANSWER`, and comes to
 * the same whenever it is asked: a replay asks again.
 */
const CONDITIONS: readonly ((state: RunState, lane: FrameState, valueJson: string) => void)[] = [
  isSmall,
  isShallow,
  fitsSchema,
]

/** Checks that a value can be released at all. Throws `INVALID_ANSWER`. */
export function checkValue(state: RunState, lane: FrameState, valueJson: string): void {
  for (const holds of CONDITIONS) holds(state, lane, valueJson)
}

function isSmall({ limits }: RunState, _: FrameState, valueJson: string): void {
  const bytes = Buffer.byteLength(valueJson)
  const { maxOutputBytes } = limits
  if (bytes > maxOutputBytes)
    throw new WritError(
      'INVALID_ANSWER',
      `The value has ${bytes} bytes; at most ${maxOutputBytes} may be released.`,
    )
}

function isShallow(_: RunState, __: FrameState, valueJson: string): void {
  const depth = jsonDepth(valueJson)
  if (depth > MOST_DEPTH)
    throw new WritError(
      'INVALID_ANSWER',
      `The value nests ${depth} deep; at most ${MOST_DEPTH} may be released.`,
    )
}

function fitsSchema(_: RunState, { schema }: FrameState, valueJson: string): void {
  const misfits = schema?.misfits(JSON.parse(valueJson) as Json) ?? []
  if (misfits.length > 0)
    throw new WritError('INVALID_ANSWER', `The value does not fit the schema: ${inWords(misfits)}.`)
}

/** How often a release that does not pass its checks goes back to its frame. */
const MOST_RETURNS = 2

/**
 * The release of the run's answer: check → validate → decide → durable record. Nothing leaves before this resolves. The `last`
 * one of a frame leaves whatever its checks say.
 */
export async function performRelease(
  state: RunState,
  lane: FrameState,
  valueJson: string,
  last: boolean,
  runners: FrameRunners,
): Promise<Released> {
  const { journal, ports } = state
  const started = ports.clock.monotonic()
  const unsealed = unseal(lane, valueJson)
  lane.raise(unsealed.label)
  lane.slices.merge(unsealed.slices)
  const { lanes: sealed } = unsealed
  const citations = dedupe([...citationsOf(lane), ...unsealed.citations])
  const shaped = state.checks.length > 0 && canLeave(state, lane, unsealed.valueJson)
  const invalid = shaped ? await validate(state, lane, { valueJson: unsealed.valueJson, citations }) : null
  const checks =
    shaped && invalid === null
      ? await checkRelease(
          state,
          lane,
          { value: JSON.parse(unsealed.valueJson) as Json, citations, sealed },
          runners,
        )
      : []
  // What a sealed value holds is no reason that its frame may hear.
  const goesBack = !last && sealed.length === 0 && lane.returned < MOST_RETURNS
  const failed = goesBack ? failedChecks(checks) : null
  if (failed !== null) lane.returned += 1
  const open = invalid ?? failed
  const id = lane.next()
  const checked = await observe(journal, {
    kind: 'output.release',
    id,
    kept: (det) => (keptInByOther(det) ? { name: 'error' } : null),
    perform: () => check(state, lane, unsealed, citations, open),
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
      ...recordedChecks(state, id, checks),
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
  return { id, valueJson: value, citations, sealed, checks }
}

/** Whether a value can be released as far as its size and shape go: nothing is spent on the checks of one that cannot. */
function canLeave(state: RunState, lane: FrameState, valueJson: string): boolean {
  try {
    checkValue(state, lane, valueJson)
    return true
  } catch {
    return false
  }
}

/** Why a release goes back to its frame; null when every check passed or was not done. */
function failedChecks(checks: readonly Check[]): WritError | null {
  const failed = checks.filter(({ outcome }) => outcome === 'failed')
  if (failed.length === 0) return null
  const words = failed.map((each) => `${checkInWords(each)} (${each.problems.join('; ')})`)
  return new WritError('CHECKS_FAILED', `The value did not pass its checks: ${words.join('. ')}.`)
}

/** What did not pass, as the record commits to it. */
export function problemsJson(checks: readonly Check[]): string {
  return canonicalJson(checks.map(({ problems }) => problems))
}

function recordedChecks(
  { journal }: RunState,
  id: StepId,
  checks: readonly Check[],
): Pick<RecordedRelease, 'checks' | 'problems'> {
  if (checks.length === 0) return {}
  return {
    checks: checks.map(
      ({ check, outcome, checked, failed, code, votes }): RecordedCheck => ({
        check,
        outcome,
        checked,
        failed,
        code,
        ...defined({ votes }),
      }),
    ),
    problems: journal.commit(id, 'output.release', 'problems', problemsJson(checks)),
  }
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
  open: WritError | null,
): Promise<Checked> {
  const { gate, authority } = state
  let value = valueJson
  let decided: RecordedDecision | null = null
  try {
    value = canonical(state, lane, valueJson)
    refuseIfHalted(state)
    if (failed !== null)
      throw new WritError(
        'NO_ANSWER',
        `The frame ${lanes.join(', ')}, whose value is released, has none: ${failed}.`,
      )
    await checkCitations(state, lane, citations)
    if (open !== null) throw open
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
    value = canonical(state, lane, valueJson)
  } catch (error) {
    return { value, decision: null, failure: toWritError(error) }
  }
  if (decision === null) return { value, decision, failure: failed }
  const sink = `sink:${state.authority.sink.id}`
  const decided = state.gate.recall(lane, 'output::release', sink, VALIDATED, decision)
  return { value, decision: decided.recorded, failure: failed ?? refusal(state, decided.decision) }
}

function canonical(state: RunState, lane: FrameState, valueJson: string): string {
  checkValue(state, lane, valueJson)
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

/** Every citation's bytes are read again and must be what the citation says. */
async function checkCitations(
  state: RunState,
  lane: FrameState,
  citations: readonly Citation[],
): Promise<void> {
  for (const citation of citations) {
    const { doc, start, end, sha256, quote } = citation
    const read = await state.ports.store.read(doc, start, end)
    const same = read.start === start && read.end === end && read.sha256 === sha256 && read.text === quote
    if (!same || !lane.slices.covers(doc, start, end))
      throw new WritError(
        'CITATION_INVALID',
        `The citation of bytes ${start}–${end} of ${doc} does not match the document.`,
      )
  }
}

function dedupe(citations: readonly Citation[]): readonly Citation[] {
  const seen = new Set<string>()
  return citations.filter(({ doc, start, end }) => {
    const key = JSON.stringify([doc, start, end])
    return seen.has(key) ? false : seen.add(key)
  })
}
