/** Slots for what may be in flight at once, first come first served. A provider that throttles gets fewer for a while. */
export class AdaptiveSemaphore {
  readonly #most: number
  #allowed: number
  #inFlight = 0
  readonly #waiting: (() => void)[] = []

  constructor(most: number) {
    this.#most = most
    this.#allowed = most
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Waits for a slot; the returned function gives it back. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const onAbort = (): void => {
        const index = this.#waiting.indexOf(enter)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(signal.reason)
      }
      const enter = (): void => {
        signal.removeEventListener('abort', onAbort)
        this.#inFlight += 1
        resolve(() => {
          this.#inFlight -= 1
          this.#admit()
        })
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#waiting.push(enter)
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

  #admit(): void {
    while (this.#inFlight < Math.floor(this.#allowed)) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      next()
    }
  }
}
