import { WritError } from '@writ/contract'
import type { PackedDocument } from './pack-layout.ts'
import type { PackSet } from './pack-set.ts'

/** A document of a pack by its id. Throws `UNKNOWN_DOCUMENT`. */
export function documentAt(pack: PackSet, id: string): PackedDocument {
  const n = pack.numberOf(id)
  const layout = n === undefined ? undefined : pack.byNumber(n)
  if (layout === undefined) throw new WritError('UNKNOWN_DOCUMENT', `no document ${JSON.stringify(id)}`)
  return layout
}
