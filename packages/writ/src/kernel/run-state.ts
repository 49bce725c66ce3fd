import {
  ERRORS,
  type ErrorCode,
  type Label,
  type Limits,
  levelNumber,
  type ModelProfile,
  type ModelResource,
  type Outcome,
  WritError,
} from '@writ/contract'
import type { BudgetPool } from './budget-pool.ts'
import type { Fork } from './fork.ts'
import type { Gate } from './gate.ts'
import type { Journal } from './journal.ts'
import type { Past } from './past.ts'
import type { Authority, KernelPorts, RunModels } from './ports.ts'
import type { Slots } from './slots.ts'
import type { Suspension } from './suspension.ts'

/** What the frames of one run share. */
export interface RunState {
  readonly run: string
  readonly key: Uint8Array
  readonly epochMs: number
  readonly limits: Limits
  readonly ports: KernelPorts
  readonly authority: Authority
  readonly models: RunModels
  readonly pool: BudgetPool
  readonly journal: Journal
  readonly gate: Gate
  readonly slots: (model: ModelProfile) => Slots
  readonly tally: Tally
  /** Milliseconds the run has taken, those before a restart included. */
  readonly elapsedMs: () => number
  /** What is recorded of this run and done again; undefined for one that happens for the first time. */
  readonly past: Past | undefined
  /** What the run shares with the one it was forked from; undefined for a run of its own. */
  readonly fork: Fork | undefined
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
  /** The first limit that refused a step, in the order of the records; null when none did. */
  limit: { readonly seq: number; readonly text: string } | null
  /** Attempts charged their bound, and whether every model that was called has a price. */
  boundCalls: number
  costKnown: boolean
  /** Bytes handed to guests by reads and searches. */
  readBytes: number
}

/**
 * A text for whoever watches the run, who stands where the answer would go: itself when its label may be released
 * there, else what may be said in its place.
 */
export function showable(state: RunState, label: Label, text: string, instead: string): string {
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

const OUTCOMES: Partial<Record<ErrorCode, Outcome>> = {
  POLICY_DENIED: 'denied',
  BUDGET_EXCEEDED: 'limit',
  DEPTH_EXCEEDED: 'limit',
  TIMED_OUT: 'timeout',
  MODEL_TIMEOUT: 'timeout',
  CANCELLED: 'cancelled',
  INTERRUPTED: 'cancelled',
}

/** How a step that ended with an error is recorded. */
export function outcomeOf(error: WritError): Outcome {
  return OUTCOMES[error.code] ?? 'error'
}

/**
 * Notes a limit that refused a step: it makes the run incomplete, and says why. The one recorded first counts, whichever
 * raced, so that a replay names the same.
 */
export function noteLimit(tally: Tally, seq: number, error: WritError): void {
  if (outcomeOf(error) === 'limit') noteCut(tally, seq, `${error.code}: ${error.message} ${error.next}`)
}

/** Notes why a run is incomplete, and the record that shows it. */
export function noteCut(tally: Tally, seq: number, text: string): void {
  if (tally.limit === null || seq < tally.limit.seq) tally.limit = { seq, text }
}

/** An error as it is stored for replay and shown to guests. */
export function errorJson(error: WritError): string {
  return JSON.stringify({ error: { code: error.code, message: error.message, data: error.data } })
}

interface StoredError {
  readonly error: { readonly code: string; readonly message: string; readonly data?: Record<string, unknown> }
}

/** The error that `errorJson` stored. */
export function errorFrom(json: string): WritError {
  const { code, message, data = {} } = (JSON.parse(json) as StoredError).error
  return new WritError(isErrorCode(code) ? code : 'INTERNAL', message, { data })
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code)
}
