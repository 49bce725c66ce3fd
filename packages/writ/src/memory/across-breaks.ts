import type { GrepMatch, GrepRequest } from '@writ/contract'
import type { PackFile } from './pack-file.ts'
import { breaksThrough, type PackedDocument, packRange } from './pack-layout.ts'
import { type MatchingLine, ripgrep } from './ripgrep.ts'
import { boundaryAfter, wholeCharacters } from './utf8.ts'

/** Bytes on either side of a virtual break that are searched again. */
const REACH = 1024
/** Windows that are sent together: one by one, sending takes longer than searching. */
const TOGETHER = 32
/** Bytes of the pack read at once to count lines. */
const STEP = 512 * 1024
const NEWLINE = 10
const END = Buffer.of(NEWLINE)

/** A match, and where its line, or the match that lies across two pieces of one, begins in the pack. */
export interface Found {
  readonly position: number
  readonly match: GrepMatch
}

/** The text around one break. There is one for every 16 KB of a long line, so nothing of the text is kept. */
interface Window {
  readonly doc: PackedDocument
  /** Offset of its first byte in the document, and of the break in the window. */
  readonly from: number
  readonly cut: number
  readonly length: number
  /** Whether the line, or the document, ends with it. */
  readonly isEnd: boolean
  /** Where it stands in what ripgrep is given. */
  readonly position: number
}

/** Where a match is in the text of a document. */
interface Place {
  readonly doc: PackedDocument
  readonly start: number
  readonly end: number
}

/**
 * Matches that lie across a virtual break, where a search line by line cannot see them: as many as asked for and one more,
 * of the breaks before a position of the pack. The text around each break is searched as a line of its own; a match that
 * reaches a cut edge of it may be part of a longer one and is left out. Not `complete` when ripgrep had more to print.
 */
export async function acrossBreaks(
  pack: PackFile,
  documents: readonly PackedDocument[],
  before: number,
  { pattern, ignoreCase, limit }: GrepRequest,
  signal: AbortSignal,
): Promise<{ readonly found: readonly Found[]; readonly complete: boolean }> {
  const broken = documents.filter(({ breaks, position }) => breaks.length > 0 && position < before)
  if (broken.length === 0) return { found: [], complete: true }
  const places: Place[] = []
  const windows: Window[] = []
  let at = 0
  const onLine = ({ position, ranges }: MatchingLine): boolean => {
    while ((windows[at]?.position ?? position) < position) at += 1
    const window = windows[at]
    const place = window && placeAcross(window, ranges)
    if (place !== undefined) places.push(place)
    return places.length <= limit
  }
  const input = { bytes: textAround(pack, broken, before, windows) }
  const complete = await ripgrep({ pattern, ignoreCase, input, onLine, signal })
  return { found: matchesAt(pack, places), complete }
}

/** The match of a window that lies across its break. */
function placeAcross(window: Window, ranges: MatchingLine['ranges']): Place | undefined {
  const { doc, from, cut, length, isEnd } = window
  const range = ranges.find(({ start, end }) => start < cut && end > cut)
  if (range === undefined || range.start === 0 || (range.end === length && !isEnd)) return undefined
  return { doc, start: from + range.start, end: from + range.end }
}

/** The text around every break before a position of the pack, each a line. `windows` is told of each before it is sent. */
function* textAround(
  pack: PackFile,
  documents: readonly PackedDocument[],
  before: number,
  windows: Window[],
): Generator<Buffer> {
  let position = 0
  let held: Buffer[] = []
  for (const doc of documents) {
    for (const [n, at] of doc.breaks.entries()) {
      if (doc.position + at + n >= before) break
      const { bytes, ...window } = windowAround(pack, doc, at)
      windows.push({ ...window, position })
      position += bytes.length + 1
      held.push(bytes, END)
      if (held.length < 2 * TOGETHER) continue
      yield Buffer.concat(held)
      held = []
    }
  }
  if (held.length > 0) yield Buffer.concat(held)
}

function windowAround(
  pack: PackFile,
  doc: PackedDocument,
  at: number,
): Omit<Window, 'position'> & { readonly bytes: Buffer } {
  // A break is more than a window behind whatever newline is before it.
  const raw = pack.text(doc, at - REACH, Math.min(at + REACH, doc.bytes))
  const start = boundaryAfter(raw, 0)
  const newline = raw.indexOf(NEWLINE, REACH)
  const bytes = raw.subarray(start, newline === -1 ? wholeCharacters(raw) : newline)
  const isEnd = newline !== -1 || at + REACH >= doc.bytes
  return { doc, from: at - REACH + start, cut: REACH - start, length: bytes.length, isEnd, bytes }
}

/** What a search gives of each place: the match alone, without the line that is too long to be given. */
function matchesAt(pack: PackFile, places: readonly Place[]): Found[] {
  let counted = { doc: '', position: 0, newlines: 0 }
  return places.map(({ doc, start, end }) => {
    const { position } = packRange(doc, start, end)
    if (counted.doc !== doc.id) counted = { doc: doc.id, position: doc.position, newlines: 0 }
    const isOneLine = doc.lines === doc.breaks.length + 1 // then nothing has to be read to know which one it is
    if (!isOneLine) counted.newlines += newlinesIn(pack, counted.position, position)
    counted.position = position
    const line = isOneLine ? 1 : 1 + counted.newlines - breaksThrough(doc.breaks, start)
    const bytes = pack.text(doc, start, end)
    const text = bytes.toString()
    return {
      position,
      match: { doc: doc.id, ...pack.span(doc, start, end, bytes), line, text, match: text },
    }
  })
}

/** Newlines of a range of the pack, virtual ones among them. */
function newlinesIn(pack: PackFile, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at += STEP) {
    const bytes = pack.packed(at, Math.min(STEP, to - at))
    for (let next = bytes.indexOf(NEWLINE); next !== -1; next = bytes.indexOf(NEWLINE, next + 1)) count += 1
  }
  return count
}
