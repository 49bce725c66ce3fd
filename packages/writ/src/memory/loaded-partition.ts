import type { Advance } from './index-file.ts'
import { mediaTypeOf } from './media-type.ts'
import type { OpenPack, PackDirectory } from './pack-directory.ts'
import { type PartitionKey, partitionId } from './partition-key.ts'
import { readTables } from './tables/kept-tables.ts'
import type { LoadedPartition } from './worker-calls.ts'

/** Keeps an opened pack under the id of its partition. */
export type Keep = (partition: string, open: OpenPack) => void

/** Opens the state of a partition that has a hash, keeps it, and says what the main thread needs to know of it. */
export function openPartition(
  { directory, keep }: { readonly directory: PackDirectory; readonly keep: Keep },
  key: PartitionKey,
  hash: string,
  advance?: Advance,
): LoadedPartition {
  const open = directory.open(hash, advance)
  keep(partitionId(key), open)
  return describe(key, open)
}

/** What the main thread needs to know of an opened pack under a partition's key. */
function describe(key: PartitionKey, { sha256, pack, indexes }: OpenPack): LoadedPartition {
  const id = partitionId(key)
  const known = indexes.map((index) => index.documents())
  const documents = pack.documents.map((layout) => {
    const row = known[layout.part]?.[layout.n]
    const info = {
      id: layout.id,
      partition: id,
      title: row?.title ?? layout.id,
      mediaType: mediaTypeOf(layout.id),
      bytes: layout.original?.bytes ?? layout.bytes,
      ...(layout.original === undefined ? {} : { encoding: layout.original.encoding }),
      ...(layout.extract?.format === undefined ? {} : { format: layout.extract.format }),
      outlineSize: row?.outlineSize ?? 0,
    }
    return { layout, info }
  })
  const bytes = documents.reduce((sum, { info }) => sum + info.bytes, 0)
  const partition = { id, ...key, documents: documents.length, bytes, packSha256: sha256 }
  const tables = readTables({ pack, indexes }, id)
  return { partition, packPaths: pack.parts.map(({ file }) => file.path), documents, tables }
}
