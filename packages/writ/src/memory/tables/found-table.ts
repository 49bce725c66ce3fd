/** A table in a document, from whatever reads that kind of document. Rows stand one after another in its text. */
export interface FoundTable {
  /** Tells it from the other tables of its document; null where a document of the kind is one table. */
  readonly part: string | null
  readonly columns: readonly FoundColumn[]
  readonly rows: Iterable<FoundRow>
  readonly ragged: boolean
  /** Whether its document says that a row of it may be of another kind than the others. */
  readonly apart?: boolean
  /** Whether somebody laid it out for readers, so that headings and remarks may stand between its rows. */
  readonly laidOut?: boolean
  /** Whether its names may be a row like the others. */
  readonly guessed?: boolean
}

export interface FoundColumn {
  readonly name: string
  /** Whether its values are said to be texts, however they look; a column of nothing but days is of days all the same. */
  readonly isText: boolean
  /**
   * Whether a point in a number may set thousands apart: nothing says that it is the decimal sign. It may `beside-commas` where
   * a number of the table has a comma for that sign.
   */
  readonly mayGroup: boolean | 'beside-commas'
}

/** Offsets count in the text of the document. An empty cell is null. */
export interface FoundRow {
  readonly start: number
  readonly end: number
  readonly cells: readonly (string | null)[]
}

/** What looks like a table and is not kept as one, with the reason in plain words. */
export interface NoTable {
  readonly part: string | null
  readonly problem: string
}

export function noTable(problem: string, part: string | null = null): NoTable {
  return { part, problem }
}
