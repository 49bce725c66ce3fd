/** A part of what is said of a result that only its tables tell: a mark in the words, and a query of one text that takes its place. */
export type Named = { readonly mark: string; readonly query: string }

/** The mark for one of them. No question holds it. */
export function markOf(at: number): string {
  return `\uE010${at}\uE011`
}

export const hasMark = (text: string): boolean => /[\uE010\uE011]/u.test(text)
