import type { FoundList, FoundRange, Span, Surrounding } from '@writ/contract'
import { documentAt } from '../document-at.ts'
import type { OpenPack } from '../pack-directory.ts'
import type { PackedDocument } from '../pack-layout.ts'
import type { PackSet } from '../pack-set.ts'
import { ByteOffsets } from './byte-offsets.ts'
import { surrounding } from './surrounding.ts'
import { type TextWindow, textWindows } from './text-windows.ts'

/** Bytes of a text that a window has in common with its neighbours: more than a date and its sentence have. */
const OVERLAP_BYTES = 4 * 1024

/** Where something stands in a text, in characters. */
interface Place {
  readonly start: number
  readonly end: number
}

type Row<T> = Omit<T, 'start' | 'end'> & Span & { readonly text: string; readonly sentence: Surrounding }

/** What is found in the text of a document, from an offset on, with where it stands in its file. */
export function findInText<T extends Place>(
  open: OpenPack,
  id: string,
  { start, limit }: FoundRange,
  find: (text: string) => readonly T[],
): FoundList<Row<T>> {
  const { pack } = open
  const doc = documentAt(open, id).layout
  const found: Row<T>[] = []
  for (const window of textWindows(pack, doc, OVERLAP_BYTES)) {
    const bytes = new ByteOffsets(window)
    for (const one of find(window.text)) {
      if (one.start < window.from || one.start >= window.to) continue
      const row = rowOf(pack, doc, window, bytes, one)
      if (row.start < start) continue
      if (found.length === limit) return { found, truncated: true }
      found.push(row)
    }
  }
  return { found, truncated: false }
}

function rowOf<T extends Place>(
  pack: PackSet,
  doc: PackedDocument,
  { text }: TextWindow,
  bytes: ByteOffsets,
  one: T,
): Row<T> {
  const around = surrounding(text, one.start, one.end)
  const first = bytes.at(around.start)
  const [start, end] = [bytes.at(one.start), bytes.at(one.end)]
  const last = bytes.at(around.end)
  const said = text.slice(one.start, one.end)
  return {
    ...one,
    doc: doc.id,
    ...pack.span(doc, start, end, Buffer.from(said)),
    text: said,
    sentence: {
      start: pack.fileOffset(doc, first),
      end: pack.fileOffset(doc, last),
      text: text.slice(around.start, around.end),
    },
  }
}
