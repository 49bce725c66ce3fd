import type { ContextOptions } from '../../files/options.ts'
import type { EvaluationArm } from './arm.ts'
import type { EvaluationEvent, EvaluationPlan } from './evaluation.ts'
import type { EvaluationQuestion } from './question.ts'
import type { Threshold } from './threshold.ts'

/** What an evaluation asks, of whom, over what, and what it may spend. */
export interface EvaluationOptions
  extends Pick<
    ContextOptions,
    | 'context'
    | 'label'
    | 'labels'
    | 'includeSecret'
    | 'principal'
    | 'purpose'
    | 'retention'
    | 'verify'
    | 'schema'
    | 'limits'
    | 'signal'
    | 'suspend'
    | 'confirmAboveMicroUsd'
  > {
  readonly questions: readonly EvaluationQuestion[]
  /** The Writ as it is, with strategy `auto`, by default. The first is what the others are held against. */
  readonly arms?: readonly EvaluationArm[]
  /** How often each arm is asked each question; once by default. */
  readonly repeat?: number
  /** Of the resampling behind the intervals; the same seed gives the same ones. */
  readonly seed?: string
  /** Most model requests of the whole evaluation, over all its runs. */
  readonly maxCalls?: number
  /** Most that the whole evaluation may cost, over all its runs. */
  readonly maxCostMicroUsd?: number
  readonly thresholds?: readonly Threshold[]
  /** Id of an evaluation, or `last`, whose answers are taken over where arm, question, corpus and limits are the same. */
  readonly resume?: string
  readonly onEvent?: (event: EvaluationEvent) => void
  /** Asked once, before anything is spent, when the whole could cost more than `confirmAboveMicroUsd`. */
  readonly confirm?: (plan: EvaluationPlan) => boolean | Promise<boolean>
}
