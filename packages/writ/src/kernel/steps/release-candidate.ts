import type { Citation, Json } from '@writ/contract'

/** A value that wants to leave, with what is checked beside it. */
export interface Candidate {
  readonly value: Json
  readonly citations: readonly Citation[]
  /** Lanes of the sealed values in it. */
  readonly sealed: readonly string[]
}
