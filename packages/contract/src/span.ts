/** A byte range of a document, with the SHA-256 (hex) of exactly those bytes. Offsets count in the original file. */
export interface Span {
  readonly doc: string
  readonly start: number
  readonly end: number
  readonly sha256: string
}

/** A span together with the text it holds: a claim of the answer tied to bytes the run was granted. */
export interface Citation extends Span {
  readonly quote: string
}
