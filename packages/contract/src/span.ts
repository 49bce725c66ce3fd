import type { Origin } from './origin.ts'

/** A byte range of a document, with the SHA-256 (hex) of exactly those bytes. Offsets count in the original file, or in the text that was extracted from it. */
export interface Span {
  readonly doc: string
  readonly start: number
  readonly end: number
  readonly sha256: string
}

/** A span together with the text it holds: a claim of the answer tied to bytes the run was granted. */
export interface Citation extends Span {
  readonly quote: string
  /** Of a document whose text was extracted: its file, and where the quote stands in that. Offsets count in the text then. */
  readonly origin?: Origin
}
