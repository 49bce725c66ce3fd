import type { ContextStore, Coverage, DocumentFilter, DocumentInfo, Partition, Span } from '@writ/contract'
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
  coverage(locate: (doc: string) => DocumentInfo | undefined): Coverage {
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
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
