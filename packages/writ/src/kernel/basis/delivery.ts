/**
 * Hands replies to a frame's VM in the order in which the records behind them were written, which is the order a
 * replay will follow. INVARIANT: a reply is delivered only when no earlier record of the lane still owes one.
 */
export class Delivery {
  /** Sequence numbers of records whose reply has not been delivered, ascending. */
  readonly #owed: number[] = []
  readonly #ready = new Map<number, () => void>()

  /** A record was written whose reply will follow. Sequence numbers only grow. */
  owe(seq: number): void {
    this.#owed.push(seq)
  }

  /** The reply for a record is ready: deliver it when it is its turn. */
  deliver(seq: number, send: () => void): void {
    this.#ready.set(seq, send)
    for (let first = this.#owed[0]; first !== undefined; first = this.#owed[0]) {
      const next = this.#ready.get(first)
      if (next === undefined) return
      this.#owed.shift()
      this.#ready.delete(first)
      next()
    }
  }
}
