import { WritError } from '@writ/contract'
import type { ArmResult } from './evaluation.ts'

/** What a threshold can be about: accuracy from 0 to 1, mean cost of a question in USD, mean latency in seconds. */
export const THRESHOLD_METRICS = ['accuracy', 'cost', 'latency'] as const

export type ThresholdMetric = (typeof THRESHOLD_METRICS)[number]

/** What an arm has to come to. */
export interface Threshold {
  readonly metric: ThresholdMetric
  /** Every arm by default. */
  readonly arm?: string
  /** The least that is enough. */
  readonly least?: number
  /** The most that is allowed. */
  readonly most?: number
}

/** What an arm came to, held against a threshold. What could not be measured does not meet it. */
export interface JudgedThreshold extends Threshold {
  readonly arm: string
  readonly found: number | null
  readonly met: boolean
}

/** Throws `USAGE` for a threshold that nothing could meet or miss. */
export function checkThresholds(thresholds: readonly Threshold[], arms: readonly string[]): void {
  for (const { metric, arm, least, most } of thresholds) {
    if (!THRESHOLD_METRICS.includes(metric))
      throw usage(`There is no threshold for "${metric}"; there are ${THRESHOLD_METRICS.join(', ')}.`)
    if (arm !== undefined && !arms.includes(arm))
      throw usage(`A threshold is for the arm "${arm}", and there is none of that name.`)
    const given = [least, most].filter((bound) => bound !== undefined)
    if (given.length === 0 || given.some((bound) => !Number.isFinite(bound) || bound < 0))
      throw usage(`A threshold for ${metric} needs a number of at least 0.`)
    if (metric === 'accuracy' && given.some((bound) => bound > 1))
      throw usage('A threshold for accuracy is at most 1.')
  }
}

export function judged(
  thresholds: readonly Threshold[],
  arms: readonly ArmResult[],
): readonly JudgedThreshold[] {
  return thresholds.flatMap((threshold) =>
    arms
      .filter(({ name }) => threshold.arm === undefined || threshold.arm === name)
      .map((arm) => {
        const found = measured(arm, threshold.metric)
        const { least = -Infinity, most = Infinity } = threshold
        return { ...threshold, arm: arm.name, found, met: found !== null && found >= least && found <= most }
      }),
  )
}

function measured({ measures }: ArmResult, metric: ThresholdMetric): number | null {
  if (metric === 'accuracy') return measures.accuracy?.mean ?? null
  const { costMicroUsd: cost, latencyMs: latency } = measures
  const [mean, unit] = metric === 'cost' ? [cost?.mean, 1e6] : [latency?.mean, 1e3]
  return mean === undefined ? null : mean / unit
}

function usage(message: string): WritError {
  return new WritError('USAGE', message)
}
