import type { Message, ModelProfile, PassedModel, RecordedDecision } from '@writ/contract'
import type { StandingReservation } from '../basis/budget-pool.ts'
import type { ModelList } from '../basis/model-list.ts'

/** One or more requests to a model under one decision. */
export interface ModelCall {
  readonly role: 'turn' | 'leaf'
  /** Those that may be asked: the first that policy allows is. */
  readonly models: ModelList
  /** The step of the same frame whose failed requests these are; absent for a call of its own. */
  readonly instead?: number
  readonly conversations: readonly (readonly Message[])[]
  /** The conversations whose answer is to be one JSON object; none by default. */
  readonly json?: ReadonlySet<number>
  /** Whether it shares no answer with an equal one; not by default. */
  readonly fresh?: boolean
  /** Requests that were left out because they equal another of the call; none by default. */
  readonly merged?: number
  /** What identifies the call across runs: the request as the frame made it. */
  readonly input: unknown
  /** Kept for replay: what the frame was told that nothing else determines. */
  readonly payloads: Readonly<Record<string, string>>
  /** The signal its frame had when it was asked for: the frame takes another one when it cancels. */
  readonly signal: AbortSignal
  /** Room held back beforehand: taken for the first attempt when it is enough, else given back. */
  readonly held?: StandingReservation
}

/** A call with the model that it asks. */
export interface ChosenCall extends Omit<ModelCall, 'models'> {
  readonly model: ModelProfile
  readonly maxOutputTokens: number
  /** The models of its list that stand before this one and are not asked. */
  readonly passed: readonly PassedModel[]
  readonly decision: RecordedDecision
}
