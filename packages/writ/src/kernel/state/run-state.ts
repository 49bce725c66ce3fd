import {
  asSentence,
  type Basis,
  type CheckName,
  ERRORS,
  type ErrorCode,
  type GivenNotes,
  type Label,
  type Limits,
  levelNumber,
  type ModelProfile,
  type ModelResource,
  type NamedScript,
  type Outcome,
  outcomeOfCode,
  type Partition,
  type RecordedReason,
  type Script,
  type Tunings,
  type Validator,
  WritError,
} from '@writ/contract'
import type { BudgetShare } from '../basis/budget-share.ts'
import type { CoverageTally } from '../basis/coverage-tally.ts'
import type { ModelSlots } from '../basis/model-slots.ts'
import type { Authority, KernelPorts, RunModels } from '../basis/ports.ts'
import type { Journal } from '../journal/journal.ts'
import type { Suspension } from '../journal/suspension.ts'
import type { Fork } from './fork.ts'
import type { Gate } from './gate.ts'
import type { GivenText } from './given-text.ts'
import type { Refusing } from './refusing.ts'

/** What the frames of one run share. */
export interface RunState {
  readonly run: string
  readonly epochMs: number
  readonly limits: Limits
  readonly ports: KernelPorts
  readonly authority: Authority
  readonly models: RunModels
  /** How frames are told to work, by the model they are opened with. */
  readonly profiles: Tunings
  /** What a release has to pass before it leaves. */
  readonly checks: readonly CheckName[]
  /** How many answers are compared, where votes are among the checks. */
  readonly votes: number | undefined
  /** Whether each sentence of a text counts as a leaf. */
  readonly bySentence: boolean
  /** What the answer must pass: one that does not is not released. */
  readonly validators: readonly Validator[]
  /** What the root draws on: the limits of the run. */
  readonly share: BudgetShare
  /** The corpus as the run opened with it. */
  readonly partitions: readonly Partition[]
  /** What was left out of it, as the canonical JSON that the record commits to and the evidence opens. */
  readonly omitted: string
  /** What earlier runs of the corpus left; undefined for a run that neither reads nor leaves notes. */
  readonly notes: GivenNotes | undefined
  readonly coverage: CoverageTally
  /** The same of frames that check what another is about to release. */
  readonly checkCoverage: CoverageTally
  readonly journal: Journal
  readonly gate: Gate
  readonly slots: (model: ModelProfile) => ModelSlots
  readonly tally: Tally
  readonly givenText: GivenText
  /** Milliseconds the run has taken, those before a restart included. */
  readonly elapsedMs: () => number
  /** What the run shares with the one it was forked from; undefined for a run of its own. */
  readonly fork: Fork | undefined
  /** What the root follows instead of asking a model. */
  readonly script: Script | undefined
  /** Scripts that its frames may run by name. */
  readonly scripts: readonly NamedScript[]
  readonly suspension: Suspension
  /** Aborted when the run must end: halted by policy, failed, timed out, interrupted. */
  readonly signal: AbortSignal
}

/** Counts that the answer reports. */
export interface Tally {
  frames: number
  maxDepth: number
  /** Steps of child frames that have ended. */
  steps: number
  /** What cut the run short first, in the order of the records; null when nothing did. */
  cut: Cut | null
  /** Attempts charged their bound, and input tokens charged as cached. */
  boundCalls: number
  cachedInputTokens: number
  /** Sub-calls that were answered without being sent. */
  reusedCalls: number
  /** Numbers of the notes of earlier runs that frames were shown. */
  readonly notes: Set<number>
  /** Whether every model that was called has a price. */
  costKnown: boolean
  /** Ids of the models that were asked. */
  readonly models: Set<string>
  /** Ids of those whose replies came. */
  readonly answered: Set<string>
  /** Those that refuse every request, and who knows it. */
  readonly refusing: Refusing
  /** What the plan of the root's model rests on; null when it has none. */
  planned: Basis | null
}

/** A limit that refused a step, or a child that was cut short, and the record that shows it. */
export interface Cut extends RecordedReason {
  readonly seq: number
  /** In words. */
  readonly text: string
}

/**
 * What an answer would rest on now, a fact of the host: `model` once any model but a built-in one was asked, or a frame was
 * shown what one of an earlier run said; else what the plan said before anything ran.
 */
export function basisSoFar({ models, notes, planned }: Tally): Basis {
  if (notes.size > 0 || [...models].some((id) => !id.startsWith('builtin/'))) return 'model'
  return planned ?? 'passages'
}

const WITHHELD = '(withheld: its label is above the terminal)'

/**
 * A text for whoever watches the run, who stands where the answer would go: itself when its label may be released
 * there, else words of the host in its place. Whatever a guest can write goes out through here and nowhere else, names
 * of errors included.
 */
export function showable(state: RunState, label: Label, text: string, instead: string = WITHHELD): string {
  const { maxLevel, categories } = state.authority.sink
  const fits =
    levelNumber(label.level) <= maxLevel &&
    label.categories.every((category) => categories.includes(category))
  return fits ? text : instead
}

/** A model as policy sees it. */
export function modelResource(model: ModelProfile): ModelResource {
  return { type: 'model', id: model.id, ...model.facts }
}

/** How a step that ended with an error is recorded. */
export function outcomeOf(error: WritError): Outcome {
  return outcomeOfCode(error.code)
}

/**
 * Notes a limit that refused a step: it makes the run incomplete, and says why. The one recorded first counts, whichever
 * raced, so that a replay names the same.
 */
export function noteLimit(state: RunState, label: Label, seq: number, error: WritError): void {
  if (outcomeOf(error) === 'limit')
    noteCut(state.tally, { seq, ...recordedReason(error), text: reasonText(state, label, error) })
}

/** An error in words where its label may be shown, else as its code and what to do. */
export function reasonText(state: RunState, label: Label, { code, message, next }: WritError): string {
  return `${code}: ${showable(state, label, `${asSentence(message)} `, '')}${next}`
}

/** Notes a child that used its last turn or ran into a limit, and whether prose of its model stands for its value. */
export function noteChildCut(
  tally: Tally,
  seq: number,
  { child, verifies }: { readonly child: string; readonly verifies: boolean },
  error: WritError | undefined,
): void {
  const ended = error?.code
  const who = verifies ? 'The frame that checks the claims' : 'A child frame'
  const text = `${who} (${child}) ${(ended && CHILD_ENDS[ended]) ?? 'used its last turn or ran into a limit'}.`
  const data = ended === 'PROSE_ANSWER' ? { child, ended } : { child }
  noteCut(tally, { seq, code: 'CHILD_CUT', data, text })
}

/** What a child did that was cut short, by the code it ended with. */
const CHILD_ENDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  PROSE_ANSWER: 'answered in prose and never released; its last prose is its value',
  NO_PROGRESS: 'went in circles',
  NO_ANSWER: 'took all of its turns and released nothing',
  BUDGET_EXCEEDED: 'ran into a limit',
}

function noteCut(tally: Tally, cut: Cut): void {
  if (tally.cut === null || cut.seq < tally.cut.seq) tally.cut = cut
}

/** Facts of an error that a record may show to everyone: names of limits, codes, integers. Guests write none of them. */
const PLAIN_FACTS = ['limit', 'most', 'timeoutMs', 'ended', 'drift'] as const

/** An error as the reason of a run: its code and plain facts, without its words. */
export function recordedReason({ code, data }: WritError): RecordedReason {
  const plain = PLAIN_FACTS.flatMap((name) => {
    const fact = data[name]
    return typeof fact === 'string' || Number.isSafeInteger(fact) ? [[name, fact as string | number]] : []
  })
  return { code, data: Object.fromEntries(plain) as RecordedReason['data'] }
}

/** An error as it is stored for replay and shown to guests: with its words, so that others later change no old run. */
export function errorJson(error: WritError): string {
  const { code, message, next, data } = error
  return JSON.stringify({ error: { code, message, next, data } })
}

interface StoredError {
  readonly error: {
    readonly code: string
    readonly message: string
    readonly next: string
    readonly data: Record<string, unknown>
  }
}

/** The error that `errorJson` stored. */
export function errorFrom(json: string): WritError {
  const { code, message, next, data } = (JSON.parse(json) as StoredError).error
  return new WritError(isErrorCode(code) ? code : 'INTERNAL', message, { data, next })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
