import { createHash } from 'node:crypto'
import type { Estimate } from './evaluation.ts'

const RESAMPLINGS = 10_000
const TAIL = 0.025

/**
 * The mean of values and its 95 % interval by the percentile bootstrap. The same seed and number of values give the same
 * resamplings, so the interval of differences is the paired one.
 */
export function estimateOf(values: readonly number[], seed: string): Estimate | null {
  if (values.length === 0) return null
  const random = generator(seed)
  const means = new Float64Array(RESAMPLINGS)
  for (let round = 0; round < RESAMPLINGS; round += 1) {
    let sum = 0
    for (let drawn = 0; drawn < values.length; drawn += 1)
      sum += values[Math.floor(random() * values.length)] ?? 0
    means[round] = sum / values.length
  }
  means.sort()
  return { mean: meanOf(values), low: quantile(means, TAIL), high: quantile(means, 1 - TAIL) }
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? 0
}

/** Numbers from 0 to 1 that follow from a seed alone (mulberry32). */
function generator(seed: string): () => number {
  let state = createHash('sha256').update(seed).digest().readUInt32BE(0)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
