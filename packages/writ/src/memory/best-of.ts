/** Keeps the k highest scores with their rows; of equal ones, the lower rows. */
export class BestOf {
  readonly #k: number
  /** A heap: no entry is better than those below it. */
  readonly #scores: number[] = []
  readonly #rows: number[] = []

  constructor(k: number) {
    this.#k = k
  }

  /** What a score has to reach to be kept. */
  get least(): number {
    return this.#scores.length < this.#k ? Number.NEGATIVE_INFINITY : (this.#scores[0] ?? 0)
  }

  /** Takes a row that has not been there, if it is among the best so far. */
  add(row: number, score: number): void {
    if (this.#scores.length < this.#k) {
      this.#scores.push(score)
      this.#rows.push(row)
      this.#rise(this.#scores.length - 1)
    } else if (score > this.least || (score === this.least && row < (this.#rows[0] ?? 0))) {
      this.#scores[0] = score
      this.#rows[0] = row
      this.#sink()
    }
  }

  /** The best first. */
  sorted(): { readonly row: number; readonly score: number }[] {
    return this.#scores
      .map((score, at) => ({ score, row: this.#rows[at] ?? 0 }))
      .sort((a, b) => b.score - a.score || a.row - b.row)
  }

  #isWorse(a: number, b: number): boolean {
    const one = this.#scores[a] ?? 0
    const other = this.#scores[b] ?? 0
    return one < other || (one === other && (this.#rows[a] ?? 0) > (this.#rows[b] ?? 0))
  }

  #rise(from: number): void {
    for (let at = from; at > 0; ) {
      const above = (at - 1) >> 1
      if (!this.#isWorse(at, above)) return
      this.#swap(at, above)
      at = above
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      let worst = at
      const left = 2 * at + 1
      const right = left + 1
      if (left < this.#scores.length && this.#isWorse(left, worst)) worst = left
      if (right < this.#scores.length && this.#isWorse(right, worst)) worst = right
      if (worst === at) return
      this.#swap(at, worst)
      at = worst
    }
  }

  #swap(a: number, b: number): void {
    const score = this.#scores[a] ?? 0
    const row = this.#rows[a] ?? 0
    this.#scores[a] = this.#scores[b] ?? 0
    this.#rows[a] = this.#rows[b] ?? 0
    this.#scores[b] = score
    this.#rows[b] = row
  }
}
