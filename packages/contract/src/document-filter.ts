/** What documents are told apart by: each is of one kind. */
export const DOCUMENT_KINDS = ['text', 'code', 'table', 'data', 'pdf', 'word', 'html', 'mail'] as const

export type DocumentKind = (typeof DOCUMENT_KINDS)[number]

/** Which documents of a partition are meant: those that every condition holds for. */
export interface DocumentFilter {
  /** Globs, of which one matches the id. */
  readonly glob?: readonly string[]
  readonly type?: readonly DocumentKind[]
  /** The first and the last day, month or year of the date of a document (ISO 8601). One without a date is not meant. */
  readonly since?: string
  readonly until?: string
}

/** A filter as a frame states it: labels, too, which partitions have and not documents. */
export interface AskedFilter extends DocumentFilter {
  /** Labels as text, of which one is met: the same level, and each category that it names. */
  readonly label?: readonly string[]
}

/** What a filter leaves of a partition. */
export interface SelectedDocuments {
  /** Ids, ascending. */
  readonly docs: readonly string[]
  /** Those left out for want of a date alone. */
  readonly undated: readonly string[]
}

/** Whether a filter asks for dates. */
export function asksForDates({ since, until }: DocumentFilter): boolean {
  return since !== undefined || until !== undefined
}

/** A list that says how many documents were left out of it because they have no date; a plain one where no date was asked for. */
export type Dated<T> = readonly T[] | { readonly found: readonly T[]; readonly undated: number }

/** What a list holds. */
export function foundIn<T>(list: Dated<T>): readonly T[] {
  return 'found' in list ? list.found : list
}
