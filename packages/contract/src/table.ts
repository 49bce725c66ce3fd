import type { Json } from './json.ts'

/** What every value of a column is, where it has one. A column of anything else is text. */
export const COLUMN_TYPES = ['integer', 'decimal', 'date', 'boolean', 'text'] as const

export type ColumnType = (typeof COLUMN_TYPES)[number]

export interface TableColumn {
  readonly name: string
  readonly type: ColumnType
  /** Of a `decimal`: the most digits before and after its point. */
  readonly digits?: readonly [before: number, after: number]
}

/** What a reader of a table has to know: rows of different length, columns that had to be named, a row that adds others up, a first row that may be none of names. */
export const TABLE_NOTES = ['ragged', 'named-columns', 'totals', 'guessed-header'] as const

export type TableNote = (typeof TABLE_NOTES)[number]

/** A table that ingestion found in a document, as it is known without reading its rows. */
export interface TableInfo {
  /** That of its document; with `#` and a number, or a name, where the document holds several. */
  readonly name: string
  readonly doc: string
  readonly partition: string
  readonly columns: readonly TableColumn[]
  readonly rows: number
  readonly notes: readonly TableNote[]
  /** Why what looks like a table is not kept as one; null when it is. */
  readonly problem: string | null
}

/** A row of a table: where it stands in its document, and its cells. An empty cell is null. */
export interface TableRow {
  readonly start: number
  readonly end: number
  readonly cells: readonly (string | null)[]
}

/** Rows in the order of the document; `next` is where those that follow begin, null after the last. */
export interface TableRows {
  readonly rows: readonly TableRow[]
  readonly next: number | null
}

/** The column that every table has besides its own: where its row stands, as `cite` takes it. */
export const SPAN_COLUMN = '_span'

/** What a query reads, as its text says. */
export interface QueryNames {
  /** Names of tables as the query writes them, each once, sorted; names that the query defines itself are among them. */
  readonly tables: readonly string[]
  /** Names that the query defines itself (`WITH`). */
  readonly defined: readonly string[]
}

/** A table as a query is given it. */
export interface QueryTable {
  /** The name that the query has for it. */
  readonly as: string
  readonly doc: string
  readonly columns: readonly TableColumn[]
  /** Tells tables of one run apart: equal keys are equal rows. */
  readonly key: string
  /** Gives the rows from a place of the document on; 0 for the first. */
  readonly rows: (from: number) => Promise<TableRows>
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly Readonly<Record<string, Json>>[]
  /** Whether there are more rows than were asked for. */
  readonly truncated: boolean
}

/** What came of a query for a frame. */
export interface SqlResult extends QueryResult {
  /** The documents it was computed from. */
  readonly docs: readonly string[]
  /** The rows of tables whose places the result holds: they may be cited. */
  readonly spans: readonly RowSpan[]
}

/** Where a row stands in its document. */
export interface RowSpan {
  readonly doc: string
  readonly start: number
  readonly end: number
}

/** The name of a table as one word: that of its file without folders and ending. Several tables may have the same. */
export function shortName(name: string): string {
  const file = name.slice(name.lastIndexOf('/', name.includes('#') ? name.indexOf('#') : undefined) + 1)
  const [whole = '', part] = file.split(/#(.*)/s)
  const stem = whole.replace(/(?<=.)\.[^.]*$/, '')
  const words = `${stem}${part === undefined ? '' : ` ${part}`}`.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [
    'table',
  ]
  const word = words.join('_')
  return /^\p{N}/u.test(word) ? `t_${word}` : word
}

/** Answers queries over the tables it is given, and reaches nothing else. It decides nothing. */
export interface TableQueries {
  /** Reads the text of a query, which has to be one `SELECT`. Rejects with `BAD_SQL` or `SQL_UNAVAILABLE`. */
  names(query: string, signal: AbortSignal): Promise<QueryNames>
  /** Gives at most `limit` rows. Rejects with `BAD_SQL`, `SQL_STOPPED` or `SQL_UNAVAILABLE`. */
  run(query: string, tables: readonly QueryTable[], limit: number, signal: AbortSignal): Promise<QueryResult>
}
