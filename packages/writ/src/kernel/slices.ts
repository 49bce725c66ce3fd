/** Byte ranges a lineage was handed, per document. Ranges only grow; overlapping and touching ones are merged. */
export class Slices {
  readonly #byDoc = new Map<string, { start: number; end: number }[]>()

  add(doc: string, start: number, end: number): void {
    if (end <= start) return
    const ranges = this.#byDoc.get(doc) ?? []
    this.#byDoc.set(doc, ranges)
    const from = firstEndingAt(ranges, start)
    let [low, high, to] = [start, end, from]
    for (let range = ranges[to]; range !== undefined && range.start <= high; range = ranges[to]) {
      low = Math.min(low, range.start)
      high = Math.max(high, range.end)
      to += 1
    }
    ranges.splice(from, to - from, { start: low, end: high })
  }

  /** Whether every byte of the range was handed over. */
  covers(doc: string, start: number, end: number): boolean {
    const ranges = this.#byDoc.get(doc) ?? []
    const range = ranges[firstEndingAt(ranges, end)]
    return range !== undefined && range.start <= start
  }

  /** Bytes of each document, each byte counted once. */
  *totals(): Iterable<readonly [doc: string, bytes: number]> {
    for (const [doc, ranges] of this.#byDoc)
      yield [doc, ranges.reduce((sum, { start, end }) => sum + end - start, 0)]
  }

  /** Takes over everything a joined child was handed. */
  merge(other: Slices): void {
    for (const [doc, ranges] of other.#byDoc)
      for (const range of ranges) this.add(doc, range.start, range.end)
  }
}

/** Index of the first range that ends at or after an offset; ranges are sorted and apart. */
function firstEndingAt(ranges: readonly { readonly end: number }[], offset: number): number {
  let [low, high] = [0, ranges.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    const range = ranges[middle]
    if (range !== undefined && range.end < offset) low = middle + 1
    else high = middle
  }
  return low
}
