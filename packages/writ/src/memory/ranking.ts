import type { DatabaseSync } from 'node:sqlite'
import type { DocumentTable, KnownDocument } from './document-table.ts'
import type { TokenList } from './fts5-lists.ts'
import { ListWalker, type Scored } from './list-walker.ts'
import type { PackIndex } from './pack-index.ts'
import type { PackedDocument } from './pack-layout.ts'
import { QueryTokens } from './query-tokens.ts'
import { COLUMN_WEIGHTS, phraseRows, type TermRows } from './term-rows.ts'

/** One pack of a partition, as it is searched. */
export interface RankedPart {
  readonly index: PackIndex
  /** Numbers of documents that count no more. */
  readonly gone: readonly number[]
}

export interface Asked {
  /** What is looked for: words, or several that stand one after another. */
  readonly terms: readonly string[]
  /** The only documents that are wanted; all where it is undefined. */
  readonly wanted?: readonly Pick<PackedDocument, 'part' | 'n'>[]
  readonly k: number
}

/** A passage that a search found. */
export interface RankedPassage {
  /** The higher, the better. */
  readonly score: number
  readonly doc: KnownDocument
  readonly start: number
  readonly end: number
}

// BM25 as FTS5 has it, in the order of its operations: a score is the same to the last bit. list-walker.wat has it, too.
const K1 = 1.2
const B = 0.75

/** What is known of a part once it is searched. */
interface Part {
  readonly index: PackIndex
  /** By row, 1 where the passage counts; undefined where all do. */
  readonly counts: Uint8Array | undefined
}

/** Where a term is in a part: the lists of its only token as they lie there, or the passages that hold all of several. */
interface Held {
  readonly lists: readonly TokenList[]
  readonly rows: TermRows | undefined
  /** How many passages that count hold it. */
  readonly passages: number
}

interface Counted {
  readonly parts: readonly Part[]
  readonly passages: number
  /** Words of a passage, on average. */
  readonly mean: number
}

/**
 * Ranks the passages of a partition by BM25, whose frequencies are those of all its packs together, without the documents
 * that count no more. INVARIANT: the ranking does not depend on which pack has what.
 */
export class Ranking {
  readonly #given: readonly RankedPart[]
  readonly #table: DocumentTable
  #counted: Counted | undefined

  constructor(parts: readonly RankedPart[], table: DocumentTable) {
    this.#given = parts
    this.#table = table
  }

  /** The best passages. Of equal ones the first in (document, offset) order wins. */
  best({ terms, wanted, k }: Asked): readonly RankedPassage[] {
    this.#counted ??= count(this.#given)
    const { parts, passages: all, mean } = this.#counted
    const walker = ListWalker.get(COLUMN_WEIGHTS)
    walker.begin(k, Math.max(1, ...parts.map(({ index }) => index.sizes.length)))
    // One order for every way to ask, as sums of other orders may differ in their last bit.
    const found = terms
      .map((term) => heldIn(parts, QueryTokens.get().of(term), walker))
      .map((held) => ({ held, passages: held.reduce((sum, { passages }) => sum + passages, 0) }))
      .sort((a, b) => a.passages - b.passages)
    const weights = found.map(({ passages }) => weightOf(parts, passages, all))
    const best = parts.flatMap((part, at) => {
      const here = wanted?.filter((doc) => doc.part === at).map(({ n }) => n)
      if (here?.length === 0 || found.every(({ held }) => held[at]?.passages === 0)) return []
      for (const [nth, { held }] of found.entries())
        add(held[at], part, { idf: weights[nth] ?? 0, mean }, walker)
      const only = here === undefined ? undefined : maskOf(part.index, here)
      return bestOf(walker.take(part.index.sizes.length, only), k).map((one) => ({ ...one, part: at }))
    })
    best.sort((a, b) => b.score - a.score)
    const last = best[k - 1]
    const kept = last === undefined ? best : best.filter(({ score }) => score >= last.score)
    return kept
      .map(({ score, part, row }) => ({ score, ...passageAt(parts, part, row, this.#table) }))
      .sort((a, b) => b.score - a.score || inOrder(a, b))
      .slice(0, k)
  }
}

/** Where a term is in each part. */
function heldIn(parts: readonly Part[], tokens: readonly string[], walker: ListWalker): readonly Held[] {
  const [only, another] = tokens
  return parts.map(({ index, counts }): Held => {
    const { sizes } = index
    if (only === undefined) return { lists: [], rows: undefined, passages: 0 }
    if (another === undefined) {
      const lists = index.lists.lists(only)
      return { lists, rows: undefined, passages: walker.count({ lists, sizes, counts }) }
    }
    const rows = counting(phraseRows(tokens.map((token) => index.lists.lists(token))), counts)
    if ((rows.rows.at(-1) ?? 0) >= sizes.length) throw new Error('the index has a row that is no passage')
    return { lists: [], rows, passages: rows.rows.length }
  })
}

/** Adds what a term scores in each passage of a part. */
function add(
  held: Held | undefined,
  { index: { sizes }, counts }: Part,
  { idf, mean }: { readonly idf: number; readonly mean: number },
  walker: ListWalker,
): void {
  if (held === undefined || held.passages === 0) return
  if (held.rows === undefined) walker.add({ lists: held.lists, sizes, counts }, idf, mean)
  else addRows(held.rows, sizes, { idf, mean }, walker.scores(sizes.length))
}

function addRows(
  { rows, weights }: TermRows,
  sizes: Int32Array,
  { idf, mean }: { readonly idf: number; readonly mean: number },
  scores: Float64Array,
): void {
  for (let n = 0; n < rows.length; n += 1) {
    const row = rows[n] ?? 0
    const often = weights[n] ?? 0
    const below = often + K1 * (1 - B + (B * (sizes[row] ?? 0)) / mean)
    scores[row] = (scores[row] ?? 0) + idf * ((often * (K1 + 1)) / below)
  }
}

/** The best, of equal ones the lower rows: as the rows of a pack follow its documents, no other can be among the best of all. */
function bestOf(taken: readonly Scored[], k: number): readonly Scored[] {
  return taken.toSorted((a, b) => b.score - a.score || a.row - b.row).slice(0, k)
}

/** Counts the passages and words of a partition, once for all its searches. */
function count(given: readonly RankedPart[]): Counted {
  let passages = 0
  let words = 0
  const parts = given.map(({ index, gone }) => {
    const counts = countsOf(index, gone)
    const all = index.totals()
    passages += all.passages
    words += all.words
    for (const doc of gone) {
      const { first, end } = index.rowsOf(doc)
      passages -= end - first
      for (let row = first; row < end; row += 1) words -= index.sizes[row] ?? 0
    }
    return { index, counts }
  })
  return { parts, passages, mean: words / passages }
}

/** How much a term tells that so many passages have. */
function weightOf([first]: readonly Part[], holding: number, all: number): number {
  if (first === undefined) return 0
  const weight = logarithm(first.index.db, (all - holding + 0.5) / (holding + 0.5))
  return weight <= 0 ? 1e-6 : weight
}

function passageAt(
  parts: readonly Part[],
  part: number,
  row: number,
  table: DocumentTable,
): Omit<RankedPassage, 'score'> {
  const { index } = parts[part] ?? {}
  if (index === undefined) throw new Error(`there is no part ${part}`)
  const { doc, start, end } = index.passage(row)
  return { doc: table.at(part, doc), start, end }
}

/** By (document, offset). */
function inOrder(a: RankedPassage, b: RankedPassage): number {
  const [one, other] = [a.doc.layout.id, b.doc.layout.id]
  return one === other ? a.start - b.start : one < other ? -1 : 1
}

/** The natural logarithm as FTS5 has it: another library's may differ in its last bit. */
function logarithm(db: DatabaseSync, value: number): number {
  return Number(db.prepare('SELECT ln(?) AS ln').get(value)?.ln)
}

/** A mask of rows; undefined where every passage counts. */
function countsOf(index: PackIndex, gone: readonly number[]): Uint8Array | undefined {
  if (gone.length === 0) return undefined
  return maskOf(index, gone).map((one) => 1 - one)
}

/** By row, 1 where the passage is of one of some documents. */
function maskOf(index: PackIndex, docs: readonly number[]): Uint8Array {
  const mask = new Uint8Array(index.sizes.length)
  for (const doc of docs) {
    const { first, end } = index.rowsOf(doc)
    mask.fill(1, first, end)
  }
  return mask
}

/** Without the passages that count no more. */
function counting(list: TermRows, counts: Uint8Array | undefined): TermRows {
  if (counts === undefined) return list
  const [rows, weights] = [new Int32Array(list.rows.length), new Int32Array(list.rows.length)]
  let many = 0
  for (let n = 0; n < list.rows.length; n += 1) {
    const row = list.rows[n] ?? 0
    if (counts[row] === 0) continue
    rows[many] = row
    weights[many] = list.weights[n] ?? 0
    many += 1
  }
  return { rows: rows.subarray(0, many), weights: weights.subarray(0, many) }
}
