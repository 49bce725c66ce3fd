import { type Amount, addAmounts, type Limits, NOTHING, subtractAmounts } from '@writ/contract'
import type { EvaluationCaps } from './evaluation.ts'

/**
 * What the runs of an evaluation have spent, and what is left of its cap. One run spends at a time, within limits that fit
 * what is left.
 */
export class CapKeeper {
  readonly #caps: EvaluationCaps
  /** What runs that nobody has added up may have spent. */
  #unknown: Amount
  #spent: Amount

  constructor(
    caps: EvaluationCaps,
    { spent, unknown }: { readonly spent: Amount; readonly unknown: Amount },
  ) {
    this.#caps = caps
    this.#spent = spent
    this.#unknown = unknown
  }

  get spent(): Amount {
    return this.#spent
  }

  add(spent: Amount): void {
    this.#spent = addAmounts(this.#spent, spent)
  }

  /** What the next run may spend; null where there is no cap. */
  get left(): EvaluationCaps {
    const { calls, costMicroUsd } = this.#caps
    const counted = addAmounts(this.#spent, this.#unknown)
    return {
      calls: calls === null ? null : Math.max(0, calls - counted.calls),
      costMicroUsd: costMicroUsd === null ? null : Math.max(0, costMicroUsd - counted.costMicroUsd),
    }
  }

  /** Lets an open run go on, whose limits were counted as spent; says whether all that is counted fits the cap. */
  takeUp(limits: Limits): boolean {
    const { calls, costMicroUsd } = this.#caps
    const counted = addAmounts(this.#spent, this.#unknown)
    const withinCost =
      costMicroUsd === null || (limits.maxCostMicroUsd !== null && counted.costMicroUsd <= costMicroUsd)
    const fits = (calls === null || counted.calls <= calls) && withinCost
    if (fits) this.#unknown = subtractAmounts(this.#unknown, mostOf(limits))
    return fits
  }
}

/** The most that a run with these limits can have spent, as far as they say it. */
export function mostOf({ maxCalls, maxCostMicroUsd }: Limits): Amount {
  return { ...NOTHING, calls: maxCalls, costMicroUsd: maxCostMicroUsd ?? 0 }
}
