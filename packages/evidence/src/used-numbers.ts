/** Numbers from 0 on that were used, each once. Dense use takes no memory: only what lies beyond the first gap does. */
export class UsedNumbers {
  #dense = 0
  readonly #beyond = new Set<number>()

  /** The least number not used. */
  get dense(): number {
    return this.#dense
  }

  /** How many were used. */
  get size(): number {
    return this.#dense + this.#beyond.size
  }

  has(n: number): boolean {
    return n < this.#dense || this.#beyond.has(n)
  }

  add(n: number): void {
    if (n !== this.#dense) {
      if (n > this.#dense) this.#beyond.add(n)
      return
    }
    this.#dense += 1
    while (this.#beyond.delete(this.#dense)) this.#dense += 1
  }
}
