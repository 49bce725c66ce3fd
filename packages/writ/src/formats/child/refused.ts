import type { ParseRefusal } from '@writ/contract'

/** Thrown by a parser that refuses its file. */
export class Refused extends Error {
  readonly refusal: ParseRefusal

  constructor(code: ParseRefusal['code'], reason: string) {
    super(reason)
    this.refusal = { code, reason }
  }
}

const MOST_CHARS = 300

/** What an error of a parser says of its file. */
export function asRefusal(error: unknown): ParseRefusal {
  if (error instanceof Refused) return error.refusal
  const message = error instanceof Error ? error.message : String(error)
  if (/Array buffer allocation failed|Invalid (string|array|typed array) length/.test(message))
    return { code: 'limits', reason: 'reading it took more memory than a file may' }
  const shown = message
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, MOST_CHARS)
    .toWellFormed()
  return { code: 'damaged', reason: `it cannot be read: ${shown}` }
}
