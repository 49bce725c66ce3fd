/** Where a run that is done again left its record, and how. Nulls: no record stands there, or none was made. */
export interface Divergence {
  readonly outcome: 'DIVERGED' | 'INCOMPLETE' | 'CODE_MISMATCH'
  readonly at: {
    readonly seq: number | null
    readonly lane: string
    readonly n: number
    /** JSON pointer into the record. */
    readonly pointer: string
    readonly expected: unknown
    readonly found: unknown
  }
}
