import { whole } from './amounts.ts'

/** Words about what is left out, with the line breaks around them. */
const GAP_BYTES = 60
const GAP = /\n… \[[\d,]+ characters omitted\] …\n/

/** Cuts a text in its middle so that it takes at most so many bytes, and says how much is left out. Characters stay whole. */
export function cutText(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text
  const half = Math.max(0, Math.floor((mostBytes - GAP_BYTES) / 2))
  const bytes = Buffer.from(text)
  const head = wholeCharacters(bytes.subarray(0, half))
  const tail = wholeCharacters(bytes.subarray(bytes.length - half))
  return `${head}\n… [${whole(text.length - head.length - tail.length)} characters omitted] …\n${tail}`
}

/** Whether a text is another one, whole or cut in its middle. */
export function isCutOf(text: string, original: string): boolean {
  const [head = '', tail] = text.split(GAP)
  return text === original || (tail !== undefined && original.startsWith(head) && original.endsWith(tail))
}

/** The characters that lie whole in a part of a text. */
function wholeCharacters(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll(/^\uFFFD+|\uFFFD+$/g, '')
}
