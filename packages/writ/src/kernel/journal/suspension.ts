import { WritError } from '@writ/contract'

/** How long requests under way may take to come back once a run is suspended; what comes later is in doubt. */
const GRACE_MS = 5_000

/**
 * Stops a run without ending it, so that another process can go on. INVARIANT: once it is suspended nothing begins and
 * nothing is recorded but what comes back of requests that were under way.
 */
export class Suspension {
  readonly #stopped = Promise.withResolvers<never>()
  readonly #run: string
  #begun = false
  #underWay = 0

  constructor(run: string, signal?: AbortSignal) {
    this.#run = run
    this.#stopped.promise.catch(() => undefined)
    if (signal?.aborted) this.#begin()
    signal?.addEventListener('abort', () => this.#begin(), { once: true })
  }

  get begun(): boolean {
    return this.#begun
  }

  /** Rejects with `SUSPENDED` when the run has stopped. */
  get stopped(): Promise<never> {
    return this.#stopped.promise
  }

  /** Lets a new effect begin; never, once the run is suspended. */
  async pass(): Promise<void> {
    if (this.#begun) await new Promise(() => undefined)
  }

  /** A request that may come back while the run stops. */
  async track<T>(request: Promise<T>): Promise<T> {
    this.#underWay += 1
    try {
      return await request
    } finally {
      this.#underWay -= 1
      // What came back is recorded in this turn of the event loop.
      if (this.#begun && this.#underWay === 0) setImmediate(() => this.#stop())
    }
  }

  #begin(): void {
    this.#begun = true
    if (this.#underWay === 0) this.#stop()
    else setTimeout(() => this.#stop(), GRACE_MS)
  }

  #stop(): void {
    const message = `The run ${this.#run} is suspended; what it did is kept.`
    this.#stopped.reject(new WritError('SUSPENDED', message, { run: this.#run }))
  }
}
