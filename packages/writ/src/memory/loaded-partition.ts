import type { Amounts } from '@writ/contract'
import type { Advance } from './index-file.ts'
import type { OpenPack, PackDirectory } from './pack-directory.ts'
import { type PartitionKey, partitionId } from './partition-key.ts'
import type { LoadedPartition } from './worker-calls.ts'

/** Keeps an opened pack under the id of its partition. */
export type Keep = (partition: string, open: OpenPack) => void

export interface OpenWays {
  readonly advance?: Advance
  /** The state that the partition had, of which the structure of source is taken over. */
  readonly before?: string
  /** Its source, where that was counted before. */
  readonly counted?: Amounts
}

/** Opens the state of a partition that has a hash, keeps it, and says what the main thread needs to know of it. */
export function openPartition(
  { directory, keep }: { readonly directory: PackDirectory; readonly keep: Keep },
  key: PartitionKey,
  hash: string,
  { advance, before, counted }: OpenWays = {},
): LoadedPartition {
  const open = directory.open(hash, advance, counted)
  if (before !== undefined) open.code.takeOver(directory.codePath(before))
  keep(partitionId(key), open)
  return describe(key, open, directory)
}

/** What the main thread needs to know of an opened pack under a partition's key. */
function describe(
  key: PartitionKey,
  { sha256, pack, table, code }: OpenPack,
  directory: PackDirectory,
): LoadedPartition {
  const partition = { id: partitionId(key), ...key, ...table.totals(), packSha256: sha256 }
  const parts = pack.parts.map(({ pack: of, file, gone }) => {
    return { pack: file.path, index: directory.indexPath(of), gone }
  })
  return { partition, parts, source: code.state }
}
