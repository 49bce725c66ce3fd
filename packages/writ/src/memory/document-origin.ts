import type { Origin } from '@writ/contract'
import { documentAt } from './document-at.ts'
import type { OpenPack } from './pack-directory.ts'
import { placeOf } from './place-of.ts'

/** Where bytes of a document stand in its original; undefined where its bytes are those of its file. */
export function documentOrigin(open: OpenPack, doc: string, start: number, end: number): Origin | undefined {
  const { pack } = open
  const { layout } = documentAt(open, doc)
  const { extract } = layout
  if (extract === undefined) return undefined
  const { file, sha256 } = extract
  const notes = pack.notes(layout)
  if (notes?.places === undefined) return { file, sha256 }
  const { places, outline } = notes
  const read = (from: number, to: number): Buffer => pack.text(layout, from, to)
  const place = placeOf({ places, outline, read }, start, end)
  return { file, sha256, ...(place === undefined ? {} : { place }) }
}
