import { IntervalSet, type Label, type RecordedPartition } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import type { HandedPassage } from './passages.ts'

/** What was read of one partition: documents of one label. */
export interface PartitionReading {
  readonly id: string
  readonly label: Label
  /** In the corpus. */
  readonly documents: number
  readonly bytes: number
  /** Searches and reads that touched it. */
  readonly steps: number
}

/** A document some of whose text was handed to a frame. */
export interface DocumentReading {
  readonly doc: string
  /** Distinct bytes of it. */
  readonly bytes: number
  readonly passages: number
}

/** Adds up what frames were handed of external memory. */
export class Reading {
  readonly #partitions = new Map<string, PartitionReading>()
  readonly #documents = new Map<string, { readonly spans: IntervalSet; passages: number }>()

  declare(partitions: readonly RecordedPartition[]): void {
    for (const { id, label, documents, bytes } of partitions)
      this.#partitions.set(id, { id, label, documents, bytes, steps: 0 })
  }

  step(record: Extract<AnyRecord, { readonly kind: 'context.search' | 'context.read' }>): void {
    for (const id of record.det.partitions) {
      const known = this.#partitions.get(id)
      if (known !== undefined) this.#partitions.set(id, { ...known, steps: known.steps + 1 })
    }
  }

  handed(passages: readonly HandedPassage[]): void {
    for (const { doc, start, end } of passages) {
      const known = this.#documents.get(doc) ?? { spans: new IntervalSet(), passages: 0 }
      this.#documents.set(doc, known)
      known.spans.add(start, end)
      known.passages += 1
    }
  }

  get partitions(): readonly PartitionReading[] {
    return [...this.#partitions.values()]
  }

  /** Those of which most was read first. */
  documents(): readonly DocumentReading[] {
    return [...this.#documents]
      .map(([doc, { spans, passages }]) => ({ doc, bytes: spans.size, passages }))
      .sort((a, b) => b.bytes - a.bytes || (a.doc < b.doc ? -1 : 1))
  }
}
