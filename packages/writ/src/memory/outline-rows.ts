import type { OutlineEntry } from '@writ/contract'
import { documentAt } from './document-at.ts'
import type { OpenPack } from './pack-directory.ts'

/** The outline of a document as ingestion recorded it. */
export function readOutline(open: OpenPack, doc: string): OutlineEntry[] {
  const { pack, indexes } = open
  const { layout } = documentAt(open, doc)
  const index = indexes[layout.part]
  if (index === undefined) throw new Error(`there is no index of part ${layout.part}`)
  const rows: unknown[] = index.db
    .prepare('SELECT kind, title, depth, start, "end" FROM outline WHERE doc = ? ORDER BY n')
    .all(layout.n)
  return (rows as OutlineEntry[]).map(({ kind, title, depth, start, end }) => ({
    kind,
    title,
    depth,
    start: pack.fileOffset(layout, start),
    end: pack.fileOffset(layout, end),
  }))
}
