import { defined } from '@writ/contract'
import { changesOf } from './corpus-changes.ts'
import { withRevisions } from './git/revisions.ts'
import { byPartition, counter, empty, type Ways } from './ingestion.ts'
import { readFiles, writeFiles } from './kept-files.ts'
import { openPartition } from './loaded-partition.ts'
import { PackDirectory } from './pack-directory.ts'
import { type PartitionKey, partitionId } from './partition-key.ts'
import { PartitionUpdate } from './partition-update.ts'
import { type Selection, select } from './selection.ts'
import { WorkDirectory } from './work-directory.ts'
import type { WorkerCalls } from './worker-calls.ts'

type Request = WorkerCalls['ingestKept']['request']

/**
 * Brings a kept corpus up to date, or makes it: files that are as they were are not read again, and their documents stay where
 * they are. Throws `EMPTY_CORPUS` when nothing is left.
 */
export async function ingestKept(request: Request, ways: Ways): Promise<WorkerCalls['ingestKept']['result']> {
  return await withRevisions(request, (wanted, revisions) =>
    bringUpToDate(request, select(wanted, revisions), ways),
  )
}

async function bringUpToDate(
  request: Request,
  { candidates, omitted, skipped }: Selection,
  { keep, report, parse }: Ways,
): Promise<WorkerCalls['ingestKept']['result']> {
  const directory = new PackDirectory(request.places)
  const work = new WorkDirectory(request.work, request.base?.files ?? null, directory)
  const files = readFiles(request.base?.files)
  const ids = candidates.map(({ id }) => id)
  const beforeOf = (key: PartitionKey): string | undefined =>
    request.base?.partitions.find((one) => partitionId(one.key) === partitionId(key))?.packSha256
  const partitions = byPartition(candidates, request).map(({ key, members }) => {
    const hash = beforeOf(key)
    return new PartitionUpdate({ request, key, hash, directory, work, files, parse, ids }, members)
  })
  const total = partitions.reduce((sum, partition) => sum + partition.bytesToDo, 0)
  const tell = counter(report, total)
  const kept: { readonly key: PartitionKey; readonly hash: string }[] = []
  try {
    for (const partition of partitions) {
      const hash = await partition.finish(tell.advance)
      if (hash !== undefined) kept.push({ key: partition.key, hash })
    }
  } finally {
    for (const partition of partitions) partition.close()
  }
  const records = partitions.flatMap((partition) => [...partition.records])
  omitted.push(...records.flatMap((record) => record.omitted))
  omitted.sort((a, b) => (a.doc < b.doc ? -1 : 1))
  if (kept.length === 0) throw empty(omitted, skipped)
  writeFiles(request.files, records)
  const opened = kept.map(({ key, hash }) => {
    const before = beforeOf(key)
    return openPartition({ directory, keep }, key, hash, defined({ before }))
  })
  tell.end()
  const same = new Set(partitions.flatMap((partition) => [...partition.same]))
  const changes = request.base?.files === undefined ? null : changesOf(files.values(), records, same)
  return { partitions: opened, omitted, skipped, changes }
}
