import { PIECE_BYTES } from '../limits.ts'
import type { PackedDocument } from '../pack-layout.ts'
import type { PackSet } from '../pack-set.ts'
import { boundaryAfter, boundaryBefore, wholeCharacters } from '../utf8.ts'

/** A piece of a text with what stands around it. Offsets count in the text of the document, in bytes. */
export interface TextWindow {
  readonly text: string
  /** Of its first character. */
  readonly offset: number
  /** What begins in these characters is the window's own; the rest belongs to its neighbours. */
  readonly from: number
  readonly to: number
}

/** A text in windows that overlap by `overlap` bytes on both sides. */
export function* textWindows(pack: PackSet, doc: PackedDocument, overlap: number): Generator<TextWindow> {
  for (let start = 0; start < doc.bytes; start += PIECE_BYTES) {
    const first = Math.max(0, start - overlap)
    const end = Math.min(doc.bytes, start + PIECE_BYTES)
    const bytes = pack.text(doc, first, Math.min(doc.bytes, end + overlap))
    const offset = boundaryAfter(bytes, 0)
    const chars = (at: number): number =>
      bytes.toString('utf8', offset, boundaryBefore(bytes, at - first)).length
    yield {
      text: bytes.toString('utf8', offset, wholeCharacters(bytes)),
      offset: first + offset,
      from: chars(start),
      to: end === doc.bytes ? Number.MAX_SAFE_INTEGER : chars(end),
    }
  }
}
