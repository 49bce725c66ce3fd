/** Half-open ranges of whole numbers. Ranges only grow; overlapping and touching ones are merged. */
export class IntervalSet {
  /** Sorted and apart. */
  readonly #ranges: { start: number; end: number }[] = []

  add(start: number, end: number): void {
    if (end <= start) return
    const from = this.#firstEndingAt(start)
    let [low, high, to] = [start, end, from]
    for (let range = this.#ranges[to]; range !== undefined && range.start <= high; range = this.#ranges[to]) {
      low = Math.min(low, range.start)
      high = Math.max(high, range.end)
      to += 1
    }
    this.#ranges.splice(from, to - from, { start: low, end: high })
  }

  /** Whether every number of a range was added. */
  covers(start: number, end: number): boolean {
    const range = this.#ranges[this.#firstEndingAt(end)]
    return range !== undefined && range.start <= start
  }

  /** How many numbers the ranges hold, each counted once. */
  get size(): number {
    return this.#ranges.reduce((sum, { start, end }) => sum + end - start, 0)
  }

  ranges(): readonly { readonly start: number; readonly end: number }[] {
    return this.#ranges
  }

  /** Index of the first range that ends at or after a number. */
  #firstEndingAt(at: number): number {
    let [low, high] = [0, this.#ranges.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const range = this.#ranges[middle]
      if (range !== undefined && range.end < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
