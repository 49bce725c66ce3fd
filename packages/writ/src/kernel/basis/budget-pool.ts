import {
  type Amount,
  addAmounts,
  counted,
  dollars,
  type Limits,
  NOTHING,
  type Share,
  subtractAmounts,
  totalTokens,
  WritError,
  whole,
} from '@writ/contract'
import { onAbort } from './on-abort.ts'

/** Room taken from the pool for one attempt; settling it charges what was used and refunds the rest. */
export interface Reservation {
  readonly bound: Amount
  /** Charges what was used, which is never more than the bound. Called exactly once. */
  settle(charged: Amount): void
}

/** Room held back for a turn that must remain possible. It never waits and is never refunded while its frame lives. */
export interface StandingReservation {
  readonly bound: Amount
  /** Turns the hold into a reservation. */
  use(): Reservation
  /** Gives the room back, unless it was used. */
  release(): void
}

/** A pool of its own within another: held whole there, so that what becomes of it never shows. */
interface Part {
  readonly pool: BudgetPool
  readonly bound: Amount
}

type PoolLimits = Pick<Limits, 'maxCalls' | 'maxTokens' | 'maxCostMicroUsd'>

interface Waiter {
  readonly bound: Amount
  grant(): void
  refuse(error: WritError): void
}

/**
 * One pool for all frames that draw on a share. INVARIANT: charged + reserved + held is within the limits at every moment, so no
 * schedule of calls can pass one. A request that does not fit waits only while refunds of calls in flight could still
 * make it fit, first come first served; else it is refused.
 */
export class BudgetPool {
  readonly #limits: PoolLimits
  #charged: Amount = NOTHING
  #reserved: Amount = NOTHING
  #held: Amount = NOTHING
  readonly #waiting: Waiter[] = []
  #parts: Part[] = []

  constructor(limits: PoolLimits) {
    this.#limits = limits
  }

  /** What was really spent, here and in every part. */
  get spent(): Amount {
    return this.#parts.reduce((sum, { pool }) => addAmounts(sum, pool.spent), this.#charged)
  }

  /** Takes a part out whole, with limits of its own. Throws `BUDGET_EXCEEDED`. */
  carve(share: Share): BudgetPool {
    const bound = boundOf(share)
    const exceeded = this.#exceeded(addAmounts(this.#taken(), bound))
    if (exceeded !== null) throw refusal(exceeded, bound)
    return this.carveAgain(share)
  }

  /** Takes out what was taken out once: the record says there was room. */
  carveAgain(share: Share): BudgetPool {
    const bound = boundOf(share)
    const { calls, tokens, costMicroUsd } = share
    const pool = new BudgetPool({ maxCalls: calls, maxTokens: tokens, maxCostMicroUsd: costMicroUsd })
    this.#held = addAmounts(this.#held, bound)
    this.#parts.push({ pool, bound })
    return pool
  }

  /** Ends a part: what it spent is charged here and the rest is free again. Its own parts stay taken, as parts of this. */
  rejoin(pool: BudgetPool): void {
    const part = this.#parts.find((candidate) => candidate.pool === pool)
    if (part === undefined) throw new WritError('INTERNAL', 'A share came back to a pool it is no part of.')
    this.#parts = [...this.#parts.filter((candidate) => candidate !== part), ...pool.#parts]
    const kept = pool.#parts.reduce((sum, { bound }) => addAmounts(sum, bound), NOTHING)
    this.#held = addAmounts(subtractAmounts(this.#held, part.bound), kept)
    this.#charged = addAmounts(this.#charged, pool.#charged)
    this.#serve()
  }

  /** What could still be spent now; null where there is no limit. */
  left(): { calls: number; tokens: number | null; costMicroUsd: number | null } {
    const taken = this.#taken()
    const { maxCalls, maxTokens, maxCostMicroUsd } = this.#limits
    return {
      calls: maxCalls - taken.calls,
      tokens: maxTokens === null ? null : maxTokens - totalTokens(taken),
      costMicroUsd: maxCostMicroUsd === null ? null : maxCostMicroUsd - taken.costMicroUsd,
    }
  }

  /** Names of limits of which at least `share` (0 to 1) is charged, reserved or given to parts, sorted. */
  pressure(share: number): string[] {
    const parts = this.#parts.reduce((sum, { bound }) => addAmounts(sum, bound), NOTHING)
    const used = addAmounts(addAmounts(this.#charged, this.#reserved), parts)
    const { maxCalls, maxTokens, maxCostMicroUsd } = this.#limits
    const names: string[] = []
    if (used.calls >= maxCalls * share) names.push('calls')
    if (maxCostMicroUsd !== null && used.costMicroUsd >= maxCostMicroUsd * share) names.push('cost')
    if (maxTokens !== null && totalTokens(used) >= maxTokens * share) names.push('tokens')
    return names
  }

  /** Takes room for one attempt, waiting for refunds while they can help. Rejects with `BUDGET_EXCEEDED`. */
  reserve(bound: Amount, signal: AbortSignal): Promise<Reservation> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      if (this.#waiting.length === 0 && this.#exceeded(addAmounts(this.#taken(), bound)) === null) {
        resolve(this.#take(bound))
        return
      }
      const leave = (): void => {
        stay()
        const index = this.#waiting.indexOf(waiter)
        if (index >= 0) this.#waiting.splice(index, 1)
      }
      const stopped = (): void => {
        leave()
        reject(signal.reason)
        this.#serve()
      }
      const waiter: Waiter = {
        bound,
        grant: () => {
          leave()
          resolve(this.#take(bound))
        },
        refuse: (error) => {
          leave()
          reject(error)
        },
      }
      const stay = onAbort(signal, stopped)
      this.#waiting.push(waiter)
      this.#serve()
    })
  }

  /** Charges what a recorded step used. */
  recall(charged: Amount): void {
    this.#charged = addAmounts(this.#charged, charged)
  }

  /**
   * Charges what a process that died may have spent: the bound of one attempt, as far as the limits left room for it,
   * since it was sent within them. Gives what was charged.
   */
  chargeInDoubt(bound: Amount): Amount {
    const { calls, tokens, costMicroUsd } = this.left()
    const inputTokens = Math.min(bound.inputTokens, tokens ?? bound.inputTokens)
    const charged = {
      calls: Math.min(bound.calls, calls),
      inputTokens,
      outputTokens: Math.min(bound.outputTokens, (tokens ?? Number.POSITIVE_INFINITY) - inputTokens),
      costMicroUsd: Math.min(bound.costMicroUsd, costMicroUsd ?? bound.costMicroUsd),
    }
    this.#charged = addAmounts(this.#charged, charged)
    return charged
  }

  /** Holds room back at once, or throws `BUDGET_EXCEEDED`. */
  hold(bound: Amount): StandingReservation {
    const exceeded = this.#exceeded(addAmounts(this.#taken(), bound))
    if (exceeded !== null) throw refusal(exceeded, bound)
    return this.holdAgain(bound)
  }

  /** Holds back what was held back once: the record says there was room, in whatever order its charges come back. */
  holdAgain(bound: Amount): StandingReservation {
    this.#held = addAmounts(this.#held, bound)
    let open = true
    const give = (): void => {
      if (!open) throw new WritError('INTERNAL', 'A hold on the budget was used twice.')
      open = false
      this.#held = subtractAmounts(this.#held, bound)
    }
    return {
      bound,
      use: () => {
        give()
        return this.#take(bound)
      },
      release: () => {
        if (!open) return
        give()
        this.#serve()
      },
    }
  }

  #taken(): Amount {
    return addAmounts(addAmounts(this.#charged, this.#reserved), this.#held)
  }

  #take(bound: Amount): Reservation {
    this.#reserved = addAmounts(this.#reserved, bound)
    let open = true
    return {
      bound,
      settle: (charged) => {
        if (!open) throw new WritError('INTERNAL', 'A reservation was settled twice.')
        if (!covers(bound, charged))
          throw new WritError('INTERNAL', 'A charge is above what was reserved for it.')
        open = false
        this.#reserved = subtractAmounts(this.#reserved, bound)
        this.#charged = addAmounts(this.#charged, charged)
        this.#serve()
      },
    }
  }

  /** Serves waiters in order until the first that must go on waiting. */
  #serve(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#exceeded(addAmounts(this.#taken(), first.bound)) === null) {
        first.grant()
        continue
      }
      // A call in flight is spent whatever happens; its tokens and cost may all come back.
      const certain = { ...NOTHING, calls: this.#reserved.calls }
      const best = addAmounts(addAmounts(addAmounts(this.#charged, certain), this.#held), first.bound)
      const exceeded = this.#exceeded(best)
      if (exceeded === null) return
      first.refuse(refusal(exceeded, first.bound))
    }
  }

  #exceeded(amount: Amount): Exceeded | null {
    const { maxCalls, maxTokens, maxCostMicroUsd } = this.#limits
    if (amount.calls > maxCalls) return { limit: 'calls', most: maxCalls }
    if (maxTokens !== null && totalTokens(amount) > maxTokens) return { limit: 'tokens', most: maxTokens }
    if (maxCostMicroUsd !== null && amount.costMicroUsd > maxCostMicroUsd)
      return { limit: 'cost', most: maxCostMicroUsd }
    return null
  }
}

/** A limit that leaves too little room, and how much it allows in all. */
interface Exceeded {
  readonly limit: 'calls' | 'tokens' | 'cost'
  readonly most: number
}

/** Amounts in words: those of a limit, and what a step may take of it. */
const IN_WORDS = {
  calls: {
    limit: (most: number) => counted(most, 'model call'),
    may: (more: number) => `need ${whole(more)}`,
  },
  tokens: { limit: (most: number) => counted(most, 'token'), may: (more: number) => `use ${whole(more)}` },
  cost: { limit: dollars, may: (more: number) => `cost ${dollars(more)}` },
} as const

/** A share as an amount: its tokens stand as input tokens, and what has no limit counts nothing. */
function boundOf({ calls, tokens, costMicroUsd }: Share): Amount {
  return { calls, inputTokens: tokens ?? 0, outputTokens: 0, costMicroUsd: costMicroUsd ?? 0 }
}

/** Whether room of one size is enough for an amount: calls, tokens in all, and cost. */
export function covers(room: Amount, amount: Amount): boolean {
  return (
    amount.calls <= room.calls &&
    totalTokens(amount) <= totalTokens(room) &&
    amount.costMicroUsd <= room.costMicroUsd
  )
}

function refusal({ limit, most }: Exceeded, bound: Amount): WritError {
  const asked = { calls: bound.calls, tokens: totalTokens(bound), cost: bound.costMicroUsd }[limit]
  const words = IN_WORDS[limit]
  const step = `this step, which may ${words.may(asked)} more, beside what is spent and set aside`
  const message = `The limit of ${words.limit(most)} has no room for ${limit === 'calls' && asked === 1 ? 'one more' : step}.`
  return new WritError('BUDGET_EXCEEDED', message, { data: { limit, most } })
}
