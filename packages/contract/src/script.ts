import type { CellCode } from './sandbox.ts'

/** A workflow that a person wrote: the root frame runs it as a cell instead of asking a model what to do. */
export interface Script {
  readonly name: string
  /** SHA-256 (hex) of the file, its `meta` included: the plan hash, which governance may approve. */
  readonly planHash: string
  /** The file as it was read. */
  readonly text: string
  /** What runs: the text without the `export` of its `meta`. */
  readonly cell: CellCode
  /** The value of `input`, validated, as JSON text. */
  readonly inputJson: string
}
