import type { Answer } from './answer.ts'
import type { Amount } from './budget.ts'
import type { AnsweredConversation } from './conversation.ts'
import type { Label } from './label.ts'
import type { Outcome } from './outcome.ts'
import type { Action, Verdict } from './policy.ts'

/** What governance cost a run. Waits of parallel frames overlap, so the sums may exceed the wall time. */
export interface Governance {
  readonly decideMs: number
  readonly decisions: number
  readonly recordMs: number
  readonly records: number
}

/** What a run tells whoever watches it. Nothing here is evidence; records are. */
export type RunEvent =
  | { readonly type: 'ingest'; readonly documents: number; readonly bytes: number }
  /** The run waits for what its cells are run in. The first time after an installation that takes seconds. */
  | { readonly type: 'prepare'; readonly what: 'python' }
  | {
      readonly type: 'run.open'
      readonly run: string
      readonly question: string
      readonly model: string
      readonly strategy: string
      readonly strategyReason: string
      readonly documents: number
      readonly bytes: number
      readonly confinement: string
      readonly policy: string
      /** Only of a question that belongs to a conversation. */
      readonly conversation?: AnsweredConversation
    }
  | {
      readonly type: 'frame.open'
      readonly lane: string
      readonly parent: string | null
      readonly depth: number
      readonly goal: string
      readonly model: string
    }
  | {
      readonly type: 'step'
      readonly lane: string
      readonly n: number
      readonly kind: string
      readonly op: string
      readonly outcome: Outcome | 'started'
      readonly detail: string
      readonly tookMs: number
      /** Part of `tookMs` that governance took: decision, reservation, recording. */
      readonly gateMs: number
    }
  | {
      readonly type: 'decision'
      readonly lane: string
      readonly action: Action
      readonly resource: string
      readonly verdict: Verdict
      readonly policies: readonly string[]
      readonly reason: string
    }
  | {
      readonly type: 'frame.close'
      readonly lane: string
      readonly outcome: Outcome
      readonly turns: number
      readonly label: Label
      readonly charged: Amount
    }
  | {
      /** What holds requests to a model back has changed; told at most once for each change. */
      readonly type: 'queue'
      readonly model: string
      /** Null when none waits any more. */
      readonly by: 'slots' | 'requests' | 'tokens' | 'retry-after' | null
      readonly waiting: number
      /** Milliseconds until it goes on; null where that depends on what is under way. */
      readonly forMs: number | null
    }
  | { readonly type: 'answer'; readonly answer: Answer; readonly governance: Governance }
