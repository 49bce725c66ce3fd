/** Most characters on either side of what was found that are looked at. */
export const AROUND_CHARS = 300

/** A line shorter than this ends where it ends; a longer one may go on in the next. */
const WRAPPED = 50

/** The sentence around [start, end) of a text, or its line, or as much of either as is looked at. */
export function surrounding(text: string, start: number, end: number): { start: number; end: number } {
  const from = Math.max(0, start - AROUND_CHARS)
  const to = Math.min(text.length, end + AROUND_CHARS)
  let first = start
  while (first > from && !isBreak(text, first)) first -= 1
  let last = end
  while (last < to && !isBreak(text, last)) last += 1
  while (first < start && /\s/.test(text[first] ?? '')) first += 1
  while (last > end && /\s/.test(text[last - 1] ?? '')) last -= 1
  return { start: whole(text, first), end: whole(text, last) }
}

/** Whether a sentence or a line of a list ends before a place. */
function isBreak(text: string, at: number): boolean {
  const before = text[at - 1] ?? ''
  if (before === '\n') return isLineEnd(text, at)
  if ((before !== '.' && before !== '!' && before !== '?') || !/\s/.test(text[at] ?? '')) return false
  const next = /^\s{1,3}["'(]?(.)/su.exec(text.slice(at, at + 6))?.[1] ?? ''
  return (
    /[\p{Lu}\p{N}]/u.test(next) &&
    !/(?:^|[\s(])(?:\p{L}|\p{N}{1,2}|No|Art|Mr|Mrs|Ms|Dr|Inc|Ltd|Corp|Co|vs?|Sec)\.$/u.test(
      text.slice(Math.max(0, at - 6), at),
    )
  )
}

function isLineEnd(text: string, at: number): boolean {
  if (!/\p{L}/u.test(text[at] ?? '')) return true
  const line = text.slice(Math.max(0, at - 1 - WRAPPED), at - 1)
  return line.includes('\n') || line.length < WRAPPED
}

/** A place that cuts no character in two. */
function whole(text: string, at: number): number {
  const low = text.charCodeAt(at)
  return low >= 0xdc00 && low <= 0xdfff ? at + 1 : at
}
