import type { CodeLanguage } from './code-facts.ts'
import type { OutlineEntry } from './context-store.ts'
import type { Format } from './format.ts'

/** How places are kept of an extracted text: for each stretch its first byte, and what says where that stands. */
export type PlaceKind = 'page' | 'paragraph' | 'cells' | 'part' | 'record'

/** How many numbers a mark of each kind has. */
export const MARK_NUMBERS: Readonly<Record<PlaceKind, number>> = {
  /** Its first byte, page, x, y, width and height in points; all four are 0 where the box is not known. */
  page: 6,
  /** Its first byte; the paragraph is the number of marks up to it. */
  paragraph: 1,
  /** Its first byte, sheet (an index into `names`), row from 1, first column from 1. Tabs part the cells of a row. */
  cells: 4,
  /** Its first byte, part (an index into `names`). */
  part: 2,
  /** Its first byte, table and key (indexes into `names`). */
  record: 3,
}

/** Where the stretches of an extracted text stand in its original. */
export interface PlaceMarks {
  readonly kind: PlaceKind
  /** Names of sheets, parts, tables and keys. */
  readonly names: readonly string[]
  /** Marks one after another in ascending order of their first bytes, as little-endian 32-bit numbers in Base64. */
  readonly marks: string
}

/** A document as a parser gives it. Offsets are bytes of its text in UTF-8. */
export interface ParsedDocument {
  readonly text: string
  /** What the document calls itself. */
  readonly title?: string
  readonly outline: readonly OutlineEntry[]
  readonly places?: PlaceMarks
  readonly tables: readonly ParsedTable[]
  /** What of it was not read, in plain words. */
  readonly warnings: readonly string[]
}

/** A table that stands in a document; one that is none for a doubt has a `problem`, and neither columns nor rows. */
export interface ParsedTable {
  /** Tells it from the other tables of its document. */
  readonly part: string
  readonly columns: readonly ParsedColumn[]
  readonly rows: readonly ParsedRow[]
  /** Whether the document itself says which row names the columns. */
  readonly marked: boolean
  /** Whether a row is of another kind than the others: a sum of them, a hidden one. Absent where all are records of a database. */
  readonly apart?: boolean
  readonly problem?: string
}

export interface ParsedColumn {
  readonly name: string
  /** Whether its values are said to be texts, however they look. */
  readonly isText: boolean
  /** Whether a point in a number may set thousands apart. */
  readonly mayGroup: boolean
}

/** A row of a table. An empty cell is null; of a number it is the value, which may be shown otherwise. */
export interface ParsedRow {
  readonly cells: readonly (string | null)[]
  /** Bytes of the text that hold the row. */
  readonly start: number
  readonly end: number
}

/** A file within a file. */
export interface ParsedMember {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Why a file, or a member of it, is left out. */
export interface ParseRefusal {
  readonly code: 'scan' | 'encrypted' | 'damaged' | 'limits' | 'unsafe-name' | 'binary'
  readonly reason: string
}

/** What a file comes to: a document, the files in it, or both. */
export interface Parsed {
  readonly document?: ParsedDocument
  readonly members: readonly ParsedMember[]
  /** Members that are left out, by name. */
  readonly left: readonly (ParseRefusal & { readonly name: string })[]
}

export interface ParseRequest {
  readonly format: Format
  /** The name of the file, which a member without one is named for. */
  readonly name: string
  readonly bytes: Uint8Array
  /** Of a database: the one table, or the one query, that is read of it. */
  readonly select?: DatabaseSelection
}

/** What is read of a database where that is not all of it. */
export type DatabaseSelection = { readonly table: string } | { readonly query: string }

/** Turns files into text. What a file does to its parser ends the reading of that file only. */
export interface DocumentParser {
  /** Rejects only where no parser can be started. */
  parse(request: ParseRequest): Promise<Parsed | ParseRefusal>
  close(): Promise<void>
}

export interface CodeRequest {
  readonly language: CodeLanguage
  /** UTF-8. */
  readonly bytes: Uint8Array
}

/** The structure of a text as its parser says it is, packed as `packFacts` does. Whoever unpacks it checks it against the text. */
export interface PackedCode {
  readonly packed: Uint8Array
}

/** Reads the structure of source. What a text does to its parser ends the reading of that text only. */
export interface CodeReader {
  /** Rejects only where no parser can be started or grammars are not installed. */
  readCode(request: CodeRequest): Promise<PackedCode | ParseRefusal>
}
