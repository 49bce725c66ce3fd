import {
  type Answer,
  type CoverageInAll,
  type DocumentCoverage,
  type DocumentInfo,
  flowsTo,
  type Json,
  type RecordedCoverage,
  type RecordedReason,
  type Status,
  supportOf,
  WritError,
} from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import type { StepId } from '../basis/step-id.ts'
import type { FrameRun } from '../frame/run-frame.ts'
import type { FrameState } from '../state/frame-state.ts'
import { basisSoFar, outcomeOf, type RunState, reasonText, recordedReason } from '../state/run-state.ts'
import { conversationOf } from './conversation-of.ts'

/** How the root frame of a run ended. */
export interface RootEnd {
  readonly lane: FrameState
  readonly result: FrameRun
}

/** Name of what the closing record commits to of each document, and of the text beside it. */
export const PER_DOCUMENT = 'perDocument'

/** How much was looked at of each document whose label the answer has; what was recorded of that, where the run had closed. */
export async function documentsCovered(
  { coverage, journal, ports }: RunState,
  { label }: FrameState,
  closing: StepId,
): Promise<readonly DocumentCoverage[]> {
  const closed = journal.close(closing)
  if (closed !== undefined)
    return closed.obs.coverage.perDocument === undefined
      ? []
      : (JSON.parse(await closed.text(PER_DOCUMENT)) as DocumentCoverage[])
  try {
    return coverage.perDocument(ports.store, (partition) => flowsTo(partition.label, label))
  } catch {
    // Where the store is gone there is nothing to tell.
    return []
  }
}

/** The answer of a run, and why it is not complete. `closing` is the step of its closing record. */
export function answerOf(
  state: RunState,
  end: RootEnd,
  closing: StepId,
  perDocument: readonly DocumentCoverage[],
): { readonly answer: Answer; readonly reason: RecordedReason | null } {
  const { status, reason, text } = judge(state, end)
  const released = end.result.value
  const charged = state.share.pool.spent
  const valueJson = released?.valueJson ?? 'null'
  const value = JSON.parse(valueJson) as Json
  const citations = released?.citations ?? []
  const basis = released === undefined ? null : basisSoFar(state.tally)
  // A run that had closed took as long as its close says, and a replay has no corpus to look its coverage up in.
  const closed = state.journal.close(closing)?.obs
  const { perDocument: _, ...inAll }: RecordedCoverage = closed?.coverage ?? coverageOf(state)
  const answer: Answer = {
    schema: 'writ.answer/1',
    run: state.run,
    status,
    basis,
    answer: released === undefined ? null : typeof value === 'string' ? value : canonicalJson(value),
    value,
    citations,
    label: end.lane.label,
    usage: {
      modelCalls: charged.calls,
      inputTokens: charged.inputTokens,
      outputTokens: charged.outputTokens,
      ...(state.tally.cachedInputTokens === 0 ? {} : { cachedInputTokens: state.tally.cachedInputTokens }),
      ...(state.tally.reusedCalls === 0 ? {} : { reusedCalls: state.tally.reusedCalls }),
      costMicroUsd: charged.costMicroUsd,
      costKnown: state.tally.costKnown,
      boundCalls: state.tally.boundCalls,
      frames: state.tally.frames,
      maxDepth: state.tally.maxDepth,
      // The closing record is a step of the root's lane, too.
      steps: state.tally.steps + end.lane.steps,
      wallMs: closed?.tookMs ?? Math.round(state.elapsedMs()),
    },
    ...(standsIn(state) ? { answeredBy: [...state.tally.answered].sort() } : {}),
    support: supportOf(value, citations, basis, state.bySentence),
    coverage: { ...inAll, ...(perDocument.length === 0 ? {} : { perDocument }) },
    ...(released === undefined || released.checks.length === 0 ? {} : { checks: released.checks }),
    denials: state.gate.denials,
    omitted: state.ports.store.omitted,
    evidence: null,
    reason: text,
    ...conversationOf(end.lane),
  }
  return { answer, reason }
}

/** What was looked at, and what there is of the source that could be asked for its structure and never was. */
function coverageOf({ coverage, checkCoverage, ports: { store } }: RunState): CoverageInAll {
  const locate = (doc: string): DocumentInfo | undefined => store.locate(doc)
  const looked = coverage.coverage(locate)
  const { touched, searched, read } = checkCoverage.coverage(locate)
  const unstructured = store.unstructured?.()
  const checks = touched + searched === 0 ? {} : { checks: { touched, searched, read } }
  return {
    ...looked,
    ...checks,
    ...(unstructured === undefined || unstructured.files === 0 ? {} : { unstructured }),
  }
}

/** Whether the run has, or had before a fork, models that stand in for others, or those of a verifier. */
function standsIn({ models, fork }: RunState): boolean {
  return [models, fork?.models].some((one) => one?.fallbacks !== undefined || one?.verifier !== undefined)
}

/** Characters of a reason that are kept. */
const REASON_CHARS = 500

/** A run's status, and why it is not `complete`: as a code with plain facts for the record, and in words. */
interface Judgement {
  readonly status: Status
  readonly reason: RecordedReason | null
  readonly text: string | null
}

/** Codes of what cuts a part of a run short. */
const PARTIAL: ReadonlySet<string> = new Set(['CHILD_CUT', 'DEPTH_EXCEEDED'])

/** The status of a run: `incomplete` iff a limit refused a step or a frame used its last turn. */
function judge(state: RunState, { lane, result }: RootEnd): Judgement {
  const { error, value, incomplete } = result
  const { cut } = state.tally
  if (value !== undefined && cut === null && !incomplete)
    return { status: 'complete', reason: null, text: null }
  const known = error ?? new WritError('NO_ANSWER', 'A frame used its last turn.')
  const outcome = outcomeOf(known)
  const short = cut !== null || incomplete || outcome === 'limit' || outcome === 'timeout'
  const status = value === undefined && outcome === 'denied' ? 'denied' : short ? 'incomplete' : 'failed'
  if (cut !== null && outcome !== 'timeout' && known.code !== 'PROSE_ANSWER') {
    const { code, data } = cut
    // A part that went no further may not be why the root gives nothing, nor a limit why policy kept its answer in.
    const own = (PARTIAL.has(code) || status === 'denied') && known.code !== code && value === undefined
    const text = own ? `${reasonOf(state, lane, known)} ${cut.text}` : cut.text
    return { status, reason: { code, data }, text }
  }
  return { status, reason: recordedReason(known), text: reasonOf(state, lane, known) }
}

/** Why a run ended as it did. */
function reasonOf(state: RunState, lane: FrameState, error: WritError): string {
  return reasonText(state, lane.label, error).slice(0, REASON_CHARS).toWellFormed()
}
