import {
  type AskedFilter,
  type ContextStore,
  type Dated,
  type DocumentInfo,
  type DocumentListing,
  defined,
  type FoundInDocument,
  type FoundList,
  type FoundRange,
  foundIn,
  type GrepResult,
  type Partition,
  type Passage,
  type ReadResult,
  type Span,
  type Steps,
  type Surrounding,
  WritError,
} from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import type { ContextStep } from './context-step.ts'
import { dated, filtered, filtering, labelled, undatedIn } from './filtered-documents.ts'

/** Passages a search gives when none is asked for, and the most it may be asked for. */
const DEFAULT_PASSAGES = 10
const MOST_PASSAGES = 1_000
/** Matches a pattern gives when no limit is asked for, and the most it may be asked for. */
const DEFAULT_MATCHES = 200
const MOST_MATCHES = 100_000
/** Titles shown before anything was read. */
const OVERVIEW_SAMPLE = 20

type Store = ContextStore

/** Documents of the frame's scope, by name. */
export function docsStep(
  store: Store,
  lane: FrameState,
  request: Steps['context.docs']['request'],
): ContextStep<Dated<DocumentListing>> {
  const { match, where } = request
  const words = comparable(match ?? '').split(/\s+/)
  return {
    kind: 'context.search',
    op: 'docs',
    input: request,
    // A listing goes over all that the frame may ask for, as verifiers hold it to, whatever it leaves out.
    needs: () => lane.scope.partitions,
    effect: async (allowed, signal) => {
      const parts = await filtered(store, lane, allowed, where, undefined, signal)
      const listed = parts.flatMap(({ partition, docs }) => {
        const wanted = docs && new Set(docs)
        return store
          .documents(partition.id)
          .filter(({ id }) => wanted?.has(id) !== false)
          .map((info) => ({ ...info, label: partition.label }))
      })
      const matching = match === undefined ? listed : listed.filter((doc) => named(doc, words))
      return dated(matching.sort(byId).slice(0, request.limit ?? matching.length), parts, where)
    },
  }
}

/** What a frame is told of its corpus at the start: only partitions that would not raise the level of its label. */
export function overviewStep(
  store: Store,
  lane: FrameState,
  partitions: readonly Partition[],
): ContextStep<{ documents: number; bytes: number; sample: readonly string[] }> {
  return {
    kind: 'context.search',
    op: 'overview',
    input: {},
    needs: () => partitions,
    effect: (allowed) => {
      const scoped = lane.scope.docs !== null
      // Where the scope has all of a partition, what is known of it as a whole will do.
      const first = allowed.flatMap(({ id }) =>
        scoped ? inScope(lane, store.documents(id)) : store.firstDocuments(id, OVERVIEW_SAMPLE),
      )
      const counted = scoped ? first : allowed
      return Promise.resolve({
        documents: scoped ? first.length : allowed.reduce((sum, { documents }) => sum + documents, 0),
        bytes: counted.reduce((sum, { bytes }) => sum + bytes, 0),
        sample: first
          .sort(byId)
          .slice(0, OVERVIEW_SAMPLE)
          .map((doc) => doc.id),
      })
    },
  }
}

/** Ranked passages; those of several partitions are merged by rank, since their scores do not compare. */
export function searchStep(
  store: Store,
  lane: FrameState,
  request: Steps['context.search']['request'],
): ContextStep<Dated<Passage>> {
  const { query, docs, where } = request
  const k = Math.min(request.k ?? DEFAULT_PASSAGES, MOST_PASSAGES)
  return {
    kind: 'context.search',
    op: 'search',
    input: request,
    needs: () => scopedPartitions(store, lane, docs, where),
    effect: async (allowed, signal) => {
      const parts = await filtered(store, lane, allowed, where, docs, signal)
      const found = await Promise.all(
        parts.map(({ partition, docs: within }) =>
          store.search(partition.id, { query, k, ...defined({ docs: within }) }, signal),
        ),
      )
      const best = found
        .flat()
        .sort((a, b) => a.rank - b.rank || byPlace(a, b))
        .slice(0, k)
        .map((passage, index) => ({ ...passage, rank: index + 1 }))
      return dated(best, parts, where)
    },
    ...searching(docs),
    ...filtering(where, docs),
    handed: foundIn,
  }
}

/** Matches of a linear-time pattern, sorted by document and offset. */
export function grepStep(
  store: Store,
  lane: FrameState,
  request: Steps['context.grep']['request'],
): ContextStep<GrepResult> {
  const { pattern, ignoreCase = false, before = 0, after = 0, docs, where } = request
  const limit = Math.min(request.limit ?? DEFAULT_MATCHES, MOST_MATCHES)
  return {
    kind: 'context.search',
    op: 'grep',
    input: request,
    needs: () => scopedPartitions(store, lane, docs, where),
    effect: async (allowed, signal) => {
      const parts = await filtered(store, lane, allowed, where, docs, signal)
      const asked = { pattern, ignoreCase, before, after, limit }
      const found = await Promise.all(
        parts.map(({ partition, docs: within }) =>
          store.grep(partition.id, { ...asked, ...defined({ docs: within }) }, signal),
        ),
      )
      const matches = found.flatMap((result) => result.matches).sort(byPlace)
      return {
        matches: matches.slice(0, limit),
        truncated: matches.length > limit || found.some((result) => result.truncated),
        ...undatedIn(parts, where),
      }
    },
    ...searching(docs),
    ...filtering(where, docs),
    handed: (result) => result.matches,
  }
}

export function outlineStep(
  store: Store,
  lane: FrameState,
  request: Steps['context.outline']['request'],
): ContextStep<Steps['context.outline']['result']> {
  return {
    kind: 'context.search',
    op: 'outline',
    input: request,
    named: [request.doc],
    needs: () => [partitionOf(lane, document(store, lane, request.doc))],
    effect: () => store.outline(request.doc),
  }
}

export function readStep(
  store: Store,
  lane: FrameState,
  request: Steps['context.read']['request'],
): ContextStep<ReadResult> {
  return {
    kind: 'context.read',
    op: 'read',
    input: request,
    named: [request.doc],
    needs: () => [partitionOf(lane, document(store, lane, request.doc))],
    effect: () => {
      const { bytes } = document(store, lane, request.doc)
      return store.read(request.doc, request.start ?? 0, Math.min(request.end ?? bytes, bytes))
    },
    handed: (result) => [result],
  }
}

/** Finds given where no limit is asked for, and the most it may be asked for. */
const DEFAULT_FOUND = 1_000
const MOST_FOUND = 10_000

/** Dates or amounts of a document. Their sentences are handed over with them. */
export function foundStep<T extends Span & { readonly sentence: Surrounding }>(
  store: Store,
  lane: FrameState,
  request: FoundInDocument,
  op: string,
  find: (range: FoundRange) => Promise<FoundList<T>>,
): ContextStep<FoundList<T>> {
  const { doc, start = 0, limit = DEFAULT_FOUND } = request
  return {
    kind: 'context.search',
    op,
    input: request,
    named: [doc],
    needs: () => [partitionOf(lane, document(store, lane, doc))],
    effect: () => find({ start, limit: Math.min(limit, MOST_FOUND) }),
    searches: true,
    handed: ({ found }) =>
      found.flatMap((one) => [one, { doc, start: one.sentence.start, end: one.sentence.end }]),
  }
}

/** The document, if the frame's scope has it. What is outside the scope does not exist for the frame. */
export function document(store: Store, lane: Pick<FrameState, 'scope'>, id: string): DocumentInfo {
  const info = store.locate(id)
  const visible =
    info !== undefined && lane.scope.partitions.some((partition) => partition.id === info.partition)
  if (!visible || (lane.scope.docs !== null && !lane.scope.docs.has(id)))
    throw new WritError('UNKNOWN_DOCUMENT', `There is no document "${id}" in this frame's corpus.`)
  return info
}

export function partitionOf(lane: FrameState, info: DocumentInfo): Partition {
  const partition = lane.scope.partitions.find((candidate) => candidate.id === info.partition)
  if (partition === undefined) throw new WritError('INTERNAL', `Document ${info.id} has no partition.`)
  return partition
}

function scopedPartitions(
  store: Store,
  lane: FrameState,
  docs: readonly string[] | undefined,
  where: AskedFilter | undefined,
): readonly Partition[] {
  if (docs === undefined) return labelled(lane.scope.partitions, where)
  const wanted = new Set(docs.map((id) => document(store, lane, id).partition))
  return lane.scope.partitions.filter((partition) => wanted.has(partition.id))
}

/** The documents to restrict a partition's search to: those asked for, within the frame's scope. */
export function only(
  store: Store,
  lane: FrameState,
  partition: Partition,
  asked: readonly string[] | undefined,
): { docs: readonly string[] } | Record<string, never> {
  const { docs } = lane.scope
  if (asked !== undefined) return { docs: asked.filter((id) => store.locate(id)?.partition === partition.id) }
  if (docs === null) return {}
  return { docs: [...docs].filter((id) => store.locate(id)?.partition === partition.id) }
}

/** The documents of a partition that the frame's scope has. */
function inScope(lane: FrameState, docs: readonly DocumentInfo[]): readonly DocumentInfo[] {
  const { docs: scoped } = lane.scope
  return scoped === null ? docs : docs.filter((doc) => scoped.has(doc.id))
}

/** A step that goes over texts: all of the scope's, or those of the documents it names. */
function searching(docs: readonly string[] | undefined): Pick<ContextStep<unknown>, 'searches' | 'named'> {
  return docs === undefined ? { searches: true } : { searches: true, named: docs }
}

/** Whether each of the words is in the name or the title of a document. */
function named({ id, title }: DocumentInfo, words: readonly string[]): boolean {
  const names = comparable(`${id}\n${title}`)
  return words.every((word) => names.includes(word))
}

/** Of a name in another normal form (a file system's) the letters are the same. */
function comparable(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

function byPlace(a: Span, b: Span): number {
  return a.doc < b.doc ? -1 : a.doc > b.doc ? 1 : a.start - b.start
}
