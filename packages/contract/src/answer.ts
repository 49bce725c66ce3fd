import type { Check } from './checks.ts'
import type { Omitted } from './context-store.ts'
import type { AnsweredConversation } from './conversation.ts'
import type { Coverage } from './coverage.ts'
import type { Json } from './json.ts'
import type { Label } from './label.ts'
import type { AnswerNotes } from './note.ts'
import type { Citation } from './span.ts'

export const STATUSES = ['complete', 'incomplete', 'denied', 'failed', 'pending'] as const

export type Status = (typeof STATUSES)[number]

/**
 * What an answer rests on. `exact`: code decided it. `model`: a language model said so. `passages`: text was found whose
 * words fit, and nothing was judged.
 */
export const BASES = ['exact', 'model', 'passages'] as const

export type Basis = (typeof BASES)[number]

/** How the leaves of a released value stand: each string, number and boolean in it is one. */
export interface Support {
  /** Leaves that occur in one of the citations. */
  readonly quoted: number
  /** Other leaves of an exact answer, which the host's plan computed. */
  readonly computed: number
  readonly unsupported: number
  /** JSON pointers of the first 20 unsupported leaves; `/answer#2` is the second sentence of a text that counts by sentences. */
  readonly unsupportedPaths: readonly string[]
}

export interface Usage {
  readonly modelCalls: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** Part of the input tokens that came from a provider's cache; absent when none did. */
  readonly cachedInputTokens?: number
  /** Sub-calls that were not sent, since an equal one had been answered; absent when all were. */
  readonly reusedCalls?: number
  readonly costMicroUsd: number
  /** False when a model that was called has no known price: the cost is then of the others only. */
  readonly costKnown: boolean
  /** Model requests charged their worst case, since what they used is not known. */
  readonly boundCalls: number
  readonly frames: number
  readonly maxDepth: number
  readonly steps: number
  readonly wallMs: number
}

/** What policy refused, equal refusals counted together. */
export interface Denial {
  readonly action: string
  readonly resource: string
  readonly policies: readonly string[]
  readonly reason: string
  readonly count: number
}

/** The one object `ask --json` prints and `completion` returns; `V` is the type of its value, where a schema gives it one. */
export interface Answer<V = Json> {
  readonly schema: 'writ.answer/1'
  readonly run: string
  readonly status: Status
  /** Null when nothing was released. */
  readonly basis: Basis | null
  /** The released string, else canonical JSON of `value`; null when nothing was released. */
  readonly answer: string | null
  /** Null when nothing was released. */
  readonly value: V
  readonly citations: readonly Citation[]
  readonly label: Label
  readonly usage: Usage
  /** Ids of the models whose replies came, sorted; only of a run with models that stand in for others. */
  readonly answeredBy?: readonly string[]
  readonly support: Support
  readonly coverage: Coverage
  /** What the checks that were asked for came to; absent when none were, or nothing was released. */
  readonly checks?: readonly Check[]
  readonly denials: readonly Denial[]
  readonly omitted: readonly Omitted[]
  /** Path of the evidence file. */
  readonly evidence: string | null
  /** Why the status is not `complete`; null when it is. */
  readonly reason: string | null
  /** Notes of earlier runs that its frames were shown, and those it leaves; absent when there are none. */
  readonly notes?: AnswerNotes
  /** Only of a question that belongs to a conversation. */
  readonly conversation?: AnsweredConversation
}
