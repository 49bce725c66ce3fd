import type { Citation } from '@writ/contract'
import { sha256Hex } from '@writ/evidence'
import type { HandedPassage } from './passages.ts'

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
    for (const citation of citations)
      this.#byDoc.set(citation.doc, [...(this.#byDoc.get(citation.doc) ?? []), citation])
  }

  handed(passages: readonly HandedPassage[]): void {
    for (const passage of passages)
      for (const citation of this.#byDoc.get(passage.doc) ?? []) this.#look(citation, passage)
  }

  get all(): readonly Quote[] {
    return this.#citations.map((citation) => ({
      ...citation,
      around: this.#around.get(citation) ?? null,
      matches: sha256Hex(new TextEncoder().encode(citation.quote)) === citation.sha256,
    }))
  }

  #look(citation: Citation, { start, end, text }: HandedPassage): void {
    if (start > citation.start || end < citation.end) return
    const bytes = Buffer.from(text)
    const [from, to] = [citation.start - start, citation.end - start]
    // A match with lines around it tells the place of its line only: what does not hold the quote there is passed over.
    if (bytes.subarray(from, to).toString() !== citation.quote) return
    const before = bytes.subarray(0, from).toString().slice(-AROUND_CHARS).toWellFormed()
    const after = bytes.subarray(to).toString().slice(0, AROUND_CHARS).toWellFormed()
    const known = this.#around.get(citation)
    if (before.length + after.length > (known?.before.length ?? 0) + (known?.after.length ?? 0))
      this.#around.set(citation, { before, after })
  }
}
