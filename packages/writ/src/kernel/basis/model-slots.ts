import { LONGEST_WAIT_MS, type ModelRates } from '@writ/contract'
import { onAbort } from './on-abort.ts'
import { type RateEntry, RateWindow } from './rate-window.ts'

/** What a request wants of its model. */
export interface Demand {
  /** Depth of its frame: deeper ones go first, so that a tree finishes branches before it begins others. */
  readonly depth: number
  /** Tokens it may use at most. */
  readonly tokens: number
}

/** A place to send one request from. */
export interface Slot {
  /** The request leaves now. */
  sent(): void
  /** The request is over and used so many tokens. */
  release(tokens: number): void
}

/** What holds requests back. */
export type Hindrance = 'slots' | 'requests' | 'tokens' | 'retry-after'

/** How the queue of a model stands, told when what holds it back changes. */
export interface QueueState {
  /** Null when nothing waits any more. */
  readonly by: Hindrance | null
  readonly waiting: number
  /** Milliseconds until it goes on; null where that depends on what is under way. */
  readonly forMs: number | null
}

/** Time as the queue knows it. */
export interface QueueTime {
  monotonic(): number
  /** Calls back after so many milliseconds; what is returned takes it back. */
  after(ms: number, call: () => void): () => void
}

/** Time as it is. */
export function realTime(monotonic: () => number): QueueTime {
  return {
    monotonic,
    after: (ms, call) => {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
  }
}

interface Waiting extends Demand {
  readonly enter: () => void
}

/**
 * Who may ask one model, over the whole tree of a run: so many at once, so many in a minute. A provider that throttles is
 * asked less for a while, and not before it said. Deeper frames go first; among equals, whoever came first.
 */
export class ModelSlots {
  readonly #most: number
  readonly #window: RateWindow | undefined
  readonly #time: QueueTime
  readonly #tell: (state: QueueState) => void
  /** Deepest first. */
  readonly #waiting: Waiting[] = []
  #allowed: number
  #inFlight = 0
  #closedUntil = Number.NEGATIVE_INFINITY
  #waitedLongest = false
  #by: Hindrance | null = null
  #forget: () => void = nothing

  constructor(most: number, rates: ModelRates, time: QueueTime, tell: (state: QueueState) => void = nothing) {
    const { requestsPerMinute, tokensPerMinute, inFlight = most } = rates
    this.#most = Math.min(most, inFlight)
    this.#allowed = this.#most
    this.#time = time
    this.#tell = tell
    const limited = requestsPerMinute !== undefined || tokensPerMinute !== undefined
    this.#window = limited ? new RateWindow(rates, () => time.monotonic()) : undefined
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Waits for a slot. Rejects with the signal's reason. */
  acquire(demand: Demand, signal: AbortSignal): Promise<Slot> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const leave = (): void => {
        const index = this.#waiting.indexOf(waiting)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(signal.reason)
        this.#admit()
      }
      const waiting: Waiting = {
        ...demand,
        enter: () => {
          stay()
          resolve(this.#slot(this.#window?.enter(demand.tokens)))
        },
      }
      const stay = onAbort(signal, leave)
      const before = this.#waiting.findLastIndex(({ depth }) => depth >= demand.depth)
      this.#waiting.splice(before + 1, 0, waiting)
      this.#admit()
    })
  }

  /** The provider asked for less (429): halve what may be in flight. */
  throttled(): void {
    this.#allowed = Math.max(1, Math.floor(this.#allowed / 2))
  }

  /** A request went through: grow back slowly, one slot per full round. */
  succeeded(): void {
    this.#allowed = Math.min(this.#most, this.#allowed + 1 / this.#allowed)
    this.#admit()
  }

  /**
   * The provider said when it wants to be asked again: nobody asks it before. For one that asks for longer than a request may
   * wait, all wait as long as one may, once: each would wait only to be told the same.
   */
  closeFor(ms: number): void {
    if (ms > LONGEST_WAIT_MS) {
      if (this.#waitedLongest) return
      this.#waitedLongest = true
    }
    const until = this.#time.monotonic() + Math.min(ms, LONGEST_WAIT_MS)
    this.#closedUntil = Math.max(this.#closedUntil, until)
  }

  #slot(entry: RateEntry | undefined): Slot {
    this.#inFlight += 1
    return {
      sent: () => entry?.sent(),
      release: (tokens) => {
        this.#inFlight -= 1
        entry?.settle(tokens)
        this.#admit()
      },
    }
  }

  #admit(): void {
    this.#forget()
    this.#forget = nothing
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const held = this.#hindrance(next)
      if (held !== undefined) {
        this.#wait(held.by, held.ms)
        return
      }
      this.#waiting.shift()
      next.enter()
    }
    this.#stands(null, null)
  }

  #hindrance({ tokens }: Demand): { readonly by: Hindrance; readonly ms: number | null } | undefined {
    if (this.#inFlight >= Math.floor(this.#allowed)) return { by: 'slots', ms: null }
    const closed = this.#closedUntil - this.#time.monotonic()
    if (closed > 0) return { by: 'retry-after', ms: closed }
    return this.#window?.waitFor(tokens)
  }

  /** Looks again when time alone may have made room. */
  #wait(by: Hindrance, ms: number | null): void {
    if (ms !== null) this.#forget = this.#time.after(Math.max(1, Math.ceil(ms)), () => this.#admit())
    this.#stands(by, ms)
  }

  #stands(by: Hindrance | null, forMs: number | null): void {
    if (by === this.#by) return
    this.#by = by
    this.#tell({ by, waiting: this.#waiting.length, forMs: forMs === null ? null : Math.ceil(forMs) })
  }
}

function nothing(): void {
  // Nothing to take back, and nobody to tell.
}
