import type { CellCode } from './sandbox.ts'

/** A check of a value that a person wrote: a cell that sees `value`, `citations` and `question`, and can ask for nothing. */
export interface Validator {
  /** What it is called when the value does not pass. */
  readonly name: string
  readonly cell: CellCode
}
