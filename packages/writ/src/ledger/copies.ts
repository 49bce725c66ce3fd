const LEAST_BYTES = 16_384 // a block holds the small records of one turn of the event loop

/**
 * Copies of bytes that travel together. Transferring a buffer to a worker costs more than copying a record, so the copies
 * share a few blocks.
 */
export class Copies {
  #blocks: ArrayBuffer[] = []
  #last = new Uint8Array(0)
  #used = 0
  #total = 0
  #expected = LEAST_BYTES

  /** A copy of these bytes, valid until `take`. */
  add(bytes: Uint8Array): Uint8Array {
    if (this.#used + bytes.length > this.#last.length) this.#grow(bytes.length)
    const copy = this.#last.subarray(this.#used, this.#used + bytes.length)
    copy.set(bytes)
    this.#used += bytes.length
    this.#total += bytes.length
    return copy
  }

  /** The blocks behind the copies made since the last call: the caller's to give away. */
  take(): readonly ArrayBuffer[] {
    const blocks = this.#blocks
    this.#expected = Math.max(LEAST_BYTES, this.#total)
    this.#blocks = []
    this.#last = new Uint8Array(0)
    this.#used = 0
    this.#total = 0
    return blocks
  }

  #grow(bytes: number): void {
    const block = new ArrayBuffer(Math.max(this.#expected, bytes))
    this.#blocks.push(block)
    this.#last = new Uint8Array(block)
    this.#used = 0
  }
}
