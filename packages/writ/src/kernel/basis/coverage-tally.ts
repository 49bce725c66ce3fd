import {
  type ContextStore,
  type CoverageInAll,
  type DocumentCoverage,
  type DocumentFilter,
  type DocumentInfo,
  MOST_COVERED,
  type Partition,
  type Span,
} from '@writ/contract'
import { SpanSet } from './span-set.ts'

interface Filtered {
  readonly partition: string
  readonly filter: DocumentFilter
  readonly docs: readonly string[] | null
}

/** Counts what a run looked at, over all its frames. Texts that frames were given count for nothing. */
export class CoverageTally {
  readonly #partitions: ReadonlyMap<string, Partition>
  readonly #handed = new SpanSet()
  /** Partitions searched whole, and documents searched by name. */
  readonly #whole = new Set<string>()
  readonly #named = new Set<string>()
  /** Searches of the documents that filters mean, each once. */
  readonly #filtered = new Map<string, Filtered>()

  /** Of the corpus that the run opened with. */
  constructor(partitions: readonly Partition[]) {
    this.#partitions = new Map(partitions.map((partition) => [partition.id, partition]))
  }

  /** A search went over partitions; over these documents of them only, where some are named. */
  search(partitions: readonly string[], docs: Iterable<string> | null): void {
    if (docs !== null) for (const doc of docs) this.#named.add(doc)
    else for (const id of partitions) this.#whole.add(id)
  }

  /** A search went over the documents of partitions that a filter means; over these of them only, where some are named. */
  searchOf(partitions: readonly string[], filter: DocumentFilter, docs: Iterable<string> | null): void {
    for (const partition of partitions) {
      const named = docs === null ? null : [...docs]
      this.#filtered.set(JSON.stringify([partition, filter, named]), { partition, filter, docs: named })
    }
  }

  /** Looks up which documents the filters meant. */
  async settle(store: Pick<ContextStore, 'select'>): Promise<void> {
    for (const [key, { partition, filter, docs }] of this.#filtered) {
      this.#filtered.delete(key)
      if (!this.#partitions.has(partition) || this.#whole.has(partition)) continue
      const named = docs === null ? null : new Set(docs)
      const selected = await store.select(partition, filter)
      for (const doc of selected.docs) if (named?.has(doc) !== false) this.#named.add(doc)
    }
  }

  /** Text of spans was handed to a frame. */
  hand(spans: readonly Pick<Span, 'doc' | 'start' | 'end'>[]): void {
    for (const { doc, start, end } of spans) this.#handed.add(doc, start, end)
  }

  /** What it comes to. `locate` finds documents of the corpus. */
  coverage(locate: (doc: string) => DocumentInfo | undefined): CoverageInAll {
    const known = (doc: string): DocumentInfo | undefined => {
      const info = locate(doc)
      return info !== undefined && this.#partitions.has(info.partition) ? info : undefined
    }
    const partitions = [...this.#partitions.values()]
    const whole = partitions.filter(({ id }) => this.#whole.has(id))
    const named = [...this.#named].map(known).filter((info) => info && !this.#whole.has(info.partition))
    const touched = [...this.#handed.totals()].filter(([doc]) => known(doc) !== undefined)
    return {
      documents: sum(partitions.map(({ documents }) => documents)),
      bytes: sum(partitions.map(({ bytes }) => bytes)),
      touched: touched.length,
      searched: sum(whole.map(({ bytes }) => bytes)) + sum(named.map((info) => info?.bytes ?? 0)),
      read: sum(touched.map(([, bytes]) => bytes)),
    }
  }

  /** Documents of these partitions one by one: those read most first, then those never touched. */
  perDocument(
    store: Pick<ContextStore, 'locate' | 'firstDocuments'>,
    isTold: (partition: Partition) => boolean,
  ): readonly DocumentCoverage[] {
    const told = [...this.#partitions.values()].filter(isTold)
    const ids = new Set(told.map(({ id }) => id))
    const read = new Map(this.#handed.totals())
    const all = [
      ...[...read.keys()].flatMap((doc) => store.locate(doc) ?? []),
      ...told.flatMap(({ id }) => store.firstDocuments(id, MOST_COVERED)),
    ]
    const known = new Map(all.filter(({ partition }) => ids.has(partition)).map((info) => [info.id, info]))
    return [...known.values()]
      .map(({ id: doc, partition, bytes }) => ({
        doc,
        bytes,
        searched: this.#whole.has(partition) || this.#named.has(doc),
        read: read.get(doc) ?? 0,
      }))
      .sort((a, b) => b.read - a.read || (a.doc < b.doc ? -1 : 1))
      .slice(0, MOST_COVERED)
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
