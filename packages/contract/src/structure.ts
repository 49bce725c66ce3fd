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
