import type { DatabaseSync } from 'node:sqlite'
import type { PackSet } from './pack-set.ts'
import { WordCounts } from './word-counts.ts'

// A word in the name of a file counts like four in its text, one in its title like two more: titles are text, too.
// Of equal scores the first in (document, offset) order wins. `wanted` is JSON of document numbers, or null for all.
const SCORED = `
  SELECT rowid AS n, bm25(passages, 1, 4, 2) AS score FROM passages
  WHERE passages MATCH :match
    AND (:wanted IS NULL OR (SELECT doc FROM spans WHERE spans.n = passages.rowid) IN (SELECT value FROM json_each(:wanted)))`
const ROWS = 'found.score, doc, start, "end", (SELECT title FROM docs WHERE docs.n = doc) AS title'
const BEST = `
  SELECT ${ROWS} FROM (${SCORED} ORDER BY score, rowid LIMIT :k) AS found JOIN spans USING (n) ORDER BY found.score, found.n`
const EQUAL = `SELECT ${ROWS} FROM (${SCORED}) AS found JOIN spans USING (n) WHERE found.score = :score`

/** A passage that a search found. The lower its score, the better. */
export interface Row {
  readonly score: number
  readonly doc: number
  readonly start: number
  readonly end: number
  readonly title: string
}

/** What has to be known of the documents that rows are of. */
type Documents = Pick<PackSet, 'inOrder' | 'byNumber'>

export interface Asked {
  /** What is looked for, each in the syntax of FTS5. */
  readonly terms: readonly string[]
  readonly wanted: string | null
  readonly k: number
}

/** Fewer passages are all scored; more are not, where the rare words alone decide. */
const MANY = 4000

/** No word adds more to a score than its weight times this: BM25 with the k1 that FTS5 has. */
const MOST_OF_WEIGHT = 2.2

/** The best rows by BM25. */
export function bestRows(index: DatabaseSync, pack: Documents, { terms, wanted, k }: Asked): readonly Row[] {
  const rows = new Rows(index, pack, wanted, k)
  const [only, another] = terms
  if (only !== undefined && another === undefined) return rows.best(only)
  const counts = WordCounts.of(index)
  // One order for every way to ask, as scores are sums, and sums of other orders may differ in their last bit.
  const counted = terms
    .map((term) => ({ term, passages: counts.holding(term) }))
    .sort((a, b) => a.passages - b.passages)
  const all = counted.map(({ term }) => term).join(' OR ')
  return byRareWords(rows, counted, { k, total: counts.total() }) ?? rows.best(all)
}

interface Counted {
  readonly term: string
  readonly passages: number
}

/**
 * The best rows, found among the passages that hold a rare word: undefined unless it is certain that those without one are
 * worse, however often the frequent words are in them.
 */
function byRareWords(
  rows: Rows,
  terms: readonly Counted[],
  { k, total }: { readonly k: number; readonly total: number },
): readonly Row[] | undefined {
  if (terms.reduce((sum, { passages }) => sum + passages, 0) < MANY) return undefined
  const weight = ({ passages }: Counted): number =>
    Math.max(1e-6, Math.log((total - passages + 0.5) / (passages + 0.5)))
  for (let rare = 1, found = 0; rare < terms.length; rare += 1) {
    found += terms[rare - 1]?.passages ?? 0
    const last = terms[rare - 1]
    const most = MOST_OF_WEIGHT * terms.slice(rare).reduce((sum, term) => sum + weight(term), 0)
    if (found < k || last === undefined || most > MOST_OF_WEIGHT * weight(last)) continue
    const [few, many] = [terms.slice(0, rare), terms.slice(rare)].map((some) =>
      some.map(({ term }) => term).join(' OR '),
    )
    const best = rows.ordered([
      ...rows.best(`(${few}) AND (${many})`),
      ...rows.best(`(${few}) NOT (${many})`),
    ])
    const worst = best[k - 1]
    return worst !== undefined && -worst.score > most ? best.slice(0, k) : undefined
  }
  return undefined
}

/** Asks the index, for one search. */
class Rows {
  readonly #index: DatabaseSync
  readonly #pack: Documents
  readonly #wanted: string | null
  readonly #k: number

  constructor(index: DatabaseSync, pack: Documents, wanted: string | null, k: number) {
    this.#index = index
    this.#pack = pack
    this.#wanted = wanted
    this.#k = k
  }

  /** The best that match. Where numbers are not in order of documents, rows of equal score are put in that order. */
  best(match: string): readonly Row[] {
    const k = this.#k
    const asked = { match, wanted: this.#wanted }
    const first = this.#all(BEST, { ...asked, k: this.#pack.inOrder ? k : k + 1 })
    if (this.#pack.inOrder) return first
    const [last, next] = [first[k - 1], first[k]]
    const cutsEqual = last !== undefined && next !== undefined && last.score === next.score
    const equal = cutsEqual ? this.#all(EQUAL, { ...asked, score: last.score }) : []
    const rows = cutsEqual ? [...first.filter(({ score }) => score < last.score), ...equal] : first
    return this.ordered(rows).slice(0, k)
  }

  ordered(rows: readonly Row[]): readonly Row[] {
    const id = ({ doc }: Row): string => this.#pack.byNumber(doc)?.id ?? ''
    return rows.toSorted(
      (a, b) => a.score - b.score || (a.doc === b.doc ? a.start - b.start : id(a) < id(b) ? -1 : 1),
    )
  }

  #all(sql: string, values: Record<string, string | number | null>): readonly Row[] {
    const rows: unknown[] = this.#index.prepare(sql).all(values)
    return rows as Row[]
  }
}
