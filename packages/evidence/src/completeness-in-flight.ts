import type { Det } from '@writ/contract'
import { firstOf } from './first-of.ts'
import type { RecordOf } from './fold-run.ts'
import { refuse } from './verdict.ts'

/** Two times in whole milliseconds that differ by more are in the order they are in. */
const ROUNDING_MS = 2
/** Calls that wait for the result of one, and that one waits for; more count as nothing, which only refuses less. */
const MOST_WAITING = 1024

/** A call that says how many requests were under way, until it is known which were for certain. */
interface Claim {
  readonly at: string
  readonly time: number
  readonly claimed: number
  /** Itself, and others that were under way for certain. */
  certain: number
  waiting: number
}

interface Under {
  readonly time: number
  readonly claims: Claim[]
}

/**
 * How many requests of each model were under way at once: as each call says, no more than may be, and no fewer than the
 * times of the others show. What a fork took over was not under way when it was recorded. Grows with the open calls.
 */
export class InFlight {
  readonly #concurrency: number
  readonly #sharedRecords: number
  readonly #models = new Map<string, Map<string, Under>>()

  constructor({ limits, fork }: Det['run.open']) {
    this.#concurrency = limits.concurrency
    this.#sharedRecords = fork?.records ?? 0
  }

  call({ seq, lane, n, det, obs }: RecordOf<'model.call'>, at: string): void {
    // A call that sends nothing is not under way.
    if (det.outcome !== 'ok' || det.items === 0 || seq < this.#sharedRecords) return
    const { inFlight: claimed, at: time } = obs
    if (claimed > this.#concurrency)
      refuse(
        'LIMIT_EXCEEDED',
        `${claimed} requests were under way at once; ${this.#concurrency} are allowed.`,
        `${at}/obs/inFlight`,
      )
    const under = this.#of(det.model)
    const claim: Claim = { at: `${at}/obs/inFlight`, time, claimed, certain: 1, waiting: 0 }
    // Mostly it says as many as could be meant.
    if (claimed < 1 + under.size)
      for (const { claims } of firstOf(under.values(), MOST_WAITING)) {
        if (claims.length >= MOST_WAITING) continue
        claims.push(claim)
        claim.waiting += 1
      }
    check(claim)
    if (det.items === 1) under.set(`${lane}/${n}`, { time, claims: [] })
  }

  result({ lane, n, obs }: RecordOf<'model.result'>, { det }: RecordOf<'model.call'>): void {
    const key = `${lane}/${n}`
    const under = this.#of(det.model)
    const known = under.get(key)
    if (known === undefined) return
    under.delete(key)
    const [first] = obs.detail
    const until = known.time + (first?.attempt === 1 ? first.tookMs : 0) - ROUNDING_MS
    for (const claim of known.claims) {
      claim.waiting -= 1
      if (claim.time < until) claim.certain += 1
      check(claim)
    }
  }

  #of(model: string): Map<string, Under> {
    const known = this.#models.get(model) ?? new Map<string, Under>()
    this.#models.set(model, known)
    return known
  }
}

function check({ claimed, certain, waiting, at }: Claim): void {
  if (waiting > 0 || certain <= claimed) return
  refuse('COUNT_MISMATCH', `${claimed} requests are said to be under way; ${certain} were for certain.`, at)
}
