import type { DatabaseSync, StatementSync } from 'node:sqlite'

/**
 * Records of a run that stand together in the index. Runs that are written at the same time share its pages so: in the
 * order of (run, seq) each of them has a page of its own, to be written with every commit.
 */
const BLOCK = 64

export const RECORDS_INDEX: string = `CREATE UNIQUE INDEX records_in_blocks ON records(seq / ${BLOCK}, run, seq);`

const IN_BLOCK = `FROM records WHERE seq / ${BLOCK} = ? AND run = ? AND seq >= ? AND seq < ?`
export const ROWS_IN_BLOCK: string = `SELECT seq, bytes ${IN_BLOCK} ORDER BY seq`

/** How many records a run has, and the seq of the last one; -1 for none. */
export interface Extent {
  readonly count: number
  readonly last: number
}

/** Finds the records of a run block by block; where a shard has only the index of (run, seq), by that. */
export class RunRecords {
  readonly #rows: StatementSync
  readonly #extent: StatementSync

  constructor(db: DatabaseSync) {
    this.#rows = db.prepare(ROWS_IN_BLOCK)
    this.#extent = db.prepare(`SELECT count(*) AS count, max(seq) AS last ${IN_BLOCK}`)
  }

  /** Rows of a run from a seq on, at most `most` of them. Stops before a block that has none. */
  from(run: number | bigint, seq: number, most: number): ReturnType<StatementSync['all']> {
    const rows: ReturnType<StatementSync['all']> = []
    for (let from = seq; rows.length < most; ) {
      const end = Math.min(endOf(from), from + most - rows.length)
      const found = this.#rows.all(blockOf(from), run, from, end)
      rows.push(...found)
      if (found.length === 0) break
      from = end
    }
    return rows
  }

  /** Records of a run up to the first block that has none. */
  extent(run: number | bigint): Extent {
    const whole = { count: 0, last: -1 }
    for (let from = 0; ; from = endOf(from)) {
      const { count, last } = this.#block(run, from)
      if (count === 0) return whole
      whole.count += count
      whole.last = last
    }
  }

  /** Whether the last record of a run has this seq, or there is none and it is -1. */
  endsAt(run: number | bigint, last: number): boolean {
    const from = Math.max(0, last)
    const next = last < 0 ? 0 : endOf(from)
    return (last < 0 || this.#block(run, from).last === last) && this.#block(run, next).count === 0
  }

  #block(run: number | bigint, seq: number): Extent {
    const from = blockOf(seq) * BLOCK
    const { count, last } = this.#extent.get(blockOf(seq), run, from, from + BLOCK) ?? {}
    return { count: Number(count ?? 0), last: Number(last ?? -1) }
  }
}

function blockOf(seq: number): number {
  return Math.floor(seq / BLOCK)
}

/** First seq of the next block. */
function endOf(seq: number): number {
  return (blockOf(seq) + 1) * BLOCK
}
