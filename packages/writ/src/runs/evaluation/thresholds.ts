import { WritError } from '@writ/contract'
import type { ArmResult } from './evaluation.ts'
import { type JudgedThreshold, THRESHOLD_METRICS, type Threshold, type ThresholdMetric } from './threshold.ts'

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
