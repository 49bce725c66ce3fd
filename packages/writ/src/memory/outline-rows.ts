import { type OutlineEntry, WritError } from '@writ/contract'
import type { OpenPack } from './pack-directory.ts'

/** The outline of a document as ingestion recorded it. */
export function readOutline({ pack, index }: OpenPack, doc: string): OutlineEntry[] {
  const n = pack.numberOf(doc)
  const layout = n === undefined ? undefined : pack.byNumber(n)
  if (n === undefined || layout === undefined)
    throw new WritError('UNKNOWN_DOCUMENT', `no document ${JSON.stringify(doc)}`)
  const rows: unknown[] = index
    .prepare('SELECT kind, title, depth, start, "end" FROM outline WHERE doc = ? ORDER BY n')
    .all(n)
  return (rows as OutlineEntry[]).map(({ kind, title, depth, start, end }) => ({
    kind,
    title,
    depth,
    start: pack.fileOffset(layout, start),
    end: pack.fileOffset(layout, end),
  }))
}
