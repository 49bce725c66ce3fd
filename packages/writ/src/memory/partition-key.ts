import { createHash } from 'node:crypto'
import type { Label, Partition } from '@writ/contract'

/** What makes documents one partition. */
export type PartitionKey = Pick<Partition, 'collection' | 'label' | 'purposes' | 'owner'>

/** The opaque id of a partition: 64 bits of a digest of its key. */
export function partitionId({ collection, label, purposes, owner }: PartitionKey): string {
  // Keys in canonical (alphabetical) order.
  const canonical = JSON.stringify({
    categories: label.categories,
    collection,
    level: label.level,
    owner,
    purposes,
    trusted: !label.untrusted,
  })
  return createHash('sha256').update(`${canonical}partition`).digest('hex').slice(0, 16)
}

/** The key with everything that is a set sorted and without duplicates. */
export function partitionKey(
  collection: string,
  value: Label,
  purposes: readonly string[],
  owner: string,
): PartitionKey {
  const set = (names: readonly string[]): string[] => [...new Set(names)].sort()
  return {
    collection,
    label: { level: value.level, categories: set(value.categories), untrusted: value.untrusted },
    purposes: set(purposes),
    owner,
  }
}
