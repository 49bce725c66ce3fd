/** A cell of a sheet that holds something. */
export interface SheetCell {
  /** As its reader sees it. */
  readonly shown: string
  /** The exact number, day or truth value; the text of anything else. */
  readonly value: string
  readonly isText: boolean
  /** What a number is shown with: a sign of money, a unit, a percent sign. */
  readonly unit: string
  /** Whether a formula adds up cells above or below it. */
  readonly isSum: boolean
}

/** A row of a sheet that holds something; its line is the texts of its cells with tabs between them. */
export interface SheetRow {
  /** From 0, as in the sheet. */
  readonly at: number
  /** By column, from 0, ascending. */
  readonly cells: ReadonlyMap<number, SheetCell>
  /** Bytes of its line. */
  readonly start: number
  readonly end: number
  /** Whether its reader does not see it. */
  readonly isHidden: boolean
}

/** Cells of a sheet that are one, by first and last row. */
export interface MergedRows {
  readonly first: number
  readonly last: number
}
