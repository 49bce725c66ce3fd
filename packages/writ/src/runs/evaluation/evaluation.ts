import type { Basis, PlanBound, PlanCard, RunEvent, Status } from '@writ/contract'
import type { Gold } from './score.ts'
import type { JudgedThreshold } from './threshold.ts'

// What an evaluation plans, tells and comes to, as the library and `--json` give it.

/** What an evaluation would do and cost at most, before anything of it is done. */
export interface EvaluationPlan {
  readonly schema: 'writ.evaluation-plan/1'
  readonly questions: number
  /** Those of them that have a gold. */
  readonly scored: number
  readonly repeat: number
  /** Questions times arms times repetitions. */
  readonly runs: number
  readonly arms: readonly PlannedArm[]
  /** The most that all runs can come to, the cap of the whole included. */
  readonly bound: EvaluationBound
  readonly caps: EvaluationCaps
}

export interface PlannedArm {
  readonly name: string
  /** The plan card of its first question. */
  readonly card: PlanCard
  readonly runs: number
  /** The most that its runs can come to, the cap left out. */
  readonly bound: EvaluationBound
}

export type EvaluationBound = Pick<PlanBound, 'requests' | 'tokens' | 'costMicroUsd'>

/** What the whole may come to; null where there is no cap. */
export interface EvaluationCaps {
  readonly calls: number | null
  readonly costMicroUsd: number | null
}

/** What an evaluation tells whoever watches it. */
export type EvaluationEvent =
  | { readonly type: 'evaluation.open'; readonly evaluation: string; readonly runs: number }
  | {
      readonly type: 'item.open'
      readonly n: number
      readonly arm: string
      readonly question: string
      readonly repetition: number
    }
  | { readonly type: 'item.run'; readonly event: RunEvent }
  | { readonly type: 'item.close'; readonly n: number; readonly item: EvaluationItem }

/**
 * How one asking of a question ended. `capped`: the cap of the whole was reached in it or before it, so that it says nothing
 * about the arm.
 */
export type ItemOutcome = 'answered' | 'failed' | 'capped'

/** One asking of a question by an arm. */
export interface EvaluationItem {
  readonly arm: string
  readonly question: string
  readonly repetition: number
  readonly outcome: ItemOutcome
  /** From 0 to 1; 0 for one that failed. Null where there is no gold, or it was capped. */
  readonly score: number | null
  /** Null when it was not asked. */
  readonly run: string | null
  readonly status: Status | null
  readonly basis: Basis | null
  readonly answer: string | null
  /** The part of it that is scored: a member, where it is an object that has it. */
  readonly said: string | null
  /** Why it did not complete. */
  readonly reason: string | null
  readonly citations: number
  /** Path of its evidence file. */
  readonly evidence: string | null
  readonly wallMs: number
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costMicroUsd: number
  readonly costKnown: boolean
  /** Whether it was answered before, and nothing was asked for it now. */
  readonly takenOver: boolean
}

/** A mean over questions, and what 95 % of the resamplings of the questions have. */
export interface Estimate {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** What is measured of an arm, each for one question. Null where nothing of it can be said. */
export interface Measures<T> {
  readonly accuracy: T | null
  readonly latencyMs: T | null
  readonly costMicroUsd: T | null
  readonly tokens: T | null
  readonly calls: T | null
}

export interface ArmResult {
  readonly name: string
  readonly strategy: string
  readonly models: PlanCard['models']
  /** Runs of it that ended, and those of them that failed. */
  readonly runs: number
  readonly failed: number
  /** Questions with a gold that it was asked. */
  readonly scored: number
  readonly measures: Measures<Estimate>
  /** Against the first arm, over the questions both were asked; null for the first. */
  readonly difference: Measures<Estimate> | null
}

export interface Spent {
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costMicroUsd: number
  /** False when a model that was called has no known price. */
  readonly costKnown: boolean
}

/** What an evaluation came to. */
export interface Evaluation {
  readonly schema: 'writ.evaluation/1'
  readonly evaluation: string
  /** Whether every question was asked of every arm; otherwise the cap was reached. */
  readonly complete: boolean
  /** Whether it is complete and no threshold was missed. */
  readonly passed: boolean
  readonly repeat: number
  readonly seed: string
  readonly documents: number
  readonly bytes: number
  readonly questions: readonly {
    readonly id: string
    readonly question: string
    readonly gold: Gold | null
  }[]
  readonly arms: readonly ArmResult[]
  readonly thresholds: readonly JudgedThreshold[]
  readonly caps: EvaluationCaps
  /** Over all its runs, those taken over included. */
  readonly spent: Spent
  readonly items: readonly EvaluationItem[]
}
