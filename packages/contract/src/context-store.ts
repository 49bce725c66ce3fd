import type { CodeScope, LinkList, LinkRequest, SymbolList, SymbolRequest } from './code.ts'
import type { Amounts } from './coverage.ts'
import type { DocumentFilter, SelectedDocuments } from './document-filter.ts'
import type { Label } from './label.ts'
import type { Origin } from './origin.ts'
import type { DocumentInfo, Partition } from './partition.ts'
import type { Span } from './span.ts'
import type {
  CrossReference,
  DefinedTerm,
  FoundAmount,
  FoundDate,
  FoundList,
  FoundRange,
  MessageHeaders,
  SimilarList,
  SimilarRequest,
} from './structure.ts'
import type { TableInfo, TableRows } from './table.ts'

/** A passage found by a search: a span of a document, its text, and its rank (1 is best). */
export interface Passage extends Span {
  readonly title: string
  readonly text: string
  readonly rank: number
}

export interface SearchRequest {
  readonly query: string
  /** Most passages to return. */
  readonly k: number
  /** Only these documents, when given. */
  readonly docs?: readonly string[]
}

export interface GrepRequest {
  /** A linear-time regular expression (Rust syntax). */
  readonly pattern: string
  readonly ignoreCase: boolean
  /** Lines of context around a match. */
  readonly before: number
  readonly after: number
  /** Most matches to return. */
  readonly limit: number
  readonly docs?: readonly string[]
}

/** One match of a pattern: the span of the matching line (or piece of a very long line) with its context lines. */
export interface GrepMatch extends Span {
  readonly line: number
  readonly text: string
  /** The matched substring. */
  readonly match: string
}

export interface GrepResult {
  /** Sorted by document, then offset. */
  readonly matches: readonly GrepMatch[]
  /** True when more matches exist than were returned. */
  readonly truncated: boolean
  /** Documents that were not looked into because they have no date, where dates were asked for. */
  readonly undated?: number
}

/** Text of a byte range, snapped outward to UTF-8 boundaries; the span says what was really read. */
export interface ReadResult extends Span {
  readonly text: string
}

export interface OutlineEntry {
  readonly kind: 'heading' | 'section' | 'page' | 'sheet'
  readonly title: string
  /** 1 is the outermost. */
  readonly depth: number
  readonly start: number
  readonly end: number
}

/**
 * A document that is not in the corpus as it was given, and why: `secret`, `binary`, `undecodable`, `unreadable`,
 * `too-large`, `changing`, `scan`, `encrypted`, `damaged`, `limits` and `unsafe-name` were left out; `masked` is there, with its secrets
 * overwritten, and so is `partly`, without what its reason names.
 */
export interface Omitted {
  readonly doc: string
  readonly code: string
  /** In plain words. */
  readonly reason: string
}

/** Whether nothing of the document is in the corpus. */
export function isLeftOut({ code }: Pick<Omitted, 'code'>): boolean {
  return code !== 'masked' && code !== 'partly'
}

/** What was passed over on purpose, counted by reason (`git`, `node_modules`, `home`, `ignored`, `symlink`). */
export type Skipped = Readonly<Record<string, number>>

/**
 * External memory as the kernel sees it. Every call names one partition, because a partition is the unit of decision;
 * the kernel merges. Implementations never decide access and never see a frame.
 */
export interface ContextStore {
  readonly partitions: readonly Partition[]
  readonly omitted: readonly Omitted[]
  readonly skipped: Skipped
  /** The partition a document is in, or undefined. */
  locate(doc: string): DocumentInfo | undefined
  /** Documents of one partition sorted by id. */
  documents(partition: string): readonly DocumentInfo[]
  /** The documents of one partition that a filter means. Rejects with `BAD_REQUEST` for a glob that is none. */
  select(partition: string, filter: DocumentFilter, signal?: AbortSignal): Promise<SelectedDocuments>
  /** The first of them: no more are read than that. */
  firstDocuments(partition: string, most: number): readonly DocumentInfo[]
  search(partition: string, request: SearchRequest, signal?: AbortSignal): Promise<readonly Passage[]>
  /** Rejects with `BAD_PATTERN` for a pattern the engine refuses. */
  grep(partition: string, request: GrepRequest, signal?: AbortSignal): Promise<GrepResult>
  /** Rejects with `BAD_SPAN` when the range is not inside the document. */
  read(doc: string, start: number, end: number): Promise<ReadResult>
  outline(doc: string): Promise<readonly OutlineEntry[]>
  /** Dates of a document, in order of place. */
  dates(doc: string, range: FoundRange): Promise<FoundList<FoundDate>>
  /** Amounts of money and shares of a document, in order of place. */
  amounts(doc: string, range: FoundRange): Promise<FoundList<FoundAmount>>
  /** Documents of a partition that are similar to a document of any, or to a text. */
  similar(partition: string, request: SimilarRequest, signal?: AbortSignal): Promise<SimilarList>
  /** Terms that a document defines, and its references to its own parts, in order of place. */
  references(doc: string): Promise<readonly (DefinedTerm | CrossReference)[]>
  /** What the messages of a partition say of their threads. */
  messages(partition: string): Promise<readonly MessageHeaders[]>
  /** Tables that were found in documents of one partition, in order of document and place. */
  tables(partition: string): readonly TableInfo[]
  /** Rows of a table from a place of its document on; 0 for the first. */
  tableRows(table: TableInfo, from: number): Promise<TableRows>
  /** Which of some spans are rows of a table. */
  rowsAt(table: TableInfo, spans: readonly Pick<Span, 'start' | 'end'>[]): Promise<readonly boolean[]>
  /** Symbols that source in a scope defines. What is outside the scope changes nothing in the list. */
  symbols(scope: CodeScope, request: SymbolRequest, signal?: AbortSignal): Promise<SymbolList>
  /** Source whose structure is not read yet: `symbols` and `links` would have to read it first. Nothing is known where it is absent. */
  unstructured?(): Amounts
  /** How symbols in a scope use each other. Rejects with `UNKNOWN_SYMBOL`. */
  links(scope: CodeScope, request: LinkRequest, signal?: AbortSignal): Promise<LinkList>
  /** Where bytes of a document stand in its original; undefined where its bytes are those of its file. */
  origin(doc: string, start: number, end: number): Promise<Origin | undefined>
  /** Adds texts that live as long as this store (a child frame's own context) and returns their partition. */
  addTexts(collection: string, texts: readonly TextSource[], label: Label): Promise<Partition>
  close(): Promise<void>
}

/** A text given directly instead of a path. */
export interface TextSource {
  readonly id: string
  readonly text: string
  readonly label?: Label
}

/** What to ingest. Paths are files or directories; globs are expanded by the caller. */
export interface IngestRequest {
  /** Named one by one: a file here is read even if its name says that it holds keys. */
  readonly paths: readonly string[]
  /** Paths nobody named one by one (a glob matched them, or a project file lists them). */
  readonly matched?: readonly string[]
  /** Globs of files to read although they hold secrets, relative to their root. */
  readonly includeSecret?: readonly string[]
  readonly texts: readonly TextSource[]
  /** Label of documents no rule names. */
  readonly defaultLabel: Label
  /** First matching glob (relative to its root) wins; rules that only raise come on top. */
  readonly labels: readonly LabelRule[]
  readonly collection: string
  readonly purposes: readonly string[]
  readonly owner: string
  /** Never entered, whatever it holds (the state directory). */
  readonly home: string
  /** Read every file again, whatever the file system says of it. */
  readonly rehash?: boolean
  /** States of partitions that runs were over; earlier ones of the corpus that are not among them are removed. */
  readonly inUse?: () => Promise<ReadonlySet<string>>
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: IngestProgress) => void
}

export interface LabelRule {
  readonly glob: string
  readonly label: Label
  /**
   * The rule of a source nobody vouches for: it decides nothing, its label is joined to what the other rules give. Of
   * such rules, too, the first that matches counts.
   */
  readonly raises?: boolean
}

export interface IngestProgress {
  readonly documents: number
  readonly bytes: number
  /** All that there is to do, where it is known. */
  readonly totalBytes?: number
}

/** Where corpora are kept: ingests sources, names the result, opens it again. */
export interface Library {
  /** Ingests for one run; content already packed is reused. Rejects with `EMPTY_CORPUS` when nothing is left. */
  open(request: IngestRequest): Promise<ContextStore>
  /**
   * Ingests and keeps the result under a name. What a corpus of that name has of files that are as they were is kept. Rejects
   * with `CORPUS_BUSY` while another ingests or removes the corpus.
   */
  ingest(name: string, request: IngestRequest): Promise<KeptCorpus>
  /** Opens a kept corpus. Rejects with `UNKNOWN_CORPUS`. */
  openNamed(name: string): Promise<ContextStore>
  /** Opens partitions as a run had them, from their packs. Rejects with `UNKNOWN_CORPUS` when one is gone. */
  reopen(partitions: readonly Partition[], omitted: readonly Omitted[]): Promise<ContextStore>
  list(): Promise<readonly CorpusSummary[]>
  /**
   * Forgets a name, and deletes the packs that neither another name nor anyone else uses (`inUse`, hashes of packs). Rejects
   * with `UNKNOWN_CORPUS`, and `CORPUS_BUSY`.
   */
  remove(name: string, inUse: ReadonlySet<string>): Promise<RemovedCorpus>
  close(): Promise<void>
}

/** What became of the documents of a corpus that was ingested again. */
export interface CorpusChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** How many are as they were. */
  readonly unchanged: number
}

/** A corpus that was just ingested under a name. */
export interface KeptCorpus extends ContextStore {
  /** Null for the first ingestion, and where nothing is known of the files of the last. */
  readonly changes: CorpusChanges | null
  /** Its source. */
  readonly source: SourceState
  /**
   * Reads the structure of source that is not read yet. What was read when it is cut short is kept. Rejects with
   * `CODE_UNAVAILABLE` where nothing can read it.
   */
  readStructure(options?: ReadStructure): Promise<StructureRead>
}

/** How much source there is, and of how much the structure is not read yet. Bytes are of texts. */
export interface SourceState extends Amounts {
  readonly left: Amounts
}

export interface ReadStructure {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: IngestProgress) => void
}

/** What became of the structure of a corpus. */
export interface StructureRead {
  /** What was read now. */
  readonly read: Amounts
  /** Source that has no structure although it was read, and why. */
  readonly without: readonly { readonly doc: string; readonly reason: string }[]
}

export interface CorpusSummary {
  readonly name: string
  readonly documents: number
  readonly bytes: number
  readonly partitions: number
  readonly ingestedAt: string
  /** When the name was first given; it has since been kept through every ingestion. */
  readonly firstIngestedAt: string
  /** Its source; absent where there is none, and where nothing is known of it. */
  readonly source?: SourceState
}

/** What became of a corpus that was removed. */
export interface RemovedCorpus {
  readonly name: string
  readonly documents: number
  readonly bytes: number
  /** Packs deleted, with their indexes, and the bytes that gave back. */
  readonly packsDeleted: number
  readonly bytesFreed: number
  /** Packs kept because others use them. */
  readonly packsKept: number
}
