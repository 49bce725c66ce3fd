import type { Span } from './span.ts'

/** What stands around something that was found: its sentence, or its line. */
export interface Surrounding {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** A date as a document writes it. */
export interface FoundDate extends Span {
  readonly text: string
  /**
   * What it says, as ISO 8601: a day, a day with its time, a month, or a quarter as `2024-Q1`. Null where the document
   * leaves it open.
   */
  readonly date: string | null
  /** All that it may say. A day without a year is `--03-12`; none for a day that no calendar has. */
  readonly readings: readonly string[]
  readonly sentence: Surrounding
}

/** An amount of money, or a share in per cent, as a document writes it. */
export interface FoundAmount extends Span {
  readonly text: string
  readonly kind: 'money' | 'percent'
  /** The code of a currency, or its sign where that stands for several; null for a share. */
  readonly currency: string | null
  /** A decimal number without an exponent; null where the document leaves it open. */
  readonly value: string | null
  readonly readings: readonly string[]
  readonly sentence: Surrounding
}

/** Which of the dates or amounts of a document are given: those that begin at an offset or later, so many at most. */
export interface FoundRange {
  readonly start: number
  readonly limit: number
}

/** What was found, in order of place. */
export interface FoundList<T> {
  readonly found: readonly T[]
  /** Whether there is more behind the last one. */
  readonly truncated: boolean
}

/** A document that has text in common with another one, or with a text. */
export interface SimilarDocument {
  readonly doc: string
  readonly title: string
  /** The Jaccard index of their shingles of five words: those in both by those in either. Computed from the texts. */
  readonly similarity: number
  /** Whether the texts are the same bytes. */
  readonly identical: boolean
}

/** Documents by how similar they are, the most similar first, then by id. */
export interface SimilarList {
  readonly found: readonly SimilarDocument[]
  readonly truncated: boolean
  /** Documents that are too long to be compared, but for whether they are identical. */
  readonly tooLong: number
}

/** What documents are compared with. */
export interface SimilarRequest {
  /** A document of the store, which is not given itself, or a text. */
  readonly to: { readonly doc: string } | { readonly text: string }
  /** Most documents to give. */
  readonly k: number
  /** The least similarity. */
  readonly least: number
  /** Only these documents, when given. */
  readonly docs?: readonly string[]
}

/** What a document says of its terms, of its own parts, and of other messages of its thread. */
export type DocumentReference = DefinedTerm | CrossReference | ThreadReference

/** The definition of a term: `"Agreement" means …`. The span is that of the sentence. */
export interface DefinedTerm extends Span {
  readonly kind: 'term'
  readonly text: string
  readonly name: string
  /** How often the document says it in all, as it is written there. */
  readonly uses: number
  /** What is in doubt, such as a second definition; null for nothing. */
  readonly problem: string | null
}

/** A mention of a part of a document: `Section 4.2`, `Exhibit B`. */
export interface CrossReference extends Span {
  readonly kind: 'reference'
  readonly text: string
  /** The heading it means; null where the document has none, or several. */
  readonly to: (Pick<Span, 'doc' | 'start' | 'end'> & { readonly title: string }) | null
  readonly problem: string | null
}

/** Another message of the same thread. */
export interface ThreadReference {
  readonly kind: 'thread'
  readonly doc: string
  /** The message, by its document; null for one that is not in reach. */
  readonly to: string | null
  readonly relation: 'parent' | 'ancestor' | 'reply' | 'descendant' | 'same-subject'
  /** Whether it is only likely: messages that share nothing but their subject. */
  readonly likely: boolean
  /** The `Message-ID` by which it is named; null for what is likely. */
  readonly messageId: string | null
  readonly problem: string | null
}

export const REFERENCE_KINDS: readonly ['term', 'reference', 'thread'] = ['term', 'reference', 'thread']
export type ReferenceKind = (typeof REFERENCE_KINDS)[number]

/** What the headers of a message say of its thread. */
export interface MessageHeaders {
  readonly doc: string
  readonly id: string | null
  readonly inReplyTo: readonly string[]
  readonly references: readonly string[]
  /** Without the prefixes of replies, as it is compared. */
  readonly subject: string
  readonly isReply: boolean
}
