import type {
  Amount,
  AnsweredConversation,
  AnswerNotes,
  Basis,
  Citation,
  Coverage,
  Json,
  JsonObject,
  Outcome,
  RecordedCheck,
  RecordedDecision,
  RecordedFork,
  RecordedPartition,
  RecordedScript,
  Status,
  Support,
  Unsent,
} from '@writ/contract'
import type { StepError } from '../export/index.ts'

// What `writ show` tells of a run, as the library and `--json` give it.

/** A frame of a run. */
export interface FrameView {
  readonly lane: string
  readonly depth: number
  readonly parent: string | null
  /** Null where it is withheld, or once the run's key is gone. */
  readonly goal: string | null
  readonly turns: number
  readonly model: string
  /** `in-doubt` while nothing says how it ended. */
  readonly outcome: Outcome
  readonly label: string
  readonly charged: Amount | null
  readonly tookMs: number
}

/** A step: its command and what came of it. */
export interface StepView {
  readonly seq: number
  readonly lane: string
  readonly n: number
  readonly kind: string
  readonly op: string
  /** The same for the same request in any run; null for steps that ask for nothing, are withheld, or whose key is gone. */
  readonly commandHash: string | null
  /** `in-doubt` for a command without a result. */
  readonly outcome: Outcome
  readonly code: string | null
  /** What it was for, in a line. Null where there is nothing to say, or it is withheld or gone. */
  readonly about: string | null
  /** Documents it was handed text of. */
  readonly documents: readonly string[]
  readonly error: StepError | null
  /** Why its content is not shown; null where it is. */
  readonly withheld: string | null
  /** Refusals of policy in it, in words. */
  readonly refusals: readonly string[]
  readonly label: string
  readonly model: string | null
  /** The step whose failed requests it asked of this model; null for a call of its own. */
  readonly instead: number | null
  /** Requests that a model call sent, and what it did not send since an equal one was answered. */
  readonly items: number | null
  /** Requests of a batch that have records of their own: they came back, whether or not all did. */
  readonly returned: number
  readonly unsent: Unsent | null
  /** The frame it opened. */
  readonly child: string | null
  readonly charged: Amount | null
  /** Input tokens charged as cached by the provider. */
  readonly cachedInputTokens: number
  /** Whether the models that may have been called have a known price. */
  readonly costKnown: boolean
  /** Whether any of the charge is the worst case, since the server did not say what was used. */
  readonly bound: boolean
  readonly at: number
  readonly tookMs: number | null
  /** Taken over from the run this one was forked from. */
  readonly shared: boolean
}

/** What a forked run shares. */
export interface ForkView extends Pick<RecordedFork, 'run' | 'at' | 'records'> {
  /** Charged for the shared steps: paid once, by the other run, and counted in the limits of both. */
  readonly charged: Amount
}

/** A run as `writ show` gives it. */
export interface RunView {
  readonly run: string
  readonly status: Status | 'open' | 'aborted'
  readonly question: string | null
  readonly user: string
  readonly purpose: string
  /** Ids of the models that may be asked, first those of the root. */
  readonly models: readonly string[]
  readonly startedAt: number
  readonly tookMs: number | null
  /** Why it did not complete. */
  readonly reason: string | null
  /** Null when nothing was released. */
  readonly basis: Basis | null
  readonly support: Omit<Support, 'unsupportedPaths'> | null
  /** What the checks that were asked for came to. */
  readonly checks: readonly RecordedCheck[]
  readonly coverage: Coverage | null
  /** Notes of earlier runs that it was shown, and those it leaves; null where there are none. */
  readonly notes: AnswerNotes | null
  readonly label: string
  /** The script it follows, its input left out; null when it follows none. */
  readonly script: Pick<RecordedScript, 'name' | 'planHash'> | null
  /** How guest code was confined. */
  readonly confinement: { readonly level: string; readonly layers: readonly string[] }
  readonly charged: Amount | null
  /** Input tokens of it that were charged as cached by a provider. */
  readonly cachedInputTokens: number
  readonly costKnown: boolean
  /** Null when nothing was released, or it is withheld or gone. */
  readonly released: { readonly value: Json; readonly citations: readonly Citation[] } | null
  /** JSON Schema that the released value fits; null where there was none, or nothing is shown of the value. */
  readonly answerSchema: JsonObject | null
  readonly frames: readonly FrameView[]
  readonly steps: readonly StepView[]
  readonly partitions: readonly RecordedPartition[]
  /** Null for a run of its own. */
  readonly fork: ForkView | null
  /** Null for a question by itself. */
  readonly conversation: AnsweredConversation | null
}

/** A decision that a step needed, and what it says. */
export interface DecisionView extends RecordedDecision {
  readonly words: string
}

/** One step whole, as `writ show <run> <step>` gives it. */
export interface StepDetail {
  readonly step: StepView
  /** The first that refused, else the first. */
  readonly decision: DecisionView | null
  readonly decisions: readonly DecisionView[]
  /** Partitions it read or searched. */
  readonly read: readonly RecordedPartition[]
  readonly input: Json
  readonly output: Json
  readonly error: StepError | null
  readonly withheld: string | null
}

/** What a run could read, what it shares with another and what it was asked to fit. */
export interface RunOrigin {
  readonly partitions: readonly RecordedPartition[]
  readonly fork: ForkView | null
  /** JSON Schema of the value it may release; null where it may release any, or once its key is gone. */
  readonly answerSchema: JsonObject | null
}
