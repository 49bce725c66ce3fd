import type { DatabaseSync } from 'node:sqlite'

/** Most words that are remembered of one index. */
const MOST = 10_000

/** How many passages an index has, and how many hold a word; each is counted once, as an index that is open never changes. */
export class WordCounts {
  static readonly #known = new WeakMap<DatabaseSync, WordCounts>()
  readonly #index: DatabaseSync
  readonly #passages = new Map<string, number>()
  #total: number | undefined

  static of(index: DatabaseSync): WordCounts {
    const counts = WordCounts.#known.get(index) ?? new WordCounts(index)
    WordCounts.#known.set(index, counts)
    return counts
  }

  private constructor(index: DatabaseSync) {
    this.#index = index
  }

  total(): number {
    this.#total ??= Number(this.#index.prepare('SELECT count(*) AS n FROM spans').get()?.n)
    return this.#total
  }

  /** Passages that hold a term of FTS5. */
  holding(term: string): number {
    const known = this.#passages.get(term)
    if (known !== undefined) return known
    const found = this.#index.prepare('SELECT count(*) AS n FROM passages WHERE passages MATCH ?').get(term)
    const count = Number(found?.n)
    if (this.#passages.size >= MOST) this.#passages.clear()
    this.#passages.set(term, count)
    return count
  }
}
