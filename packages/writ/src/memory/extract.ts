import type { Format, OutlineEntry, ParsedTable, PlaceMarks } from '@writ/contract'

/** What a pack keeps of a document that is no file of its own as it stands. */
export interface Extract {
  /** What its text was extracted from; absent for a file that only was within another. */
  readonly format?: Format
  /** The id of the file on disk, and the SHA-256 (hex) of it. */
  readonly file: string
  readonly sha256: string
  /** Where in the pack the notes on it are; absent where there are none. */
  readonly notes?: PackRange
  /** Where its tables are; absent where a parser found none. */
  readonly tables?: PackRange
}

interface PackRange {
  readonly position: number
  readonly length: number
}

/** What only the parser of a document knew. */
export interface Notes {
  readonly title?: string
  readonly outline: readonly OutlineEntry[]
  readonly places?: PlaceMarks
}

/** Tables of a parsed document, with their cells as its packed text has them. */
export type ParsedTables = readonly ParsedTable[]

/** An extract that is to be packed. What was noted is read when it is written: it may be as long as the text. */
export interface NewExtract {
  readonly format?: Format
  readonly file: string
  readonly sha256: string
  readonly notes?: () => Buffer
  readonly tables?: () => Buffer
}

/** The row of an extract in the table of a pack: notes, then tables, each by position and length. */
export type ExtractRow = [format: Format | null, file: string, sha256: string, ...ranges: number[]]

export function extractRow({ format, file, sha256, notes, tables }: Extract): ExtractRow {
  const ranges = [notes, tables].flatMap((range) =>
    range === undefined ? [] : [range.position, range.length],
  )
  return [format ?? null, file, sha256, ...ranges]
}

export function extractOf([format, file, sha256, ...ranges]: ExtractRow): Extract {
  const notes = rangeOf(ranges, 0)
  const tables = rangeOf(ranges, 2)
  return {
    ...(format === null ? {} : { format }),
    file,
    sha256,
    ...(notes === undefined ? {} : { notes }),
    ...(tables === undefined ? {} : { tables }),
  }
}

function rangeOf(ranges: readonly number[], at: number): PackRange | undefined {
  const [position, length] = ranges.slice(at)
  return position === undefined || length === undefined ? undefined : { position, length }
}
