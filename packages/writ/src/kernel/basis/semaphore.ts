import { onAbort } from './on-abort.ts'

/** Slots for what may be under way at once, first come first served. */
export class Semaphore {
  readonly #most: number
  #inFlight = 0
  readonly #waiting: (() => void)[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** Waits for a slot; the returned function gives it back. Rejects with the signal's reason. */
  acquire(signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason)
        return
      }
      const leave = (): void => {
        const index = this.#waiting.indexOf(enter)
        if (index >= 0) this.#waiting.splice(index, 1)
        reject(signal.reason)
      }
      const enter = (): void => {
        stay()
        this.#inFlight += 1
        resolve(() => {
          this.#inFlight -= 1
          this.#admit()
        })
      }
      const stay = onAbort(signal, leave)
      this.#waiting.push(enter)
      this.#admit()
    })
  }

  #admit(): void {
    while (this.#inFlight < this.#most) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      next()
    }
  }
}
