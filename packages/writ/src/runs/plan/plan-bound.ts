import {
  costMicroUsd,
  type Limits,
  MAX_LEAF_OUTPUT_TOKENS,
  MAX_TURN_OUTPUT_TOKENS,
  type ModelProfile,
  type PlanBound,
} from '@writ/contract'
import { MAX_ATTEMPTS, type RunModels } from '../../kernel/index.ts'
import type { WorstCase } from '../../scripts/index.ts'

/**
 * The most that a run within these limits can come to. `worst` is what the text of its script adds up to; null for a run
 * without one.
 */
export function planBound(limits: Limits, models: RunModels, worst: WorstCase | null): PlanBound {
  const counted = worst !== null && 'calls' in worst
  const calls = counted ? worst.calls : null
  const { root, sub, fallbacks = { root: [], sub: [] } } = models
  // Each model of a list may be asked for the same.
  const asked = 1 + Math.max(fallbacks.root.length, fallbacks.sub.length)
  const requests = Math.min(limits.maxCalls, calls === null ? limits.maxCalls : calls * MAX_ATTEMPTS * asked)
  const most = counted ? MAX_LEAF_OUTPUT_TOKENS : MAX_TURN_OUTPUT_TOKENS
  const all = [root, sub, ...fallbacks.root, ...fallbacks.sub]
  const each = Math.max(...all.map(({ contextWindow }) => contextWindow + outputOf(contextWindow, most)))
  const tokens = Math.min(limits.maxTokens ?? Number.MAX_SAFE_INTEGER, requests * each)
  const costs = all.map((model) => costOf(model, tokens, requests * outputOf(model.contextWindow, most)))
  const known = costs.every((cost) => cost !== null)
  const cost = known ? Math.min(limits.maxCostMicroUsd ?? Number.MAX_SAFE_INTEGER, Math.max(...costs)) : null
  return {
    calls,
    requests,
    tokens,
    costMicroUsd: cost,
    held: worst !== null,
    unknown: worst !== null && 'unknown' in worst ? worst.unknown : null,
  }
}

/** The limits of a run that is held to its bound: its requests and tokens, and so its cost, cannot pass it. */
export function heldTo(limits: Limits, { requests, tokens }: PlanBound): Limits {
  return { ...limits, maxCalls: requests, maxTokens: tokens }
}

/** Output tokens asked for at most: the kernel asks for no more than a quarter of the window, and never for almost none. */
function outputOf(contextWindow: number, most: number): number {
  return Math.min(most, Math.max(256, Math.floor(contextWindow / 4)))
}

/** What so many tokens cost at most, when so many of them can be output. */
function costOf({ price }: ModelProfile, tokens: number, output: number): number | null {
  if (price === null) return null
  const out = price.outputNanoUsd > price.inputNanoUsd ? Math.min(output, tokens) : 0
  return costMicroUsd(price, tokens - out, out)
}
