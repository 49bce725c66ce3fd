/** How much of what was in scope a run looked at, in all. Bytes are of original documents. */
export interface CoverageInAll {
  /** Documents in scope, and their bytes. */
  readonly documents: number
  readonly bytes: number
  /** Documents of which any text was handed to a frame. */
  readonly touched: number
  /** Bytes of the documents that searches and patterns went over, each document counted once. */
  readonly searched: number
  /** Distinct bytes whose text was handed to a frame. */
  readonly read: number
  /** Source whose structure nobody had read when the run ended; absent where there was none. */
  readonly unstructured?: Amounts
}

/** How much of one document a run looked at. */
export interface DocumentCoverage {
  readonly doc: string
  readonly bytes: number
  /** Whether a search or a pattern went over it. */
  readonly searched: boolean
  /** Distinct bytes of it whose text was handed to a frame; 0 for one that was never touched. */
  readonly read: number
}

/** Documents that an answer tells one by one. */
export const MOST_COVERED = 500

/** The same of an answer: in all, and for each document. */
export interface Coverage extends CoverageInAll {
  /**
   * Those read most first, then those never touched; 500 at most. Documents whose label is above that of the answer are only
   * counted. Absent where there are none to tell of.
   */
  readonly perDocument?: readonly DocumentCoverage[]
}

/** How many files, and their bytes. */
export interface Amounts {
  readonly files: number
  readonly bytes: number
}
