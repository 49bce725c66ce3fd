import type { OutlineEntry } from '@writ/contract'
import { documentAt } from './document-at.ts'
import type { OpenPack } from './pack-directory.ts'

/** The outline of a document as ingestion recorded it. */
export function readOutline({ pack, index }: OpenPack, doc: string): OutlineEntry[] {
  const layout = documentAt(pack, doc)
  const rows: unknown[] = index
    .prepare('SELECT kind, title, depth, start, "end" FROM outline WHERE doc = ? ORDER BY n')
    .all(pack.numberOf(doc) ?? 0)
  return (rows as OutlineEntry[]).map(({ kind, title, depth, start, end }) => ({
    kind,
    title,
    depth,
    start: pack.fileOffset(layout, start),
    end: pack.fileOffset(layout, end),
  }))
}
