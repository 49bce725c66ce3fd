import { whole } from './amounts.ts'

/** Room for the words about what is left out. */
const GAP_BYTES = 60
/** Wherever such words stand, one after the other too. */
const GAPS = /(?=(\n… \[[\d,]+ characters omitted\] …\n))/g

/** What stands in a text where so many of its characters are left out. */
export function omission(characters: number): string {
  return `\n… [${whole(characters)} characters omitted] …\n`
}

/** Cuts a text in its middle so that it takes at most so many bytes, and says how much is left out. Characters stay whole. */
export function cutText(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text
  const half = Math.max(0, Math.floor((mostBytes - GAP_BYTES) / 2))
  const bytes = Buffer.from(text)
  // Half a character at the place of the cut is left out. What the text has of replacement characters elsewhere stays.
  const head = decode(bytes.subarray(0, half)).replace(/\uFFFD+$/, '')
  const tail = decode(bytes.subarray(bytes.length - half)).replace(/^\uFFFD+/, '')
  return `${head}${omission(text.length - head.length - tail.length)}${tail}`
}

/** Whether a text is another one, whole or cut once in its middle. Either may tell of omissions of its own. */
export function isCutOf(text: string, original: string): boolean {
  if (text === original) return true
  const shorter = Math.min(text.length, original.length)
  const head = countWhile(shorter, (i) => text[i] === original[i])
  const tail = countWhile(shorter, (i) => text.at(-1 - i) === original.at(-1 - i))
  for (const { index, 1: gap = '' } of text.matchAll(GAPS)) {
    const behind = text.length - index - gap.length
    const left = original.length - index - behind
    if (left > 0 && gap === omission(left) && index <= head && behind <= tail) return true
  }
  return false
}

function countWhile(most: number, holds: (index: number) => boolean): number {
  let count = 0
  while (count < most && holds(count)) count += 1
  return count
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
