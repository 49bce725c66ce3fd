import type { QueueTime } from './model-slots.ts'

interface Alarm {
  readonly at: number
  readonly call: () => void
}

/** Time that passes only when nothing else is left to do. For tests. */
export class VirtualTime implements QueueTime {
  #now = 0
  readonly #alarms = new Set<Alarm>()

  monotonic(): number {
    return this.#now
  }

  after(ms: number, call: () => void): () => void {
    const alarm = { at: this.#now + ms, call }
    this.#alarms.add(alarm)
    return () => void this.#alarms.delete(alarm)
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve))
  }

  /** Lets time pass until no alarm is left. */
  async run(): Promise<void> {
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      this.#alarms.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.call()
    }
  }

  async #next(): Promise<Alarm | undefined> {
    // Whatever can go on without time does.
    await new Promise((resolve) => setImmediate(resolve))
    return [...this.#alarms].sort((a, b) => a.at - b.at)[0]
  }
}
