import type { FileHandle } from 'node:fs/promises'
import { WritError } from '@writ/contract'
import { MAX_READ_BYTES } from './limits.ts'
import { type PackedDocument, packRange, withoutBreaks } from './pack-layout.ts'
import { boundaryAfter, boundaryBefore } from './utf8.ts'

/** Bytes a boundary can be away: a character has at most four. */
const REACH = 3

interface Snapped {
  readonly start: number
  readonly end: number
  readonly bytes: Buffer
}

/** The bytes of [start, end), snapped outward to whole characters. Throws `BAD_SPAN`. */
export async function readSnapped(
  file: FileHandle,
  doc: PackedDocument,
  start: number,
  end: number,
): Promise<Snapped> {
  checkRange(doc, start, end)
  const from = Math.max(0, start - REACH)
  const to = Math.min(doc.bytes, end + REACH)
  const range = packRange(doc, from, to)
  const bytes = withoutBreaks(doc, from, to, await readExactly(file, range.position, range.length))
  const first = boundaryBefore(bytes, start - from)
  const last = boundaryAfter(bytes, end - from)
  return { start: from + first, end: from + last, bytes: bytes.subarray(first, last) }
}

function checkRange(doc: PackedDocument, start: number, end: number): void {
  const inside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end
  if (!inside || end > doc.bytes)
    throw new WritError(
      'BAD_SPAN',
      `[${start}, ${end}) is not inside ${doc.id}, which has ${doc.bytes} bytes`,
    )
  if (end - start > MAX_READ_BYTES)
    throw new WritError(
      'BAD_SPAN',
      `[${start}, ${end}) is longer than ${MAX_READ_BYTES} bytes, the most of one read`,
    )
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, length - at, position + at)
    if (bytesRead === 0)
      throw new WritError('INTERNAL', `a pack ends at byte ${position + at}, before its table says`)
    at += bytesRead
  }
  return bytes
}
