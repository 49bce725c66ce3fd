import { BOTTOM, joinLabels, type Label, type Limits, type Share } from '@writ/contract'
import type { BudgetPool } from './budget-pool.ts'

/** A child with a share of its own gets this part of its parent's, in every dimension that has a limit. */
export const CHILD_PART = 8

/**
 * What the frames that draw on one budget share. INVARIANT: whoever looks at the pool first takes on the labels of all who
 * drew on it, since what is left tells what they did.
 */
export class BudgetShare {
  readonly pool: BudgetPool
  /** The limits of the frames that draw on it. */
  readonly limits: Limits
  #drawn: Label = BOTTOM

  constructor(pool: BudgetPool, limits: Limits) {
    this.pool = pool
    this.limits = limits
  }

  /** The join of the labels of all who drew on it. */
  get drawn(): Label {
    return this.#drawn
  }

  /** A frame that has this label drew on the pool, or gave something back. */
  draw(label: Label): void {
    this.#drawn = joinLabels(this.#drawn, label)
  }

  /** The share that a child of its own gets: one of so many parts of the limits here, whatever is left of them. */
  part(parts: number): Share {
    const { maxCalls, maxTokens, maxCostMicroUsd, frameSteps, frameReadBytes } = this.limits
    const of = (limit: number): number => Math.floor(limit / parts)
    return {
      calls: of(maxCalls),
      tokens: maxTokens === null ? null : of(maxTokens),
      costMicroUsd: maxCostMicroUsd === null ? null : of(maxCostMicroUsd),
      steps: of(frameSteps),
      readBytes: of(frameReadBytes),
    }
  }

  /** Takes a part out whole. Throws `BUDGET_EXCEEDED` when it does not fit. */
  carve(share: Share): BudgetShare {
    return new BudgetShare(this.pool.carve(share), this.#within(share))
  }

  /** Takes out what the record says was taken out. */
  carveAgain(share: Share): BudgetShare {
    return new BudgetShare(this.pool.carveAgain(share), this.#within(share))
  }

  #within({ calls, tokens, costMicroUsd, steps, readBytes }: Share): Limits {
    return {
      ...this.limits,
      maxCalls: calls,
      maxTokens: tokens,
      maxCostMicroUsd: costMicroUsd,
      frameSteps: steps,
      frameReadBytes: readBytes,
    }
  }
}
