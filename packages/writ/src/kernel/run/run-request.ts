import type {
  CheckName,
  Conversation,
  GivenNotes,
  JsonObject,
  Label,
  Limits,
  NamedScript,
  Script,
  Tunings,
  Validator,
} from '@writ/contract'
import type { Authority, RunModels } from '../basis/ports.ts'
import type { Fork } from '../state/fork.ts'

/** How a run was set up, as far as no record says: what `resume` needs besides the keys of the environment. */
export interface RunSetup {
  /** OpenAI-compatible server of both models; null for models that name their own. */
  readonly baseUrl: string | null
  /** Directory of the policy bundle; null for the built-in one. */
  readonly policy: string | null
  /** Where the evidence file goes. */
  readonly evidence: string
  /** Witnesses whose quorum must have cosigned before the answer is handed out; none when empty. */
  readonly witnesses: readonly string[]
  readonly witnessQuorum: number
  /** What the notes of its corpus are kept under; null for a run that neither reads nor leaves any. */
  readonly notes: string | null
}

/** One governed request, with everything about it already resolved. */
export interface RunRequest {
  readonly run: string
  readonly question: string
  /** What the question and everything said before it are labelled. */
  readonly questionLabel: Label
  /** JSON Schema that the answer must fit; absent for any answer. */
  readonly answerSchema?: JsonObject
  /** What was said before; absent for a question by itself. */
  readonly conversation?: Conversation
  readonly strategy: string
  /** What the root runs instead of asking a model; absent when a strategy decides. */
  readonly script?: Script
  /** Scripts that its frames may run by name, none twice; none when absent. */
  readonly scripts?: readonly NamedScript[]
  /** What a release has to pass, none twice. */
  readonly checks: readonly CheckName[]
  /** How many answers are compared, where votes are among the checks. */
  readonly votes?: number
  /** Whether each sentence of a text counts as a leaf; absent where a text is one. */
  readonly leaves?: 'sentences'
  /** What the answer must pass; nothing when absent. */
  readonly validators?: readonly Validator[]
  /** What earlier runs of the corpus left; absent for a run that neither reads nor leaves notes. */
  readonly notes?: GivenNotes
  readonly limits: Limits
  readonly authority: Authority
  readonly models: RunModels
  /** Profiles of those models that frames are opened with, where they are not the usual one. */
  readonly profiles: Tunings
  /** Version of the runtime, for the record. */
  readonly version: string
  /** Ends the run early: `INTERRUPTED` or whatever its reason is. */
  readonly signal: AbortSignal
  /** Stops the run and leaves it open, for another process to go on. */
  readonly suspend?: AbortSignal
  /** Milliseconds already gone of the time limit. */
  readonly elapsedMs: number
  /** What a later process needs to go on where this one may be killed: kept beside the opening record. */
  readonly setup: RunSetup
  /** What it shares with another run; absent for a run of its own. */
  readonly fork?: Fork
}
