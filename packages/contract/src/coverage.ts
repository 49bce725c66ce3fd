/** How much of what was in scope a run looked at. Bytes are of original documents. */
export interface Coverage {
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

/** How many files, and their bytes. */
export interface Amounts {
  readonly files: number
  readonly bytes: number
}
