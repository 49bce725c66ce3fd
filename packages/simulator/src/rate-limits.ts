import type { Reply, Script } from './reply.ts'
import { promptChars, type SimRequest } from './request.ts'
import { CHARS_PER_TOKEN } from './tokens.ts'

export interface RateLimits {
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** Prompts above it are refused for good, as `context_length_exceeded`. */
  readonly contextTokens?: number
  /** Milliseconds that only grow; the process's own by default. */
  readonly now?: () => number
}

const MINUTE_MS = 60_000

/** Refuses what is above the limits of an account, and says when to come again. */
export function withRateLimits(limits: RateLimits, script: Script): Script {
  const now = limits.now ?? (() => performance.now())
  const requests = new Bucket(limits.requestsPerMinute ?? Number.POSITIVE_INFINITY, now)
  const tokens = new Bucket(limits.tokensPerMinute ?? Number.POSITIVE_INFINITY, now)
  return (request) => {
    const asked = tokensOf(request)
    const { contextTokens = Number.POSITIVE_INFINITY } = limits
    if (asked > contextTokens) return tooLong(asked, contextTokens)
    const waitMs = Math.max(requests.waitMs(1), tokens.waitMs(asked))
    if (waitMs > 0) return refusal(waitMs, requests, tokens)
    requests.take(1)
    tokens.take(asked)
    return script(request)
  }
}

/** What a request counts for, before its reply is known: its prompt and all the output it may ask for. */
function tokensOf(request: SimRequest): number {
  return Math.ceil(promptChars(request) / CHARS_PER_TOKEN) + (request.maxTokens ?? 0)
}

function tooLong(asked: number, most: number): Reply {
  const message = `This model's maximum context length is ${most} tokens; ${asked} were asked for.`
  return { kind: 'status', status: 400, message, code: 'context_length_exceeded' }
}

function refusal(waitMs: number, requests: Bucket, tokens: Bucket): Reply {
  const headers = { ...requests.headers('requests'), ...tokens.headers('tokens') }
  return { kind: 'status', status: 429, retryAfter: String(Math.ceil(waitMs / 1000)), headers }
}

/** Fills evenly over a minute and holds one minute's worth. */
class Bucket {
  readonly #perMinute: number
  readonly #now: () => number
  #left: number
  #at: number

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute
    this.#now = now
    this.#left = perMinute
    this.#at = now()
  }

  /** Milliseconds until so much is there; what never fits is let through when the bucket is full. */
  waitMs(amount: number): number {
    if (!Number.isFinite(this.#perMinute)) return 0
    this.#fill()
    const lacking = Math.min(amount, this.#perMinute) - this.#left
    return Math.max(0, (lacking / this.#perMinute) * MINUTE_MS)
  }

  take(amount: number): void {
    this.#left -= amount
  }

  headers(of: string): Record<string, string> {
    if (!Number.isFinite(this.#perMinute)) return {}
    return {
      [`x-ratelimit-limit-${of}`]: String(this.#perMinute),
      [`x-ratelimit-remaining-${of}`]: String(Math.max(0, Math.floor(this.#left))),
    }
  }

  #fill(): void {
    const now = this.#now()
    const gained = ((now - this.#at) / MINUTE_MS) * this.#perMinute
    this.#left = Math.min(this.#perMinute, this.#left + gained)
    this.#at = now
  }
}
