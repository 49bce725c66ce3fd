import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Message } from './message.ts'

export interface ModelRequest {
  readonly messages: readonly Message[]
  /** Always sent, so that the worst case is known beforehand. */
  readonly maxOutputTokens: number
  /** Whether the provider is asked for one JSON object, where it can be; it is not by default. */
  readonly json?: boolean
  readonly signal: AbortSignal
  readonly headers: Readonly<Record<string, string>>
}

export interface ModelReply {
  readonly text: string
  readonly finishReason: string
  /** What the provider says it used, believed or not; null where it says no whole number. */
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** Part of the input that came from the provider's cache; absent where it says no number. */
  readonly cachedInputTokens?: number
  /** UTF-8 bytes of the texts sent and received, hidden reasoning that was sent along included. */
  readonly sentBytes: number
  readonly receivedBytes: number
  readonly requestId: string | null
  /** HTTP status, 200 for a model without HTTP. */
  readonly status: number
}

/**
 * Makes exactly one request. Rejects with `MODEL_FAILED`, `MODEL_REJECTED` or `MODEL_TIMEOUT`, whose data is a
 * `ModelFailure`.
 */
export type ModelCaller = (model: LanguageModelV4, request: ModelRequest) => Promise<ModelReply>

/** What is known of a failed request. */
export interface ModelFailure {
  /** HTTP status, or 0 when none came. */
  readonly status: number
  readonly retryAfterMs: number | null
  /** Whether the provider may have done the work: then its worst case is charged. */
  readonly mayHaveRun: boolean
  readonly requestId: string | null
}
