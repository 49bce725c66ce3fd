import type { FileHandle } from 'node:fs/promises'
import { WritError } from '@writ/contract'
import { CODECS } from './codec.ts'
import { MAX_READ_BYTES } from './limits.ts'
import { type Boundary, boundaryAt, MAX_MARKED_TEXT, markBefore, type Original } from './original.ts'
import { type PackedDocument, packRange, withoutBreaks } from './pack-layout.ts'
import { sha256 } from './sha256.ts'
import { boundaryAfter, boundaryBefore } from './utf8.ts'

/** Bytes a boundary can be away: a character has at most four. */
const REACH = 3

interface Snapped {
  readonly start: number
  readonly end: number
  readonly sha256: string
  readonly text: string
}

/** The bytes [start, end) of the file of a document, snapped outward to whole characters. Throws `BAD_SPAN`. */
export async function readSnapped(
  file: FileHandle,
  doc: PackedDocument,
  start: number,
  end: number,
): Promise<Snapped> {
  const { original } = doc
  checkRange(doc, original?.bytes ?? doc.bytes, start, end)
  if (original !== undefined) return await readEncoded(file, doc, original, start, end)
  const from = Math.max(0, start - REACH)
  const bytes = await readText(file, doc, from, Math.min(doc.bytes, end + REACH))
  const first = boundaryBefore(bytes, start - from)
  const last = boundaryAfter(bytes, end - from)
  const text = bytes.subarray(first, last)
  return { start: from + first, end: from + last, sha256: sha256(text), text: text.toString() }
}

async function readEncoded(
  file: FileHandle,
  doc: PackedDocument,
  original: Original,
  start: number,
  end: number,
): Promise<Snapped> {
  const boundary = async (offset: number, side: 'not-after' | 'not-before'): Promise<Boundary> => {
    const mark = markBefore(original, 'file', offset)
    const text = await readText(file, doc, mark.text, Math.min(doc.bytes, mark.text + MAX_MARKED_TEXT))
    return boundaryAt(original, mark, text, offset, side)
  }
  const first = await boundary(start, 'not-after')
  const last = await boundary(end, 'not-before')
  const text = await readText(file, doc, first.text, last.text)
  const bytes = CODECS[original.encoding].encode(text)
  return { start: first.file, end: last.file, sha256: sha256(bytes), text: text.toString() }
}

async function readText(file: FileHandle, doc: PackedDocument, start: number, end: number): Promise<Buffer> {
  const range = packRange(doc, start, end)
  return withoutBreaks(doc, start, end, await readExactly(file, range.position, range.length))
}

function checkRange({ id }: PackedDocument, bytes: number, start: number, end: number): void {
  const inside = Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end
  if (!inside || end > bytes)
    throw new WritError('BAD_SPAN', `[${start}, ${end}) is not inside ${id}, which has ${bytes} bytes`)
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
