import type { Format, OutlineEntry, PlaceMarks } from '@writ/contract'

/** What a pack keeps of a document that is no file of its own as it stands. */
export interface Extract {
  /** What its text was extracted from; absent for a file that only was within another. */
  readonly format?: Format
  /** The id of the file on disk, and the SHA-256 (hex) of it. */
  readonly file: string
  readonly sha256: string
  /** Where in the pack the notes on it are; absent where there are none. */
  readonly notes?: { readonly position: number; readonly length: number }
}

/** What only the parser of a document knew. */
export interface Notes {
  readonly title?: string
  readonly outline: readonly OutlineEntry[]
  readonly places?: PlaceMarks
}

/** An extract that is to be packed. Its notes are read when they are written: they may be as long as the text. */
export interface NewExtract {
  readonly format?: Format
  readonly file: string
  readonly sha256: string
  readonly notes?: () => Buffer
}

/** The row of an extract in the table of a pack. */
export type ExtractRow = [format: Format | null, file: string, sha256: string, ...notes: number[]]

export function extractRow({ format, file, sha256, notes }: Extract): ExtractRow {
  return [format ?? null, file, sha256, ...(notes === undefined ? [] : [notes.position, notes.length])]
}

export function extractOf([format, file, sha256, position, length]: ExtractRow): Extract {
  return {
    ...(format === null ? {} : { format }),
    file,
    sha256,
    ...(position === undefined || length === undefined ? {} : { notes: { position, length } }),
  }
}
