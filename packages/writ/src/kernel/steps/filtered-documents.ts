import {
  type AskedFilter,
  asksForDates,
  type ContextStore,
  type Dated,
  type DocumentFilter,
  defined,
  type Label,
  type Partition,
  parseLabel,
} from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'

/** The documents of a partition that a step goes over, and how many it leaves out for want of a date. */
export interface Filtered {
  readonly partition: Partition
  /** Ids; all of the partition where it is absent. */
  readonly docs?: readonly string[]
  readonly undated: number
}

/** The partitions whose label a filter means. A document has the label of its partition. */
export function labelled(
  partitions: readonly Partition[],
  { label }: AskedFilter = {},
): readonly Partition[] {
  return label === undefined
    ? partitions
    : partitions.filter((partition) => label.some((text) => meets(partition.label, text)))
}

/** The same level, and every category that is named. */
function meets({ level, categories }: Label, text: string): boolean {
  const asked = parseLabel(text)
  return asked?.level === level && asked.categories.every((category) => categories.includes(category))
}

/** What of a filter is asked of the store; undefined where that is nothing. */
export function ofDocuments(where: AskedFilter = {}): DocumentFilter | undefined {
  const { label: _, ...filter } = where
  return Object.keys(filter).length === 0 ? undefined : filter
}

/**
 * What a step with a filter asks for. One that names labels and no documents needs only partitions of these: the frame's label rises
 * by nothing else, and what it may not read is told like what there is none of.
 */
export function filtering(
  where: AskedFilter | undefined,
  docs: readonly string[] | undefined,
): { readonly where?: AskedFilter; readonly labelled?: string } {
  const labels = docs === undefined ? where?.label?.join(' or ') : undefined
  return defined({ where, labelled: labels && `nothing labelled ${labels}` })
}

/** What a filter leaves of partitions that were granted, within the frame's scope and the documents asked for. */
export async function filtered(
  store: ContextStore,
  lane: FrameState,
  allowed: readonly Partition[],
  where: AskedFilter | undefined,
  asked: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<readonly Filtered[]> {
  const filter = ofDocuments(where)
  return await Promise.all(
    labelled(allowed, where).map(async (partition) => {
      const within = named(store, lane, partition, asked)
      if (filter === undefined) return { partition, ...defined({ docs: within }), undated: 0 }
      const { docs, undated } = await store.select(partition.id, filter, signal)
      if (within === undefined) {
        const isAll = docs.length === partition.documents
        return { partition, ...(isAll ? {} : { docs }), undated: undated.length }
      }
      const own = new Set(within)
      const isOwn = (id: string): boolean => own.has(id)
      return { partition, docs: docs.filter(isOwn), undated: undated.filter(isOwn).length }
    }),
  )
}

/** The documents of a partition that are asked for, or that the frame's scope has; undefined for all. */
function named(
  store: ContextStore,
  { scope }: FrameState,
  { id }: Partition,
  asked: readonly string[] | undefined,
): readonly string[] | undefined {
  const docs = asked ?? scope.docs
  return docs === null ? undefined : [...docs].filter((doc) => store.locate(doc)?.partition === id)
}

/** How many documents were left out for want of a date; undefined where none was asked for. */
export function undatedIn(
  parts: readonly Filtered[],
  where: AskedFilter | undefined,
): { readonly undated?: number } {
  if (where === undefined || !asksForDates(where)) return {}
  return { undated: parts.reduce((sum, { undated }) => sum + undated, 0) }
}

/** A list, with how many documents were left out of it for want of a date. */
export function dated<T>(
  found: readonly T[],
  parts: readonly Filtered[],
  where: AskedFilter | undefined,
): Dated<T> {
  const { undated } = undatedIn(parts, where)
  return undated === undefined ? found : { found, undated }
}
