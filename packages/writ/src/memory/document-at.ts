import { WritError } from '@writ/contract'
import type { PackedDocument } from './pack-layout.ts'
import type { PackSet } from './pack-set.ts'

/** A document of a pack by its id. Throws `UNKNOWN_DOCUMENT`. */
export function documentAt(pack: PackSet, id: string): PackedDocument {
  const layout = pack.byId(id)
  if (layout === undefined) throw new WritError('UNKNOWN_DOCUMENT', `no document ${JSON.stringify(id)}`)
  return layout
}
