import type { Extract } from './extract.ts'
import type { Original } from './original.ts'

/**
 * Where a document lies in its pack. Positions count in the pack, offsets in its text: UTF-8, and the same bytes as in its
 * file unless `original` or `extract` say otherwise.
 */
export interface PackedDocument {
  readonly id: string
  /** Which pack of its partition it is in, from 0 on. */
  readonly part: number
  /** Which document of that pack it is, from 0 on. */
  readonly n: number
  readonly position: number
  /** Bytes in the pack: those of the text, virtual breaks, and the separator when there is one. */
  readonly packed: number
  /** Bytes of the text. */
  readonly bytes: number
  /** Lines of the pack before it, and its own. */
  readonly firstLine: number
  readonly lines: number
  /** Offsets in front of which the pack holds a newline the text does not have; ascending. */
  readonly breaks: readonly number[]
  readonly original?: Original
  readonly extract?: Extract
  /** The day that it is of (ISO 8601), where one is known. */
  readonly day?: string
}

type Layout = Pick<PackedDocument, 'position' | 'breaks'>

/** The first index in [0, length) for which `holds` is true, else `length`; `holds` turns true once. */
export function firstIndex(length: number, holds: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Virtual breaks in front of bytes up to and including `offset`. */
export function breaksThrough(breaks: readonly number[], offset: number): number {
  return firstIndex(breaks.length, (index) => (breaks[index] ?? 0) > offset)
}

/** Virtual breaks in front of bytes before `offset`. */
function breaksBefore(breaks: readonly number[], offset: number): number {
  return firstIndex(breaks.length, (index) => (breaks[index] ?? 0) >= offset)
}

/** The range of the pack that holds the text [start, end), breaks inside it included. */
export function packRange(doc: Layout, start: number, end: number): { position: number; length: number } {
  if (end <= start) return { position: doc.position, length: 0 }
  const from = start + breaksThrough(doc.breaks, start)
  const to = end + breaksBefore(doc.breaks, end)
  return { position: doc.position + from, length: to - from }
}

/** The text [start, end), given what `packRange` of the same range holds. */
export function withoutBreaks(doc: Layout, start: number, end: number, packed: Buffer): Buffer {
  const first = breaksThrough(doc.breaks, start)
  const last = breaksBefore(doc.breaks, end)
  if (first >= last) return packed
  const pieces: Buffer[] = []
  let from = start
  for (let index = first; index <= last; index += 1) {
    const to = index < last ? (doc.breaks[index] ?? end) : end
    const shift = index - first - start
    pieces.push(packed.subarray(from + shift, to + shift))
    from = to
  }
  return Buffer.concat(pieces)
}

/** The offset in the text of a position of the pack; a virtual break stands for the byte after it. */
export function textOffset(doc: Layout, position: number): number {
  const local = position - doc.position
  const passed = firstIndex(doc.breaks.length, (index) => (doc.breaks[index] ?? 0) + index >= local)
  return local - passed
}
