import { rm } from 'node:fs/promises'
import {
  type Amounts,
  type CodeScope,
  type CorpusChanges,
  type CrossReference,
  type DefinedTerm,
  type DocumentFilter,
  type DocumentInfo,
  type FoundAmount,
  type FoundDate,
  type FoundList,
  type FoundRange,
  type GrepRequest,
  type GrepResult,
  joinLabels,
  type KeptCorpus,
  type Label,
  type LinkList,
  type LinkRequest,
  type MessageHeaders,
  type Omitted,
  type Origin,
  type OutlineEntry,
  type Partition,
  type Passage,
  type ReadResult,
  type ReadStructure,
  type SearchRequest,
  type SelectedDocuments,
  type SimilarList,
  type SimilarRequest,
  type Skipped,
  type SourceState,
  type StructureRead,
  type SymbolList,
  type SymbolRequest,
  type TableInfo,
  type TableRows,
  type TextSource,
  WritError,
} from '@writ/contract'
import { MOST_SOURCE_BYTES } from './limits.ts'
import { partitionId, partitionKey } from './partition-key.ts'
import { readSnapped } from './snapped-read.ts'
import { type StoredDocument, StoredPartition } from './stored-partition.ts'
import type { Ingested, LoadedPartition } from './worker-calls.ts'
import type { WorkerLink } from './worker-link.ts'

/** What a store is made of. It owns the link and the scratch directory, and ends both when it is closed. */
export interface StoreParts {
  readonly link: WorkerLink
  readonly scratch: string
  readonly ingested: Ingested
  /** Purposes and owner of texts added later. */
  readonly purposes: readonly string[]
  readonly owner: string
  readonly onClose: (store: PackStore) => void
}

/** External memory over packs on this machine. Here documents are found and read; the worker searches. */
export class PackStore implements KeptCorpus {
  readonly changes: CorpusChanges | null
  readonly omitted: readonly Omitted[]
  readonly skipped: Skipped
  readonly #parts: StoreParts
  readonly #partitions = new Map<string, StoredPartition>()
  /** Source of partitions as they were opened. */
  readonly #sources = new Map<string, SourceState>()
  /** Partitions whose source has been read whole since. */
  readonly #structured = new Set<string>()
  #closed: Promise<void> | undefined

  private constructor(parts: StoreParts) {
    this.#parts = parts
    this.changes = parts.ingested.changes ?? null
    this.omitted = parts.ingested.omitted
    this.skipped = parts.ingested.skipped
  }

  static async open(parts: StoreParts): Promise<PackStore> {
    const store = new PackStore(parts)
    try {
      for (const loaded of parts.ingested.partitions) {
        await store.#include(loaded)
        store.#sources.set(loaded.partition.id, loaded.source)
      }
    } catch (error) {
      await store.close()
      throw error
    }
    return store
  }

  get partitions(): readonly Partition[] {
    return [...this.#partitions.values()].map(({ partition }) => partition)
  }

  locate(doc: string): DocumentInfo | undefined {
    for (const partition of this.#partitions.values()) {
      const found = partition.locate(doc)
      if (found !== undefined) return found.info
    }
    return undefined
  }

  documents(partition: string): readonly DocumentInfo[] {
    return this.#partition(partition).documents()
  }

  firstDocuments(partition: string, most: number): readonly DocumentInfo[] {
    return this.#partition(partition).documents(most)
  }

  select(partition: string, filter: DocumentFilter, signal?: AbortSignal): Promise<SelectedDocuments> {
    return this.#parts.link.call('select', { partition, filter }, { signal })
  }

  search(partition: string, search: SearchRequest, signal?: AbortSignal): Promise<readonly Passage[]> {
    return this.#parts.link.call('search', { partition, search }, { signal })
  }

  grep(partition: string, grep: GrepRequest, signal?: AbortSignal): Promise<GrepResult> {
    return this.#parts.link.call('grep', { partition, grep }, { signal })
  }

  async read(doc: string, start: number, end: number): Promise<ReadResult> {
    const { layout, file } = this.#find(doc)
    return { doc, ...(await readSnapped(file, layout, start, end)) }
  }

  async outline(doc: string): Promise<readonly OutlineEntry[]> {
    return this.#parts.link.call('outline', { partition: this.#find(doc).info.partition, doc })
  }

  dates(doc: string, range: FoundRange): Promise<FoundList<FoundDate>> {
    return this.#parts.link.call('dates', { partition: this.#find(doc).info.partition, doc, range })
  }

  amounts(doc: string, range: FoundRange): Promise<FoundList<FoundAmount>> {
    return this.#parts.link.call('amounts', { partition: this.#find(doc).info.partition, doc, range })
  }

  similar(partition: string, similar: SimilarRequest, signal?: AbortSignal): Promise<SimilarList> {
    const { to } = similar
    const of = 'doc' in to ? this.#find(to.doc).info.partition : null
    return this.#parts.link.call('similar', { partition, of, similar }, { signal })
  }

  async references(doc: string): Promise<readonly (DefinedTerm | CrossReference)[]> {
    return this.#parts.link.call('references', { partition: this.#find(doc).info.partition, doc })
  }

  messages(partition: string): Promise<readonly MessageHeaders[]> {
    return this.#parts.link.call('messages', { partition })
  }

  tables(partition: string): readonly TableInfo[] {
    return this.#partitions.get(partition)?.tables() ?? []
  }

  tableRows({ partition, name }: TableInfo, from: number): Promise<TableRows> {
    return this.#parts.link.call('tableRows', { partition, name, from })
  }

  rowsAt(
    { partition, name }: TableInfo,
    spans: readonly { readonly start: number; readonly end: number }[],
  ): Promise<readonly boolean[]> {
    return this.#parts.link.call('rowsAt', { partition, name, spans })
  }

  async symbols(scope: CodeScope, asked: SymbolRequest, signal?: AbortSignal): Promise<SymbolList> {
    const symbols = await this.#parts.link.call('symbols', { scope, asked }, { signal })
    this.#wasLookedAt(scope)
    return symbols
  }

  async links(scope: CodeScope, asked: LinkRequest, signal?: AbortSignal): Promise<LinkList> {
    const links = await this.#parts.link.call('links', { scope, asked }, { signal })
    this.#wasLookedAt(scope)
    return links
  }

  get source(): SourceState {
    const all = [...this.#sources.values()]
    return { ...total(all), left: this.unstructured() }
  }

  unstructured(): Amounts {
    const unread = [...this.#sources].filter(([partition]) => !this.#structured.has(partition))
    return total(unread.map(([, { left }]) => left))
  }

  async readStructure({ signal, onProgress }: ReadStructure = {}): Promise<StructureRead> {
    const read = await this.#parts.link.call('readStructure', null, { signal, onProgress })
    for (const partition of this.#sources.keys()) this.#structured.add(partition)
    return read
  }

  /** All source of a partition was read with the first question, as far as it is looked at together. */
  #wasLookedAt({ partitions }: CodeScope): void {
    for (const partition of partitions)
      if ((this.#sources.get(partition)?.bytes ?? 0) <= MOST_SOURCE_BYTES) this.#structured.add(partition)
  }

  async origin(doc: string, start: number, end: number): Promise<Origin | undefined> {
    const { info, layout } = this.#find(doc)
    if (layout.extract === undefined) return undefined
    return await this.#parts.link.call('origin', { partition: info.partition, doc, start, end })
  }

  async addTexts(collection: string, texts: readonly TextSource[], label: Label): Promise<Partition> {
    const joined = texts.reduce((sum, text) => (text.label ? joinLabels(sum, text.label) : sum), label)
    const key = partitionKey(collection, joined, this.#parts.purposes, this.#parts.owner)
    this.#requireNew(partitionId(key), collection, texts)
    const { scratch, link } = this.#parts
    const places = { packs: scratch, indexes: scratch, scratch, durable: false }
    const plain = texts.map(({ id, text }) => ({ id, text }))
    return this.#include(await link.call('addTexts', { places, key, texts: plain }))
  }

  close(): Promise<void> {
    this.#closed ??= this.#end()
    return this.#closed
  }

  async #end(): Promise<void> {
    await this.#parts.link.close()
    await Promise.all([...this.#partitions.values()].map((partition) => partition.close()))
    await rm(this.#parts.scratch, { recursive: true, force: true })
    this.#parts.onClose(this)
  }

  async #include(loaded: LoadedPartition): Promise<Partition> {
    const partition = await StoredPartition.open(loaded)
    this.#partitions.set(partition.partition.id, partition)
    return partition.partition
  }

  #partition(id: string): StoredPartition {
    const found = this.#partitions.get(id)
    if (found === undefined) throw new WritError('BAD_REQUEST', `this store has no partition ${id}`)
    return found
  }

  #find(doc: string): StoredDocument {
    for (const partition of this.#partitions.values()) {
      const found = partition.locate(doc)
      if (found !== undefined) return found
    }
    throw new WritError('UNKNOWN_DOCUMENT', `no document ${JSON.stringify(doc)}`)
  }

  #requireNew(partition: string, collection: string, texts: readonly TextSource[]): void {
    const ids = texts.map(({ id }) => id)
    const taken = ids.find((id, at) => id === '' || this.locate(id) !== undefined || ids.indexOf(id) !== at)
    if (taken !== undefined)
      throw new WritError('BAD_REQUEST', `the id ${JSON.stringify(taken)} is empty or names another document`)
    if (this.#partitions.has(partition))
      throw new WritError(
        'BAD_REQUEST',
        `the collection ${JSON.stringify(collection)} already holds texts so labelled`,
      )
  }
}

function total(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce((sum, { files, bytes }) => ({ files: sum.files + files, bytes: sum.bytes + bytes }), {
    files: 0,
    bytes: 0,
  })
}
