import { type Citation, type Origin, placeInWords, whole } from '@writ/contract'
import { cutToWidth } from '../display-width.ts'
import { printableLine } from '../printable.ts'
import { type Block, block } from './block.ts'

/** A quote and where it stands, as far as that is known. */
interface Quoted {
  readonly doc: string
  readonly start: number | null
  readonly end: number | null
  readonly quote: string
  readonly origin?: Origin
}

/** Citations by their numbers, one line each; those in `shown` stand in the answer already. */
export function citationBlock(
  citations: readonly Citation[],
  shown: ReadonlySet<Citation>,
  columns: number,
  claim: number,
): Block {
  const lines = citations.flatMap((citation, at) =>
    shown.has(citation) ? [] : [citationLine(at + 1, citation, columns)],
  )
  return block(lines, claim, { least: 0, unit: 'citation', apart: true })
}

/** `[1] a.txt bytes 3–20 “…”`, or `[1] a.pdf page 3 “…”`, in at most `columns`. Without a number nobody has checked it. */
export function citationLine(
  number: number | null,
  { doc, start, end, quote, origin }: Quoted,
  columns: number,
): string {
  const mark = number === null ? 'unchecked: ' : `[${number}] `
  const bytes = start === null || end === null ? '' : ` bytes ${whole(start)}–${whole(end)}`
  // Bytes of an extracted text say nothing to whoever has the original.
  const place = origin?.place === undefined ? bytes : ` ${placeInWords(origin.place)}`
  const line = printableLine(`${mark}${doc}${place} “${quote.replace(/\s+/g, ' ').trim()}”`)
  return cutToWidth(line, columns)
}
