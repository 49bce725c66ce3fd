import type { OutlineEntry } from '@writ/contract'
import { documentAt } from './document-at.ts'
import type { OpenPack } from './pack-directory.ts'
import { indexOf } from './pack-index.ts'

/** The outline of a document as ingestion recorded it. */
export function readOutline({ pack, indexes }: OpenPack, doc: string): OutlineEntry[] {
  const layout = documentAt(pack, doc)
  const rows: unknown[] = indexOf(indexes, layout)
    .db.prepare('SELECT kind, title, depth, start, "end" FROM outline WHERE doc = ? ORDER BY n')
    .all(layout.n)
  return (rows as OutlineEntry[]).map(({ kind, title, depth, start, end }) => ({
    kind,
    title,
    depth,
    start: pack.fileOffset(layout, start),
    end: pack.fileOffset(layout, end),
  }))
}
