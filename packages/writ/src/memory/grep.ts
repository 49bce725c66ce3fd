import type { GrepRequest, GrepResult } from '@writ/contract'
import { WritError } from '@writ/contract'
import { acrossBreaks, type Found } from './across-breaks.ts'
import { MAX_GREP_TEXT_BYTES, MAX_LINE_BYTES } from './limits.ts'
import type { PackFile } from './pack-file.ts'
import { breaksThrough, firstIndex, type PackedDocument, textOffset } from './pack-layout.ts'
import type { PackSet, SetPart } from './pack-set.ts'
import { type MatchingLine, ripgrep } from './ripgrep.ts'
import { boundaryAfter, boundaryBefore } from './utf8.ts'

/** A document within what is searched: all of the pack, or only some documents one after another. */
interface Segment {
  readonly doc: PackedDocument
  readonly position: number
  readonly firstLine: number
}

/** The first matches of a search, as many as one answer holds. */
class FirstMatches {
  readonly found: Found[] = []
  truncated = false
  readonly #limit: number
  #room: number = MAX_GREP_TEXT_BYTES

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Says whether it was taken. */
  take(one: Found): boolean {
    this.#room -= one.match.end - one.match.start
    this.truncated = this.found.length === this.#limit || this.#room < 0
    if (!this.truncated) this.found.push(one)
    return !this.truncated
  }
}

/**
 * Lines of a partition that match a pattern, in (document, offset) order. Of a line that is searched in pieces each piece
 * stands for itself, and a match across two of them is given alone.
 */
export async function grep(set: PackSet, request: GrepRequest, signal: AbortSignal): Promise<GrepResult> {
  checkRequest(request)
  const results: GrepResult[] = []
  for (const part of set.parts) {
    const found = await grepPart(part, request, signal)
    results.push(found)
    // What follows in order of documents could not be given any more.
    if (found.truncated && set.inOrder) break
  }
  const [only, ...others] = results
  return only !== undefined && others.length === 0 ? only : merge(results, request.limit)
}

/** The first matches of all parts: those in front of where the search of one of them was cut off. */
function merge(results: readonly GrepResult[], limit: number): GrepResult {
  const cuts = results.filter(({ truncated }) => truncated).map(({ matches }) => matches.at(-1)?.doc ?? '')
  const first = new FirstMatches(limit)
  const all = results.flatMap(({ matches }) => matches)
  const inOrder = all.sort((a, b) => (a.doc === b.doc ? 0 : a.doc < b.doc ? -1 : 1))
  const known = inOrder.filter(({ doc }) => cuts.every((cut) => doc <= cut))
  known.every((match) => first.take({ position: 0, match }))
  return { matches: first.found.map(({ match }) => match), truncated: cuts.length > 0 || first.truncated }
}

/** The same of one pack, whose order is that of its documents. */
async function grepPart(
  { file: pack, documents }: SetPart,
  request: GrepRequest,
  signal: AbortSignal,
): Promise<GrepResult> {
  const wanted = request.docs && select(documents, request.docs)
  if (wanted?.length === 0) return { matches: [], truncated: false }
  const lines = await matchingLines(pack, documents, wanted, request, signal)
  const across = await acrossBreaks(pack, wanted ?? documents, lines.before, request, signal)
  const all = new FirstMatches(request.limit)
  const inOrder = [...lines.found, ...across.found].sort((a, b) => a.position - b.position)
  inOrder.every((one) => all.take(one))
  const isWhole = lines.before === Number.POSITIVE_INFINITY && across.complete
  const truncated = !isWhole || all.truncated
  return { matches: all.found.map(({ match }) => match), truncated }
}

/** The first lines that match, and the position of the pack before which they are all of them: infinity after a whole search. */
async function matchingLines(
  pack: PackFile,
  documents: readonly PackedDocument[],
  wanted: readonly PackedDocument[] | undefined,
  request: GrepRequest,
  signal: AbortSignal,
): Promise<{ readonly found: readonly Found[]; readonly before: number }> {
  const segments = wanted ? layOut(wanted) : documents.map(asItLies)
  const last = segments.at(-1)
  const first = new FirstMatches(request.limit)
  let before = Number.POSITIVE_INFINITY
  const onLine = (line: MatchingLine): boolean => {
    const segment = segmentAt(segments, line.position)
    const end = segment && segment.position + segment.doc.packed
    // Past the last document, or in one that counts no more.
    if (segment === undefined || end === undefined || line.position >= end) return segment !== last
    if (line.position + line.length > end) return true
    const one = toMatch(pack, segment, line, request)
    if (first.take(one)) return true
    before = one.position
    return false
  }
  const input = wanted ? { bytes: packedBytes(pack, wanted) } : { file: pack.path }
  const { pattern, ignoreCase } = request
  const complete = await ripgrep({ pattern, ignoreCase, input, onLine, signal })
  if (!complete) before = first.found.at(-1)?.position ?? 0
  return { found: first.found, before }
}

function checkRequest({ before, after, limit }: GrepRequest): void {
  for (const [name, value] of Object.entries({ before, after, limit })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new WritError('BAD_REQUEST', `${name} is ${value}, not a natural number`)
  }
}

/** The documents asked for, in the order of the pack; those it does not have are in another partition. */
function select(documents: readonly PackedDocument[], ids: readonly string[]): PackedDocument[] {
  const wanted = new Set(ids)
  return documents.filter((doc) => wanted.has(doc.id))
}

/** A document where its pack has it. */
function asItLies(doc: PackedDocument): Segment {
  return { doc, position: doc.position, firstLine: doc.firstLine }
}

function layOut(documents: readonly PackedDocument[]): Segment[] {
  let position = 0
  let firstLine = 0
  return documents.map((doc) => {
    const segment = { doc, position, firstLine }
    position += doc.packed
    firstLine += doc.lines
    return segment
  })
}

function* packedBytes(pack: PackFile, documents: readonly PackedDocument[]): Generator<Buffer> {
  const step = 16 * MAX_LINE_BYTES
  for (const doc of documents) {
    for (let at = 0; at < doc.packed; at += step) {
      yield pack.packed(doc.position + at, Math.min(step, doc.packed - at))
    }
  }
}

/** The last segment that starts at or before a position; empty documents share theirs with the next. */
function segmentAt(segments: readonly Segment[], position: number): Segment | undefined {
  return segments[firstIndex(segments.length, (at) => (segments[at]?.position ?? 0) > position) - 1]
}

function toMatch(
  pack: PackFile,
  segment: Segment,
  line: MatchingLine,
  { before, after }: GrepRequest,
): Found {
  const { doc } = segment
  const position = doc.position + line.position - segment.position
  const start = textOffset(doc, position)
  const bytes = pack.packed(position, line.length)
  const from = before > 0 ? textOffset(doc, lineStart(pack, doc, position, before)) : start
  const lastPosition = after > 0 ? lineEnd(pack, doc, position + line.length, after) : position + line.length
  const to = Math.min(textOffset(doc, lastPosition), doc.bytes)
  const text = withoutTerminator(pack.text(doc, from, to))
  const match = {
    doc: doc.id,
    ...pack.span(doc, from, from + text.length, text),
    line: line.line - segment.firstLine - breaksThrough(doc.breaks, start),
    text: text.toString(),
    match: matchedText(bytes, line.ranges[0]),
  }
  return { position, match }
}

function withoutTerminator(lines: Buffer): Buffer {
  if (lines.at(-1) !== 10) return lines
  return lines.subarray(0, lines.at(-2) === 13 ? -2 : -1)
}

function matchedText(line: Buffer, range: MatchingLine['ranges'][number] | undefined): string {
  if (range === undefined) return ''
  // A pattern may look at single bytes; text may not.
  return line.toString('utf8', boundaryBefore(line, range.start), boundaryAfter(line, range.end))
}

/** The position `count` lines of the pack before the line at `position`, at most the start of the document. */
function lineStart(pack: PackFile, doc: PackedDocument, position: number, count: number): number {
  let left = count + 1 // the newline right before the line does not count
  for (let end = position; end > doc.position; ) {
    const start = Math.max(doc.position, end - MAX_LINE_BYTES)
    const bytes = pack.packed(start, end - start)
    for (let at = bytes.lastIndexOf(10); at !== -1; at = at > 0 ? bytes.lastIndexOf(10, at - 1) : -1) {
      left -= 1
      if (left === 0) return start + at + 1
    }
    end = start
  }
  return doc.position
}

/** The position `count` lines after a position that starts a line, at most the end of the document in the pack. */
function lineEnd(pack: PackFile, doc: PackedDocument, position: number, count: number): number {
  const end = doc.position + doc.packed
  let left = count
  for (let start = position; start < end; ) {
    const bytes = pack.packed(start, Math.min(MAX_LINE_BYTES, end - start))
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
      left -= 1
      if (left === 0) return start + at + 1
    }
    start += bytes.length
  }
  return end
}
