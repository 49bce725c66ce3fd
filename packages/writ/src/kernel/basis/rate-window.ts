import type { ModelRates } from '@writ/contract'

/** The minute that rates are given for, and a second in which a request may be on its way: the provider counts arrivals. */
const WINDOW_MS = 61_000

/** Which rate has to be waited for, and for how long; null when only what is under way can make room. */
export interface RateWait {
  readonly by: 'requests' | 'tokens'
  readonly ms: number | null
}

/** One request that counts against the rates of its model. */
export interface RateEntry {
  /** It leaves now: from here on it counts for a minute and a second. Until then it counts without end. */
  sent(): void
  /** It used so many tokens; one that was never sent counts no more. */
  settle(tokens: number): void
}

interface Counted {
  tokens: number
  at: number
}

/**
 * The requests of the last minute. INVARIANT: in any minute no more arrive than the rates allow, and they use no more
 * tokens, as long as each uses at most what it entered with. A request that is larger than the rate of tokens goes alone.
 */
export class RateWindow {
  readonly #requests: number
  readonly #most: number
  readonly #now: () => number
  readonly #unsent = new Set<Counted>()
  /** In the order in which they were sent. */
  readonly #sent: Counted[] = []
  #tokens = 0

  constructor({ requestsPerMinute, tokensPerMinute }: ModelRates, now: () => number) {
    this.#requests = requestsPerMinute ?? Number.POSITIVE_INFINITY
    this.#most = tokensPerMinute ?? Number.POSITIVE_INFINITY
    this.#now = now
  }

  /** What a request of so many tokens has to wait for; undefined when it may enter. */
  waitFor(tokens: number): RateWait | undefined {
    this.#forget()
    const entered = this.#unsent.size + this.#sent.length
    if (entered === 0) return undefined
    if (entered >= this.#requests)
      return { by: 'requests', ms: this.#untilGone(entered - this.#requests + 1) }
    if (this.#tokens + tokens <= this.#most) return undefined
    return { by: 'tokens', ms: this.#untilGone(this.#before(tokens)) }
  }

  /** Counts a request that may enter. */
  enter(tokens: number): RateEntry {
    const counted: Counted = { tokens, at: Number.POSITIVE_INFINITY }
    this.#unsent.add(counted)
    this.#tokens += tokens
    return {
      sent: () => {
        if (!this.#unsent.delete(counted)) return
        counted.at = this.#now()
        this.#sent.push(counted)
      },
      settle: (used) => {
        if (this.#unsent.delete(counted)) this.#tokens -= tokens
        else if (this.#counts(counted)) {
          this.#tokens += used - counted.tokens
          counted.tokens = used
        }
      },
    }
  }

  /** How many of those that were sent have to be gone before so many tokens fit. */
  #before(tokens: number): number {
    let left = this.#tokens
    let gone = 0
    while (gone < this.#sent.length && left + tokens > this.#most) {
      left -= this.#sent[gone]?.tokens ?? 0
      gone += 1
    }
    const alone = gone === this.#sent.length && this.#unsent.size === 0
    return left + tokens <= this.#most || alone ? gone : Number.POSITIVE_INFINITY
  }

  #untilGone(count: number): number | null {
    const last = this.#sent[count - 1]
    return last === undefined ? null : last.at + WINDOW_MS - this.#now()
  }

  #counts({ at }: Counted): boolean {
    return at + WINDOW_MS > this.#now()
  }

  #forget(): void {
    const kept = this.#sent.findIndex((counted) => this.#counts(counted))
    const gone = this.#sent.splice(0, kept === -1 ? this.#sent.length : kept)
    for (const { tokens } of gone) this.#tokens -= tokens
  }
}
