import type { ThreadClock } from './thread-clock.ts'

/** What one cell may compute before it is stopped from outside. It spends it only while it computes. */
export class Turn {
  readonly #clock: ThreadClock
  readonly #vm: number
  readonly #mostMs: number
  #ms = 0
  #since: number | undefined

  constructor(clock: ThreadClock, vm: number, mostMs: number) {
    this.#clock = clock
    this.#vm = vm
    this.#mostMs = mostMs
  }

  begin(): void {
    this.#since = performance.now()
    this.#clock.begin(this.#vm, this.#mostMs - this.#ms)
  }

  pause(): void {
    if (this.#since === undefined) return
    this.#ms += performance.now() - this.#since
    this.#since = undefined
    this.#clock.pause()
  }

  /** How long the cell has computed. */
  get ms(): number {
    return this.#ms
  }
}
