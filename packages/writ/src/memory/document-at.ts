import { WritError } from '@writ/contract'
import type { PackFile } from './pack-file.ts'
import type { PackedDocument } from './pack-layout.ts'

/** A document of a pack by its id. Throws `UNKNOWN_DOCUMENT`. */
export function documentAt(pack: PackFile, id: string): PackedDocument {
  const n = pack.numberOf(id)
  const layout = n === undefined ? undefined : pack.documents[n]
  if (layout === undefined) throw new WritError('UNKNOWN_DOCUMENT', `no document ${JSON.stringify(id)}`)
  return layout
}
