import type { TextEncoding } from '@writ/contract'
import { CODECS } from './codec.ts'
import { MARK_BYTES } from './limits.ts'

/** What a pack keeps of a file that is not UTF-8: with it, offsets in the file and in the text turn into each other. */
export interface Original {
  readonly encoding: Exclude<TextEncoding, 'utf-8'>
  /** Bytes of the file. */
  readonly bytes: number
  /** Pairs of an offset in the file and the one in the text, ascending, from (0, 0) on, every `MARK_BYTES`. */
  readonly marks: readonly number[]
}

/** A character boundary, by its offset in the file and in the text. */
export interface Boundary {
  readonly file: number
  readonly text: number
}

/** Most bytes of text between two marks: none of the encodings has a byte that becomes more than three. */
export const MAX_MARKED_TEXT: number = 3 * MARK_BYTES

/** Notes marks while a file is decoded. */
export class OffsetMarks {
  readonly #marks: number[] = []
  #file = 0
  #text = 0

  /** Takes the sizes of the next part, which follows a character boundary. */
  add(file: number, text: number): void {
    this.#marks.push(this.#file, this.#text)
    this.#file += file
    this.#text += text
  }

  original(encoding: Original['encoding']): Original {
    return { encoding, bytes: this.#file, marks: this.#marks }
  }
}

/** The last mark at or before an offset in the file, or in the text. */
export function markBefore({ marks }: Original, by: 'file' | 'text', offset: number): Boundary {
  const shift = by === 'file' ? 0 : 1
  let low = 0
  let high = marks.length / 2
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if ((marks[2 * middle + shift] ?? 0) <= offset) low = middle
    else high = middle
  }
  return { file: marks[2 * low] ?? 0, text: marks[2 * low + 1] ?? 0 }
}

/** The offset in the file of the end of a text that begins at a mark. */
export function fileOffset({ encoding }: Original, mark: Boundary, text: Buffer): number {
  const { size } = CODECS[encoding]
  let file = mark.file
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at] ?? 0
    if ((byte & 0xc0) !== 0x80) file += size(byte)
  }
  return file
}

/** The character boundary nearest to an offset in the file, not after it or not before it. `text` begins at the mark. */
export function boundaryAt(
  { encoding }: Original,
  mark: Boundary,
  text: Buffer,
  offset: number,
  side: 'not-after' | 'not-before',
): Boundary {
  const { size } = CODECS[encoding]
  let { file } = mark
  let at = 0
  while (at < text.length && file < offset) {
    const lead = text[at] ?? 0
    if (side === 'not-after' && file + size(lead) > offset) break
    file += size(lead)
    at += CODECS['utf-8'].size(lead)
  }
  return { file, text: mark.text + at }
}
