import type { StepId } from './step-id.ts'

/** The answer of one request, and the request that got it: where among those of its step, null for a step of a single one. */
export interface KnownAnswer {
  readonly id: StepId
  readonly at: number | null
  readonly text: string
}

/** Characters of answers that are kept, and how many answers: beyond that the oldest goes. */
const MOST_CHARS = 8_000_000
const MOST_ANSWERS = 50_000

/**
 * What the sub-calls of some frames were answered, for those who ask the same under the same label. One that is under way is
 * waited for. INVARIANT: who waits has claimed nothing yet, so that nobody waits in a circle.
 */
export class KnownAnswers {
  readonly #answers = new Map<string, KnownAnswer>()
  readonly #claims = new Map<string, PromiseWithResolvers<void>>()
  /** By step: whether its answers came in, or who waits until they do. */
  readonly #steps = new Map<string, PromiseWithResolvers<void>>()
  #chars = 0

  find(key: string): KnownAnswer | undefined {
    return this.#answers.get(key)
  }

  /** Does something in the moment when nobody asks any of these. Rejects when the signal is aborted before. */
  async idle<T>(keys: readonly string[], signal: AbortSignal, act: () => T): Promise<T> {
    for (;;) {
      const asked = keys.flatMap((key) => this.#claims.get(key)?.promise ?? [])
      if (asked.length === 0) return act()
      await unlessAborted(Promise.all(asked), signal)
    }
  }

  /** The answers of a step came in. */
  landed(id: StepId): void {
    this.#step(id).resolve()
  }

  /**
   * Waits until the answers of these steps came in: what is done again is recorded in the order in which one names another.
   * Rejects when the signal is aborted before.
   */
  async after(ids: readonly StepId[], signal: AbortSignal): Promise<void> {
    if (ids.length === 0) return
    await unlessAborted(Promise.all(ids.map((id) => this.#step(id).promise)), signal)
  }

  #step({ lane, n }: StepId): PromiseWithResolvers<void> {
    const name = `${lane}/${n}`
    const step = this.#steps.get(name) ?? Promise.withResolvers<void>()
    this.#steps.set(name, step)
    return step
  }

  /** Says that these are asked from now on, as far as nobody asks them yet. Gives what says that they no longer are. */
  claim(keys: readonly string[]): () => void {
    const mine = new Map<string, PromiseWithResolvers<void>>()
    for (const key of keys) {
      if (this.#claims.has(key)) continue
      const claim = Promise.withResolvers<void>()
      this.#claims.set(key, claim)
      mine.set(key, claim)
    }
    return () => {
      for (const [key, claim] of mine) {
        if (this.#claims.get(key) === claim) this.#claims.delete(key)
        claim.resolve()
      }
    }
  }

  /** Keeps an answer. The first one to a question stays. */
  keep(key: string, answer: KnownAnswer): void {
    if (this.#answers.has(key) || answer.text.length > MOST_CHARS) return
    this.#answers.set(key, answer)
    this.#chars += answer.text.length
    for (const [oldest, { text }] of this.#answers) {
      if (this.#chars <= MOST_CHARS && this.#answers.size <= MOST_ANSWERS) return
      this.#answers.delete(oldest)
      this.#chars -= text.length
    }
  }
}

async function unlessAborted(settled: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const stop = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([settled, aborted.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
