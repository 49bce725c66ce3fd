import type { Citation } from '@writ/contract'
import { sha256Hex } from '@writ/evidence'
import type { HandedPassage } from '../steps/passages.ts'

/** A citation with what was recorded around it. */
export interface Quote extends Citation {
  /** Text before and after the quote where a frame was handed it; null where nothing wider was recorded. */
  readonly around: { readonly before: string; readonly after: string } | null
  /** Whether the quote is the text its own hash names. */
  readonly matches: boolean
}

/** Most characters shown before and after a quote. */
const AROUND_CHARS = 240

/** Finds, in what frames were handed, the widest text around each citation. */
export class Quotes {
  readonly #citations: readonly Citation[]
  readonly #byDoc = new Map<string, Citation[]>()
  readonly #around = new Map<Citation, { readonly before: string; readonly after: string }>()

  constructor(citations: readonly Citation[]) {
    this.#citations = citations
    for (const citation of citations) {
      const known = this.#byDoc.get(citation.doc)
      if (known === undefined) this.#byDoc.set(citation.doc, [citation])
      else known.push(citation)
    }
  }

  handed(passages: readonly HandedPassage[]): void {
    for (const passage of passages) {
      const citations = this.#byDoc.get(passage.doc) ?? []
      const within = citations.filter(({ start, end }) => passage.start <= start && passage.end >= end)
      if (within.length === 0) continue
      const bytes = Buffer.from(passage.text)
      for (const citation of within) this.#look(citation, passage.start, bytes)
    }
  }

  get all(): readonly Quote[] {
    return this.#citations.map((citation) => ({
      ...citation,
      around: this.#around.get(citation) ?? null,
      matches: sha256Hex(new TextEncoder().encode(citation.quote)) === citation.sha256,
    }))
  }

  #look(citation: Citation, start: number, bytes: Buffer): void {
    const [from, to] = [citation.start - start, citation.end - start]
    // A match with lines around it tells the place of its line only: what does not hold the quote there is passed over.
    if (bytes.subarray(from, to).toString() !== citation.quote) return
    const before = lastChars(bytes.subarray(0, from))
    const after = firstChars(bytes.subarray(to))
    const known = this.#around.get(citation)
    if (before.length + after.length > (known?.before.length ?? 0) + (known?.after.length ?? 0))
      this.#around.set(citation, { before, after })
  }
}

/** Most bytes of UTF-8 that a UTF-16 unit takes. */
const BYTES_A_CHAR = 3

/** No more is decoded than is shown; a character that is cut at the far end becomes one that nobody sees. */
function lastChars(bytes: Buffer): string {
  const near = bytes.subarray(Math.max(0, bytes.length - (AROUND_CHARS + 1) * BYTES_A_CHAR))
  return near.toString().slice(-AROUND_CHARS).toWellFormed()
}

function firstChars(bytes: Buffer): string {
  return bytes
    .subarray(0, (AROUND_CHARS + 1) * BYTES_A_CHAR)
    .toString()
    .slice(0, AROUND_CHARS)
    .toWellFormed()
}
