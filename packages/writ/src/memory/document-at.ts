import { WritError } from '@writ/contract'
import type { KnownDocument } from './document-table.ts'
import type { OpenPack } from './pack-directory.ts'

/** A document of a partition by its id. Throws `UNKNOWN_DOCUMENT`. */
export function documentAt({ table }: Pick<OpenPack, 'table'>, id: string): KnownDocument {
  const known = table.byId(id)
  if (known === undefined) throw new WritError('UNKNOWN_DOCUMENT', `no document ${JSON.stringify(id)}`)
  return known
}
