import { defined, type IngestProgress, type Omitted, WritError } from '@writ/contract'
import { CODE_VERSION } from './code/code-path.ts'
import { withRevisions } from './git/revisions.ts'
import { MAX_PARTITION_KEY_BYTES, MAX_PARTITIONS, PROGRESS_INTERVAL_MS } from './limits.ts'
import { type Keep, openPartition } from './loaded-partition.ts'
import { PackDirectory } from './pack-directory.ts'
import { type Parse, parseFiles } from './parse-files.ts'
import { type PartitionKey, partitionId, partitionKey } from './partition-key.ts'
import { type Candidate, type Selection, select } from './selection.ts'
import type { LoadedPartition, WorkerCalls } from './worker-calls.ts'

/** Selects, parses, packs and indexes what a request asks for. Throws `EMPTY_CORPUS` when nothing is left. */
export async function ingest(
  request: WorkerCalls['ingest']['request'],
  ways: Ways,
): Promise<WorkerCalls['ingest']['result']> {
  return await withRevisions(request, (wanted, revisions) =>
    bringIn(request, select(wanted, revisions), ways),
  )
}

/** What an ingestion is given beside what it is asked for. */
export interface Ways {
  readonly keep: Keep
  readonly report: (progress: IngestProgress) => void
  readonly parse: Parse
}

async function bringIn(
  request: WorkerCalls['ingest']['request'],
  { candidates: selected, omitted, skipped }: Selection,
  { keep, report, parse }: Ways,
): Promise<WorkerCalls['ingest']['result']> {
  const { candidates, remove } = request.parses
    ? await parseFiles(selected, omitted, request.places.scratch, parse)
    : { candidates: selected, remove: () => {} }
  const directory = new PackDirectory(request.places)
  const packs = [...byPartition(candidates, request)].flatMap(({ key, members }) => {
    const hash = directory.put(members, omitted)
    return hash === undefined ? [] : [{ key, hash }]
  })
  remove()
  omitted.sort((a, b) => (a.doc < b.doc ? -1 : 1))
  if (packs.length === 0) throw empty(omitted, skipped)
  const tell = counter(report)
  const partitions = packs.map(({ key, hash }) =>
    openPartition({ directory, keep }, key, hash, { advance: tell.advance }),
  )
  tell.end()
  return { partitions, omitted, skipped }
}

/** Opens the partitions of a kept corpus. Throws `UNKNOWN_CORPUS` when one of its packs is gone. */
export function load(request: WorkerCalls['load']['request'], keep: Keep): LoadedPartition[] {
  const directory = new PackDirectory(request.places)
  return request.partitions.map(({ key, packSha256, source }) => {
    const ways = source?.version === CODE_VERSION ? { counted: source } : {}
    return openPartition({ directory, keep }, key, packSha256, ways)
  })
}

interface Group {
  readonly key: PartitionKey
  readonly members: Candidate[]
}

/** Candidates by partition, in order of partition id. */
export function byPartition(
  candidates: readonly Candidate[],
  {
    collection,
    purposes,
    owner,
  }: Pick<WorkerCalls['ingest']['request'], 'collection' | 'purposes' | 'owner'>,
): Group[] {
  const groups = new Map<string, Group>()
  for (const candidate of candidates) {
    const key = partitionKey(collection, candidate.label, purposes, owner)
    const id = partitionId(key)
    const group = groups.get(id) ?? { key, members: [] }
    groups.set(id, group)
    group.members.push(candidate)
  }
  requireListable([...groups.values()])
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}

/** Refuses a corpus of more labels than a run can list, before any of it is packed. */
function requireListable(groups: readonly Group[]): void {
  const bytes = groups.reduce((sum, { key: { label, purposes } }) => {
    return sum + Buffer.byteLength(JSON.stringify([label, purposes]))
  }, 0)
  if (groups.length <= MAX_PARTITIONS && bytes <= MAX_PARTITION_KEY_BYTES) return
  throw new WritError(
    'BAD_CONFIG',
    `this corpus has ${groups.length} different labels (${bytes} bytes); a run can list ${MAX_PARTITIONS} of them ` +
      `(${MAX_PARTITION_KEY_BYTES} bytes): use fewer labels, or split the corpus`,
  )
}

export function empty(omitted: readonly Omitted[], skipped: Readonly<Record<string, number>>): WritError {
  const reasons = new Map<string, number>()
  for (const { reason } of omitted) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  const counts = [
    ...[...reasons].map(([reason, times]) => `${times} left out (${reason})`),
    ...Object.entries(skipped).map(([reason, times]) => `${times} skipped (${reason})`),
  ]
  const why = counts.length > 0 ? counts.join(', ') : 'there was nothing to read'
  return new WritError('EMPTY_CORPUS', `no document to ask about: ${why}`, { data: { omitted, skipped } })
}

/** Counts what has become searchable, and tells of it now and then, and at the end what was not told before. */
export function counter(report: (progress: IngestProgress) => void, totalBytes?: number) {
  let documents = 0
  let bytes = 0
  let last = performance.now()
  let told: string | undefined
  const tell = (): void => {
    const counted = `${documents} ${bytes}`
    if (counted !== told) report({ documents, bytes, ...defined({ totalBytes }) })
    told = counted
  }
  return {
    advance: (moreDocuments: number, moreBytes: number): void => {
      documents += moreDocuments
      bytes += moreBytes
      const now = performance.now()
      if (now - last < PROGRESS_INTERVAL_MS) return
      last = now
      tell()
    },
    end: (): void => tell(),
  }
}
