import { IntervalSet } from '@writ/contract'

/** Byte ranges a lineage was handed, per document. */
export class Slices {
  readonly #byDoc = new Map<string, IntervalSet>()

  add(doc: string, start: number, end: number): void {
    if (end <= start) return
    const ranges = this.#byDoc.get(doc) ?? new IntervalSet()
    this.#byDoc.set(doc, ranges)
    ranges.add(start, end)
  }

  /** Whether every byte of the range was handed over. */
  covers(doc: string, start: number, end: number): boolean {
    return this.#byDoc.get(doc)?.covers(start, end) ?? false
  }

  /** Bytes of each document, each byte counted once. */
  *totals(): Iterable<readonly [doc: string, bytes: number]> {
    for (const [doc, ranges] of this.#byDoc) yield [doc, ranges.size]
  }

  /** Takes over everything a joined child was handed. */
  merge(other: Slices): void {
    for (const [doc, ranges] of other.#byDoc)
      for (const { start, end } of ranges.ranges()) this.add(doc, start, end)
  }
}
