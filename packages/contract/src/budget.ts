/** What one or many model calls use. All are non-negative integers. */
export interface Amount {
  /** Model requests, each attempt counted. */
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly costMicroUsd: number
}

/** The limits of a run, over its whole tree. `null` means no limit was set. */
export interface Limits {
  readonly maxCalls: number
  readonly maxTokens: number | null
  readonly maxCostMicroUsd: number | null
  /** Deepest depth a frame may have; the root has 0. */
  readonly maxDepth: number
  /** Model turns a frame may take. */
  readonly maxTurns: number
  readonly timeoutMs: number | null
  /** Requests in flight at once, per model. */
  readonly concurrency: number
  readonly maxOutputBytes: number
  /** Steps that one cell may ask for. */
  readonly cellSteps: number
  /** Steps of one frame, and bytes handed to it. */
  readonly frameSteps: number
  readonly frameReadBytes: number
  /** Bytes of the prompt of one sub-call, its instructions included; absent for as many as the window of its model takes. */
  readonly maxPromptBytes?: number
  /** Turns of one worker or verifier frame, and sub-calls and child frames that it may ask for in all; absent for no limit of its own. */
  readonly maxWorkerTurns?: number
  readonly maxWorkerCalls?: number
  readonly maxVerifierTurns?: number
  readonly maxVerifierCalls?: number
}

/** What a frame with a share of its own may spend at most, its shared children included. */
export interface Share {
  readonly calls: number
  readonly tokens: number | null
  readonly costMicroUsd: number | null
  readonly steps: number
  readonly readBytes: number
}

/** Price of a model in nano-USD per token, so that USD per million tokens with three decimals stays an integer. */
export interface Price {
  readonly inputNanoUsd: number
  readonly outputNanoUsd: number
  /** Of input that came from the provider's cache; that of other input where it is not stated. */
  readonly cachedInputNanoUsd?: number
}

/** What tokens of unknown price are counted at: a cost limit is refused for them. */
export const FREE: Price = Object.freeze({ inputNanoUsd: 0, outputNanoUsd: 0 })

export const NOTHING: Amount = Object.freeze({ calls: 0, inputTokens: 0, outputTokens: 0, costMicroUsd: 0 })

export function addAmounts(a: Amount, b: Amount): Amount {
  return {
    calls: a.calls + b.calls,
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    costMicroUsd: a.costMicroUsd + b.costMicroUsd,
  }
}

export function subtractAmounts(a: Amount, b: Amount): Amount {
  return {
    calls: a.calls - b.calls,
    inputTokens: a.inputTokens - b.inputTokens,
    outputTokens: a.outputTokens - b.outputTokens,
    costMicroUsd: a.costMicroUsd - b.costMicroUsd,
  }
}

/** Input plus output: what `--max-tokens` limits. */
export function totalTokens(amount: Amount): number {
  return amount.inputTokens + amount.outputTokens
}

/**
 * Cost in whole micro-USD, rounded up so that a limit is never passed by rounding. Of the input, `cachedTokens` came from
 * the provider's cache.
 */
export function costMicroUsd(
  { inputNanoUsd, outputNanoUsd, cachedInputNanoUsd = inputNanoUsd }: Price,
  inputTokens: number,
  outputTokens: number,
  cachedTokens = 0,
): number {
  const nano =
    BigInt(inputNanoUsd) * BigInt(inputTokens - cachedTokens) +
    BigInt(cachedInputNanoUsd) * BigInt(cachedTokens) +
    BigInt(outputNanoUsd) * BigInt(outputTokens)
  return Number((nano + 999n) / 1000n)
}

/** Whether an amount fits under the limits. */
export function withinLimits(
  amount: Amount,
  limits: Pick<Limits, 'maxCalls' | 'maxTokens' | 'maxCostMicroUsd'>,
): boolean {
  return (
    amount.calls <= limits.maxCalls &&
    (limits.maxTokens === null || totalTokens(amount) <= limits.maxTokens) &&
    (limits.maxCostMicroUsd === null || amount.costMicroUsd <= limits.maxCostMicroUsd)
  )
}
