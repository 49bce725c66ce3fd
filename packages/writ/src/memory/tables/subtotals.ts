/** Columns at the beginning of a table that may be empty in a row that sums up others: those it is grouped by. */
const GROUPED_BY = 8

/**
 * Finds rows that sum up those above them since the last of their kind, as a rollup writes them: with nothing in their names but an empty cell
 * where the rows that they sum up differ.
 */
export class Subtotals {
  readonly #columns: Block[] = []

  /** `figures` are the numbers of the cells, and no number where a cell holds none. */
  add(cells: readonly (string | null)[], figures: readonly number[]): void {
    const most = Math.min(cells.length, GROUPED_BY)
    for (let at = 0; at < most; at += 1) {
      const block = this.#columns[at] ?? new Block()
      this.#columns[at] = block
      block.add(cells[at] === null, figures)
    }
  }

  get seem(): boolean {
    return this.#columns.some(({ isSummed }) => isSummed)
  }
}

/** The rows since the last one that is empty in a column. */
class Block {
  #rows = 0
  #sums: number[] = []
  #last: readonly number[] = []
  #hits = 0
  #long = 0
  #misses = 0

  add(isEmpty: boolean, figures: readonly number[]): void {
    if (!isEmpty) {
      this.#rows += 1
      this.#last = figures
      for (const [at, figure] of figures.entries())
        if (!Number.isNaN(figure)) this.#sums[at] = (this.#sums[at] ?? 0) + figure
      return
    }
    if (this.#rows > 0 && this.#adds(figures)) {
      this.#hits += 1
      if (this.#rows > 1) this.#long += 1
    } else this.#misses += 1
    this.#rows = 0
    this.#sums = []
  }

  /** A single one may be a row like any other that is the sum of those above it by chance. */
  get isSummed(): boolean {
    return this.#hits > 1 && this.#long > 0 && this.#misses < 2
  }

  /** Whether figures are sums of the block, and what is none names it, as a year does. */
  #adds(figures: readonly number[]): boolean {
    let some = false
    for (const [at, figure] of figures.entries()) {
      if (Number.isNaN(figure)) continue
      const sum = this.#sums[at] ?? Number.NaN
      const isSum = Math.abs(figure - sum) <= Math.abs(sum) * 1e-9
      if (isSum && figure !== 0) some = true
      else if (!isSum && figure !== this.#last[at]) return false
    }
    return some
  }
}
