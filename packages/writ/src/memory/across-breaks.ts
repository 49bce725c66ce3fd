import type { GrepMatch, GrepRequest } from '@writ/contract'
import type { PackFile } from './pack-file.ts'
import type { PackedDocument } from './pack-layout.ts'
import { ripgrep } from './ripgrep.ts'
import { boundaryAfter, wholeCharacters } from './utf8.ts'

/** Bytes on either side of a virtual break that are searched again. */
const REACH = 1024
const NEWLINE = 10

/** A match in a document, by its place in the text. */
export interface Crossing {
  readonly doc: PackedDocument
  /** Offset in the text. */
  readonly start: number
  readonly match: GrepMatch
}

export interface Crossings {
  /** In the order of the documents given, then by offset. */
  readonly found: readonly Crossing[]
  /** False when there was more than ripgrep may print. */
  readonly complete: boolean
}

/** The text around one break. */
interface Window {
  readonly doc: PackedDocument
  /** Offset of its first byte in the document, and of the break in the window. */
  readonly from: number
  readonly cut: number
  readonly bytes: Buffer
  /** Whether the line, or the document, ends with it. */
  readonly isEnd: boolean
  /** Where it stands in what ripgrep is given. */
  readonly position: number
}

/**
 * Matches that lie across a virtual break, where a search line by line cannot see them. The text around each break is
 * searched as a line of its own; a match that reaches a cut edge of it may be part of a longer one and is left out.
 */
export async function acrossBreaks(
  pack: PackFile,
  documents: readonly PackedDocument[],
  { pattern, ignoreCase }: Pick<GrepRequest, 'pattern' | 'ignoreCase'>,
  signal: AbortSignal,
): Promise<Crossings> {
  const broken = documents.filter(({ breaks }) => breaks.length > 0)
  if (broken.length === 0) return { found: [], complete: true }
  const places: { readonly doc: PackedDocument; readonly start: number; readonly end: number }[] = []
  const windows = windowsOf(pack, broken)
  const sent: Window[] = []
  const complete = await ripgrep({
    pattern,
    ignoreCase,
    input: { bytes: lines(windows, sent) },
    signal,
    onLine: ({ position, ranges }) => {
      while ((sent[0]?.position ?? position) < position) sent.shift()
      const window = sent[0]
      if (window === undefined) return true
      for (const { start, end } of ranges) {
        const whole = start > 0 && (end < window.bytes.length || window.isEnd)
        if (whole && start < window.cut && end > window.cut)
          places.push({ doc: window.doc, start: window.from + start, end: window.from + end })
      }
      return true
    },
  })
  return { found: matchesAt(pack, places), complete }
}

function* windowsOf(pack: PackFile, documents: readonly PackedDocument[]): Generator<Window> {
  let position = 0
  for (const doc of documents) {
    for (const at of doc.breaks) {
      // A break is more than a window behind whatever newline is before it.
      const raw = pack.text(doc, at - REACH, Math.min(at + REACH, doc.bytes))
      const start = boundaryAfter(raw, 0)
      const newline = raw.indexOf(NEWLINE, REACH)
      const end = newline === -1 ? wholeCharacters(raw) : newline
      const bytes = raw.subarray(start, end)
      const isEnd = newline !== -1 || at + REACH >= doc.bytes
      yield { doc, from: at - REACH + start, cut: REACH - start, bytes, isEnd, position }
      position += bytes.length + 1
    }
  }
}

function* lines(windows: Iterable<Window>, sent: Window[]): Generator<Buffer> {
  for (const window of windows) {
    sent.push(window)
    yield Buffer.concat([window.bytes, Buffer.of(NEWLINE)])
  }
}

/** What a search gives of each place: the match alone, without the line that is too long to be given. */
function matchesAt(
  pack: PackFile,
  places: readonly { readonly doc: PackedDocument; readonly start: number; readonly end: number }[],
): Crossing[] {
  let counted = { doc: '', offset: 0, line: 1 }
  return places.map(({ doc, start, end }) => {
    const from = counted.doc === doc.id ? counted : { offset: 0, line: 1 }
    const line = from.line + newlines(pack, doc, from.offset, start)
    counted = { doc: doc.id, offset: start, line }
    const bytes = pack.text(doc, start, end)
    const text = bytes.toString()
    return {
      doc,
      start,
      match: { doc: doc.id, ...pack.span(doc, start, end, bytes), line, text, match: text },
    }
  })
}

const STEP = 512 * 1024

function newlines(pack: PackFile, doc: PackedDocument, from: number, to: number): number {
  let count = 0
  for (let at = from; at < to; at += STEP) {
    const bytes = pack.text(doc, at, Math.min(at + STEP, to))
    for (let next = bytes.indexOf(NEWLINE); next !== -1; next = bytes.indexOf(NEWLINE, next + 1)) count += 1
  }
  return count
}
