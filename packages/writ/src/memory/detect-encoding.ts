import type { TextEncoding } from '@writ/contract'
import { CODECS } from './codec.ts'
import { refuseKnown, refusePdf } from './file-kind.ts'
import type { Refusal } from './refusal.ts'

/** Of the bytes that are no space, at most this part is above ASCII in text of Western Europe. */
const MOST_HIGH = 0.4

/** Least part of the characters of UTF-16 without a mark that are ASCII, for it to be certain. */
const LEAST_ASCII = 0.5

/** Least length of such a file. */
const LEAST_BYTES = 8

/** What is known of a file that is not UTF-8 without a NUL. */
interface Evidence {
  /** Its beginning. */
  readonly first: Buffer
  /** The stretch that is not, and whether there were characters of more than one byte before it. */
  readonly faulty: Buffer
  readonly wideBefore: boolean
}

/** The encoding of a file, or why it is left out. Whether all of the file decodes is seen when it is read. */
export function detectEncoding({
  first,
  faulty,
  wideBefore,
}: Evidence): Exclude<TextEncoding, 'utf-8'> | Refusal {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le'
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be'
  const known = refusePdf(first) ?? refuseKnown(first)
  if (known !== undefined) return known
  if (first.includes(0)) return utf16WithoutMark(first) ?? { code: 'binary', reason: 'it is no text' }
  if (faulty.includes(0)) return { code: 'binary', reason: 'it is no text' }
  if (wideBefore || isBrokenUtf8(faulty))
    return { code: 'undecodable', reason: 'it is UTF-8 with bytes in it that are none' }
  if (isWestern(first, faulty)) return 'windows-1252'
  return { code: 'undecodable', reason: 'it is neither UTF-8 nor UTF-16 nor Windows-1252' }
}

function utf16WithoutMark(first: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  // Only a whole file has an odd length here.
  if (first.length < LEAST_BYTES || first.length % 2 !== 0) return undefined
  const encoding = first[0] === 0 ? 'utf-16be' : 'utf-16le'
  const codec = CODECS[encoding]
  const text = codec.decode(first.subarray(0, codec.whole(first)))?.toString()
  if (text === undefined) return undefined
  let ascii = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (unit < 32 && unit !== 9 && unit !== 10 && unit !== 13) return undefined
    if (unit < 127) ascii += 1
  }
  return ascii >= text.length * LEAST_ASCII ? encoding : undefined
}

/** Whether most of what is above ASCII is well-formed UTF-8: then some bytes are damaged, and it is no other encoding. */
function isBrokenUtf8(bytes: Buffer): boolean {
  const text = bytes.toString()
  let damaged = 0
  let whole = 0
  for (const letter of text) {
    if (letter === '\ufffd') damaged += 1
    else if (letter > '\x7f') whole += 1
  }
  return whole > 0 && whole >= damaged
}

function isWestern(...stretches: readonly Buffer[]): boolean {
  let high = 0
  let visible = 0
  for (const bytes of stretches) {
    for (const byte of bytes) {
      if (byte >= 0x80) high += 1
      if (byte > 0x20) visible += 1
    }
  }
  return high <= visible * MOST_HIGH
}
