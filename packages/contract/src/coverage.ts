/**
 * How much of what was in scope the frames looked at that an answer comes from, in all. Bytes are of original documents. Frames
 * that check an answer look at texts that it may not rest on: they are counted apart.
 */
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
  /** What frames that check the answer looked at: verifiers, voters and their children. Absent where they looked at nothing. */
  readonly checks?: Looked
  /** Source whose structure nobody had read when the run ended; absent where there was none. */
  readonly unstructured?: Amounts
}

/** Documents touched, and bytes searched and read. */
export type Looked = Pick<CoverageInAll, 'touched' | 'searched' | 'read'>

/** How much of one document was looked at for an answer. */
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
