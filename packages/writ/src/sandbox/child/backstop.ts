/** A clock that runs only while guest code does; when it has run `limitMs`, it calls `onSpent` once. */
export class Backstop {
  #leftMs: number
  readonly #onSpent: () => void
  #since = 0
  #timer: NodeJS.Timeout | undefined

  constructor(limitMs: number, onSpent: () => void) {
    this.#leftMs = limitMs
    this.#onSpent = onSpent
  }

  start(): void {
    if (this.#timer !== undefined) return
    this.#since = performance.now()
    this.#timer = setTimeout(this.#onSpent, this.#leftMs)
  }

  stop(): void {
    if (this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#leftMs = Math.max(0, this.#leftMs - (performance.now() - this.#since))
  }
}
