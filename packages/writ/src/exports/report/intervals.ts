/** Half-open ranges of whole numbers, kept apart and in order. */
export class Intervals {
  #ranges: (readonly [number, number])[] = []
  #loose = 0

  add(start: number, end: number): void {
    if (end <= start) return
    this.#ranges.push([start, end])
    this.#loose += 1
    // Merged whenever half of them are new, so that ranges added again and again do not pile up.
    if (this.#loose > Math.max(1_000, this.#ranges.length / 2)) this.#merge()
  }

  /** How many numbers the ranges hold, each counted once. */
  get size(): number {
    return this.ranges().reduce((sum, [start, end]) => sum + end - start, 0)
  }

  ranges(): readonly (readonly [number, number])[] {
    this.#merge()
    return this.#ranges
  }

  #merge(): void {
    const merged: [number, number][] = []
    for (const [start, end] of this.#ranges.toSorted((a, b) => a[0] - b[0])) {
      const last = merged.at(-1)
      if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end)
      else merged.push([start, end])
    }
    this.#ranges = merged
    this.#loose = 0
  }
}
