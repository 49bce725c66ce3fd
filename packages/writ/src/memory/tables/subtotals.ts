/** Columns at the beginning of a table that may be empty in a row that sums up others: those it is grouped by. */
const GROUPED_BY = 8
/** A column that is empty in more rows that sum up nothing is one with gaps. */
const MOST_MISSES = 1

/** The rows since the last one that is empty in a column. */
interface Block {
  rows: number
  /** What the columns came to where it began. */
  from: readonly number[]
  hits: number
  /** Hits over more rows than one. */
  long: number
  misses: number
}

/**
 * Finds rows that sum up those above them since the last of their kind, as a rollup writes them: with nothing in their names but an empty cell
 * where the rows that they sum up differ.
 */
export class Subtotals {
  readonly #blocks: Block[] = []
  /** What the columns come to, over all rows. */
  readonly #sums: number[] = []
  #last: readonly number[] = []

  /** `figures` are the numbers of the cells, and no number where a cell holds none. */
  add(cells: readonly (string | null)[], figures: readonly number[]): void {
    const most = Math.min(cells.length, GROUPED_BY)
    const ended: Block[] = []
    for (let at = 0; at < most; at += 1) {
      const block = this.#blocks[at] ?? { rows: 0, from: [], hits: 0, long: 0, misses: 0 }
      this.#blocks[at] = block
      if (cells[at] !== null) block.rows += 1
      else if (block.misses <= MOST_MISSES) ended.push(block)
    }
    for (const block of ended) {
      if (block.rows > 0 && this.#adds(block, figures)) {
        block.hits += 1
        if (block.rows > 1) block.long += 1
      } else block.misses += 1
    }
    for (let at = 0; at < figures.length; at += 1) {
      const figure = figures[at] ?? Number.NaN
      if (!Number.isNaN(figure)) this.#sums[at] = (this.#sums[at] ?? 0) + figure
    }
    for (const block of ended) {
      block.rows = 0
      block.from = [...this.#sums]
    }
    this.#last = figures
  }

  /** A single one may be a row like any other that is the sum of those above it by chance. */
  get seem(): boolean {
    return this.#blocks.some(({ hits, long, misses }) => hits > 1 && long > 0 && misses <= MOST_MISSES)
  }

  /** Whether figures are sums of the block, and what is none names it, as a year does. */
  #adds({ from }: Block, figures: readonly number[]): boolean {
    let some = false
    for (const [at, figure] of figures.entries()) {
      if (Number.isNaN(figure)) continue
      const sum = (this.#sums[at] ?? 0) - (from[at] ?? 0)
      const isSum = Math.abs(figure - sum) <= Math.max(Math.abs(sum), Math.abs(this.#sums[at] ?? 0)) * 1e-9
      if (isSum && figure !== 0) some = true
      else if (!isSum && figure !== this.#last[at]) return false
    }
    return some
  }
}
