import type {
  Amounts,
  CodeFacts,
  CodeRequest,
  CodeScope,
  CorpusChanges,
  CrossReference,
  DefinedTerm,
  DocumentFilter,
  ErrorCode,
  FoundAmount,
  FoundDate,
  FoundList,
  FoundRange,
  GrepRequest,
  GrepResult,
  IngestProgress,
  LinkList,
  LinkRequest,
  MessageHeaders,
  Omitted,
  Origin,
  OutlineEntry,
  Parsed,
  ParseRefusal,
  ParseRequest,
  Partition,
  Passage,
  SearchRequest,
  SelectedDocuments,
  SimilarList,
  SimilarRequest,
  Skipped,
  SourceState,
  StructureRead,
  SymbolList,
  SymbolRequest,
  TableRows,
  TextSource,
} from '@writ/contract'
import type { Places } from './pack-directory.ts'
import type { PartitionKey } from './partition-key.ts'
import type { Wanted } from './selection.ts'

/** A partition as the main thread keeps it: what it needs to answer `locate`, `documents`, `tables` and `read` alone. */
export interface LoadedPartition {
  readonly partition: Partition
  readonly parts: readonly LoadedPart[]
  readonly source: SourceState
}

/** Where a pack and its index are, and the numbers of its documents that count no more. */
export interface LoadedPart {
  readonly pack: string
  readonly index: string
  readonly gone: readonly number[]
}

export interface Ingested {
  readonly partitions: readonly LoadedPartition[]
  readonly omitted: readonly Omitted[]
  readonly skipped: Skipped
  readonly changes?: CorpusChanges | null
}

/** What the worker of a store can be asked, with what it gives back. */
export interface WorkerCalls {
  ingest: {
    request: {
      readonly places: Places
      readonly wanted: Wanted
      readonly collection: string
      readonly purposes: readonly string[]
      readonly owner: string
      /** Whether files that are no text can be parsed. */
      readonly parses: boolean
    }
    result: Ingested
  }
  /** Makes a kept corpus, or brings it up to date. */
  ingestKept: {
    request: WorkerCalls['ingest']['request'] & {
      /** The directory that this ingestion has for itself. */
      readonly work: string
      /** Where the list of its files is to be written. */
      readonly files: string
      /** The corpus as it is, and the list of the files it was made of. */
      readonly base?: { readonly partitions: readonly KeptPartition[]; readonly files?: string }
      readonly rehash: boolean
      readonly partBytes: number
    }
    result: Ingested
  }
  /** Opens partitions of a kept corpus. */
  load: {
    request: { readonly places: Places; readonly partitions: readonly KeptPartition[] }
    result: readonly LoadedPartition[]
  }
  addTexts: {
    request: { readonly places: Places; readonly key: PartitionKey; readonly texts: readonly TextSource[] }
    result: LoadedPartition
  }
  select: {
    request: { readonly partition: string; readonly filter: DocumentFilter }
    result: SelectedDocuments
  }
  search: {
    request: { readonly partition: string; readonly search: SearchRequest }
    result: readonly Passage[]
  }
  grep: { request: { readonly partition: string; readonly grep: GrepRequest }; result: GrepResult }
  outline: {
    request: { readonly partition: string; readonly doc: string }
    result: readonly OutlineEntry[]
  }
  dates: { request: FindRequest; result: FoundList<FoundDate> }
  amounts: { request: FindRequest; result: FoundList<FoundAmount> }
  similar: {
    /** `of` is the partition of the document that others are compared with. */
    request: { readonly partition: string; readonly of: string | null; readonly similar: SimilarRequest }
    result: SimilarList
  }
  references: {
    request: { readonly partition: string; readonly doc: string }
    result: readonly (DefinedTerm | CrossReference)[]
  }
  messages: { request: { readonly partition: string }; result: readonly MessageHeaders[] }
  tableRows: {
    request: { readonly partition: string; readonly name: string; readonly from: number }
    result: TableRows
  }
  rowsAt: {
    request: {
      readonly partition: string
      readonly name: string
      readonly spans: readonly { readonly start: number; readonly end: number }[]
    }
    result: readonly boolean[]
  }
  /** Reads the structure of all source that is open. */
  readStructure: { request: null; result: StructureRead }
  symbols: { request: { readonly scope: CodeScope; readonly asked: SymbolRequest }; result: SymbolList }
  links: { request: { readonly scope: CodeScope; readonly asked: LinkRequest }; result: LinkList }
  origin: {
    request: {
      readonly partition: string
      readonly doc: string
      readonly start: number
      readonly end: number
    }
    result: Origin | undefined
  }
}

/** What is found in the text of a document. */
interface FindRequest {
  readonly partition: string
  readonly doc: string
  readonly range: FoundRange
}

export type WorkerCall = keyof WorkerCalls

/** What a kept corpus remembers of a partition; the rest is in its pack. */
export interface KeptPartition {
  readonly key: PartitionKey
  readonly packSha256: string
  /** Its source, as the Writ counted it whose structure has that version; absent where nobody did. */
  readonly source?: (Amounts & { readonly version: number }) | undefined
}

export type ToWorker =
  | {
      [K in WorkerCall]: {
        readonly id: number
        readonly call: K
        readonly request: WorkerCalls[K]['request']
      }
    }[WorkerCall]
  /** Stop working on a call; nobody waits for its result any more. */
  | { readonly cancel: number }
  /** What a file that was to be parsed came to. */
  | { readonly parsed: number; readonly outcome: Parsed | CodeFacts | ParseRefusal }
  | { readonly parsed: number; readonly error: SentError }
  /** Stop everything, and forget the store: another comes. */
  | { readonly clear: true }

export type FromWorker =
  | { readonly id: number; readonly result: WorkerCalls[WorkerCall]['result'] }
  | { readonly id: number; readonly error: SentError }
  | { readonly id: number; readonly progress: IngestProgress }
  /** A file to be parsed. */
  | { readonly parse: number; readonly request: ParseRequest | CodeRequest }
  /** The store is forgotten, and nothing of it runs. */
  | { readonly cleared: true }

/** A `WritError` as it crosses between threads. */
export interface SentError {
  readonly code: ErrorCode
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}
