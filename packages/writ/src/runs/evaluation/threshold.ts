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
