import type { RecordedFork } from '@writ/contract'
import type { RunModels } from '../basis/ports.ts'
import type { StepId } from '../basis/step-id.ts'

/** Name of what a fork changes, beside its opening record. */
export const CHANGES = 'fork'

/** What a run has of the run it was forked from, and what it does otherwise. */
export interface Fork extends Omit<RecordedFork, 'models' | 'fallbacks' | 'verifier' | 'changes'> {
  /** Those of the shared part. */
  readonly models: RunModels
  readonly changes: ForkChanges
  /** Whether the step of that id is shared. */
  readonly shares: (id: StepId) => boolean
}

/** What no record shows of a fork: kept beside its opening record. */
export interface ForkChanges {
  /** Said at the first step done anew: a sub-call is asked this instead, a turn is told it in addition. Null for nothing. */
  readonly prompt: string | null
  /** Seeds (hex) of the guests of shared frames, by lane: what they drew, they draw again. */
  readonly seeds: Readonly<Record<string, string>>
}
