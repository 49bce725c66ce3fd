import type { DatabaseSync } from 'node:sqlite'
import type { Advance } from './index-file.ts'
import { mediaTypeOf } from './media-type.ts'
import type { OpenPack, PackDirectory } from './pack-directory.ts'
import { type PartitionKey, partitionId } from './partition-key.ts'
import { readTables } from './tables/kept-tables.ts'
import type { LoadedPartition } from './worker-calls.ts'

/** Keeps an opened pack under the id of its partition. */
export type Keep = (partition: string, open: OpenPack) => void

export interface OpenWays {
  readonly advance?: Advance
  /** The state that the partition had, of which the structure of source is taken over. */
  readonly before?: string
}

/** Opens the state of a partition that has a hash, keeps it, and says what the main thread needs to know of it. */
export function openPartition(
  { directory, keep }: { readonly directory: PackDirectory; readonly keep: Keep },
  key: PartitionKey,
  hash: string,
  { advance, before }: OpenWays = {},
): LoadedPartition {
  const open = directory.open(hash, advance)
  if (before !== undefined) open.code.takeOver(directory.codePath(before))
  keep(partitionId(key), open)
  return describe(key, open)
}

/** What the main thread needs to know of an opened pack under a partition's key. */
function describe(key: PartitionKey, { sha256, pack, index, code }: OpenPack): LoadedPartition {
  const id = partitionId(key)
  const known = documentRows(index)
  const documents = pack.documents.map((layout) => {
    const row = known.get(pack.numberOf(layout.id) ?? -1)
    const info = {
      id: layout.id,
      partition: id,
      title: row?.title ?? layout.id,
      mediaType: mediaTypeOf(layout.id),
      bytes: layout.original?.bytes ?? layout.bytes,
      ...(layout.original === undefined ? {} : { encoding: layout.original.encoding }),
      ...(layout.extract?.format === undefined ? {} : { format: layout.extract.format }),
      outlineSize: row?.outline_size ?? 0,
    }
    return { layout, info }
  })
  const bytes = documents.reduce((sum, { info }) => sum + info.bytes, 0)
  const partition = { id, ...key, documents: documents.length, bytes, packSha256: sha256 }
  const tables = readTables(index, (n) => pack.byNumber(n)?.id ?? '', id)
  return {
    partition,
    packPaths: pack.parts.map(({ file }) => file.path),
    documents,
    tables,
    source: code.state,
  }
}

interface DocumentRow {
  readonly n: number
  readonly title: string
  readonly outline_size: number
}

function documentRows(index: DatabaseSync): ReadonlyMap<number, DocumentRow> {
  const rows: unknown[] = index.prepare('SELECT n, title, outline_size FROM docs').all()
  return new Map((rows as DocumentRow[]).map((row) => [row.n, row]))
}
