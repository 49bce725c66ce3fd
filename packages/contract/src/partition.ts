import type { Format } from './format.ts'
import type { Label } from './label.ts'
import type { TextEncoding } from './text-encoding.ts'

/** All documents of a collection with the same label: one pack, one index. The unit of decision and of search. */
export interface Partition {
  /** Opaque id, stable for the same collection, label, purposes and owner. Safe to record in plain text. */
  readonly id: string
  readonly collection: string
  readonly label: Label
  /** Purposes its documents may be read for. */
  readonly purposes: readonly string[]
  readonly owner: string
  readonly documents: number
  readonly bytes: number
  /** SHA-256 (hex) of the pack. Never recorded bare: a record holds a commitment to it. */
  readonly packSha256: string
}

/** What is known of a document without reading it. */
export interface DocumentInfo {
  readonly id: string
  readonly partition: string
  readonly title: string
  readonly mediaType: string
  /** Bytes of its file, or of the text that was extracted from it. */
  readonly bytes: number
  /** How those bytes stand for its text, where that is not UTF-8. */
  readonly encoding?: Exclude<TextEncoding, 'utf-8'>
  /** What its text was extracted from, where it was. */
  readonly format?: Format
  /** The day it is of (ISO 8601), where one is known: that of a mail, of a commit, or of the last writing of its file. */
  readonly date?: string
  /** Entries of its outline. */
  readonly outlineSize: number
}
