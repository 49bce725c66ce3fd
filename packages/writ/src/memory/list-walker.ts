import type { TokenList } from './fts5-lists.ts'
import { LIST_WALKER } from './list-walker-code.ts'

/** The lists of a token in a pack, with what is known of the passages of that, by row. */
export interface Walked {
  readonly lists: readonly TokenList[]
  /** How many words each passage has; row 0 is none. */
  readonly sizes: Int32Array
  /** 1 where a passage counts; undefined where all do. */
  readonly counts: Uint8Array | undefined
}

/** A row, and what it scored. */
export interface Scored {
  readonly row: number
  readonly score: number
}

/** What list-walker.wat exports. */
interface Code {
  readonly memory: WebAssembly.Memory
  readonly row: { value: number }
  begin(heap: number, most: number): void
  walk(...numbers: number[]): number
  take(scores: number, rows: number, only: number, out: number): number
}

/** Where things are in the memory of the code, in bytes. */
interface Places {
  readonly heap: number
  readonly scores: number
  readonly out: number
  readonly sizes: number
  readonly counts: number
  /** Room for a list with what is told of it. */
  readonly list: number
}

/** A page of WebAssembly. */
const PAGE = 65_536
/** Bytes of a row that was taken. */
const TAKEN = 16
/** Bytes that are 0 behind a list, so that no number goes on for ever. */
const BEHIND = 8

const MISTAKES: Readonly<Record<number, string>> = {
  [-1]: 'the rows of a list are not in order',
  [-2]: 'the index has a row that is no passage',
  [-3]: 'the index had something deleted from it',
  [-4]: 'the index ends inside of a list',
}

/**
 * The loops of a search, which go over all rows that hold a word. They are WebAssembly: V8 interprets JavaScript for longer
 * than a first search takes. INVARIANT: all scores are 0 between two packs.
 */
export class ListWalker {
  static #made: ListWalker | undefined
  readonly #code: Code
  readonly #columns: number
  /** Those that are in the memory. */
  #sizes: Int32Array | undefined
  #places: Places = { heap: 0, scores: 0, out: 0, sizes: 0, counts: 0, list: 0 }

  /** The one of this thread. `columns` are the weights of the columns, each below 256. */
  static get(columns: readonly number[]): ListWalker {
    ListWalker.#made ??= new ListWalker(columns)
    return ListWalker.#made
  }

  private constructor(columns: readonly number[]) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(LIST_WALKER, 'base64')))
    this.#code = instance.exports as unknown as Code
    this.#columns = columns.reduce((all, weight, nth) => all | (weight << (8 * nth)), 0)
  }

  /** Begins a search for the `most` best passages of packs that have at most so many rows. */
  begin(most: number, rows: number): void {
    const heap = 0
    const scores = heap + 8 * most
    const out = scores + 8 * rows
    const sizes = out + TAKEN * rows
    const counts = sizes + 4 * rows
    const list = counts + 4 * Math.ceil(rows / 4)
    this.#places = { heap, scores, out, sizes, counts, list }
    this.#sizes = undefined
    this.#reach(list)
    new Uint8Array(this.#code.memory.buffer).fill(0, scores, out)
    this.#code.begin(heap, most)
  }

  /** How many passages that count hold a token. Throws for lists that are none. */
  count(walked: Walked): number {
    return this.#walk(walked, 0, 0, 0)
  }

  /** Adds what a token scores in each passage. */
  add(walked: Walked, idf: number, mean: number): void {
    if (this.#sizes !== walked.sizes) this.#put(walked.sizes, this.#places.sizes)
    this.#sizes = walked.sizes
    this.#walk(walked, this.#places.scores, idf, mean)
  }

  /** What the passages of the pack have scored so far. */
  scores(rows: number): Float64Array {
    return new Float64Array(this.#code.memory.buffer, this.#places.scores, rows)
  }

  /** The passages of the pack that may be among the best of the search; the next pack begins. `only` has 1 for those wanted. */
  take(rows: number, only: Uint8Array | undefined): Scored[] {
    const { scores, counts, out } = this.#places
    if (only !== undefined) this.#put(only, counts)
    const many = this.#code.take(scores, rows, only === undefined ? 0 : counts, out)
    const view = new DataView(this.#code.memory.buffer, out, TAKEN * many)
    return Array.from({ length: many }, (_, n) => ({
      row: view.getInt32(TAKEN * n, true),
      score: view.getFloat64(TAKEN * n + 8, true),
    }))
  }

  #walk({ lists, sizes, counts }: Walked, scores: number, idf: number, mean: number): number {
    const places = this.#places
    if (counts !== undefined) this.#put(counts, places.counts)
    const masked = counts === undefined ? 0 : places.counts
    this.#code.row.value = 0
    let many = 0
    for (const { bytes, whole } of lists) {
      const from = places.list + 4 * (whole.length + 1)
      const to = from + bytes.length
      this.#reach(to + BEHIND)
      this.#put(Int32Array.of(...whole.map((place) => from + place), -1), places.list)
      this.#put(bytes, from)
      new Uint8Array(this.#code.memory.buffer).fill(0, to, to + BEHIND)
      const rows = sizes.length
      const told = [from, to, places.list, rows, masked, this.#columns, places.sizes, scores, idf, mean]
      const found = this.#code.walk(...told)
      if (found < 0) throw new Error(MISTAKES[found])
      many += found
    }
    return many
  }

  #put(values: Int32Array | Uint8Array, place: number): void {
    const { buffer, byteOffset, byteLength } = values
    new Uint8Array(this.#code.memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), place)
  }

  /** Has memory up to a place. */
  #reach(end: number): void {
    const { memory } = this.#code
    const pages = Math.ceil(end / PAGE) - memory.buffer.byteLength / PAGE
    if (pages > 0) memory.grow(pages)
  }
}
