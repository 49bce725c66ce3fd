import {
  type Amount,
  costMicroUsd,
  type Limits,
  MAX_TURN_OUTPUT_TOKENS,
  type ModelProfile,
  type PlanBound,
} from '@writ/contract'
import { leafBound, MAX_ATTEMPTS, type RunModels } from '../../kernel/index.ts'
import type { WorstCase } from '../../scripts/index.ts'

/** What so many requests come to at most. */
type Bounded = NonNullable<PlanBound['once']>

/** The tokens of one request at most. */
type Each = Pick<Amount, 'inputTokens' | 'outputTokens'>

/**
 * The most that a run within these limits can come to. `worst` is what the text of its script adds up to; null for a run
 * without one.
 */
export function planBound(limits: Limits, models: RunModels, worst: WorstCase | null): PlanBound {
  if (worst === null || 'unknown' in worst) {
    const most = bounded(limits, models, limits.maxCalls, turnOf)
    return { calls: null, ...most, once: null, held: worst !== null, unknown: worst?.unknown ?? null }
  }
  return boundOf(limits, models, worst.calls, (model) => leafBound(limits, model))
}

/** A strategy without turns asks once, and once more where its answer may not be released. */
const CALLS_WITHOUT_TURNS = 2

/** The most that a run of a strategy without turns can come to, whose prompt has so many bytes at most. */
export function boundWithoutTurns(limits: Limits, models: RunModels, promptBytes: number): PlanBound {
  return boundOf(limits, models, CALLS_WITHOUT_TURNS, (model) => {
    const { inputTokens, outputTokens } = turnOf(model)
    // The second time, the answer is a part of the prompt.
    return { inputTokens: Math.min(inputTokens, promptBytes) + outputTokens, outputTokens }
  })
}

/** What so many calls come to at most, with each retried, and with none. */
function boundOf(
  limits: Limits,
  models: RunModels,
  calls: number,
  most: (model: ModelProfile) => Each,
): PlanBound {
  const of = (requests: number): Bounded => bounded(limits, models, requests, most)
  // Each model of a list may be asked for the same.
  const { fallbacks = { root: [], sub: [] } } = models
  const asked = 1 + Math.max(fallbacks.root.length, fallbacks.sub.length)
  return { calls, ...of(calls * MAX_ATTEMPTS * asked), once: of(calls), held: true, unknown: null }
}

/**
 * The limits of a run that is held to its bound. Its requests cannot pass it, and so neither can its tokens and cost where
 * the size of a prompt has a limit; else the tokens are limited as well.
 */
export function heldTo(limits: Limits, { requests, tokens }: PlanBound): Limits {
  const sized = limits.maxPromptBytes !== undefined
  return { ...limits, maxCalls: requests, ...(sized ? {} : { maxTokens: tokens }) }
}

function bounded(
  limits: Limits,
  { root, sub, fallbacks = { root: [], sub: [] }, verifier = [sub] }: RunModels,
  wanted: number,
  most: (model: ModelProfile) => Each,
): Bounded {
  const { maxCalls, maxTokens, maxCostMicroUsd } = limits
  const requests = Math.min(maxCalls, wanted)
  const models = [root, sub, ...fallbacks.root, ...fallbacks.sub, ...verifier]
  const each = models.map((model) => ({ model, ...most(model) }))
  const tokens = Math.min(
    maxTokens ?? Number.MAX_SAFE_INTEGER,
    requests * Math.max(...each.map(({ inputTokens, outputTokens }) => inputTokens + outputTokens)),
  )
  const costs = each.map(({ model, outputTokens }) => costOf(model, tokens, requests * outputTokens))
  const known = costs.every((cost) => cost !== null)
  const cost = known ? Math.min(maxCostMicroUsd ?? Number.MAX_SAFE_INTEGER, Math.max(...costs)) : null
  return { requests, tokens, costMicroUsd: cost }
}

/** A turn of a frame may fill the window. The kernel asks for no more output than a quarter of it, and never for almost none. */
function turnOf({ contextWindow }: ModelProfile): Each {
  const outputTokens = Math.min(MAX_TURN_OUTPUT_TOKENS, Math.max(256, Math.floor(contextWindow / 4)))
  return { inputTokens: contextWindow, outputTokens }
}

/** What so many tokens cost at most, when so many of them can be output. */
function costOf({ price }: ModelProfile, tokens: number, output: number): number | null {
  if (price === null) return null
  const out = price.outputNanoUsd > price.inputNanoUsd ? Math.min(output, tokens) : 0
  return costMicroUsd(price, tokens - out, out)
}
