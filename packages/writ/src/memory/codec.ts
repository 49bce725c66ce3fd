import { isUtf8 } from 'node:buffer'
import type { TextEncoding } from '@writ/contract'
import { wholeCharacters } from './utf8.ts'

/** Between the bytes of a file and the UTF-8 that is kept of it; each character has exactly one form in both. */
export interface Codec {
  /** Length of the longest prefix that does not end inside a character. */
  readonly whole: (bytes: Buffer) => number
  /** The text in UTF-8, or undefined when these bytes stand for none. */
  readonly decode: (bytes: Buffer) => Buffer | undefined
  /** The bytes that stand for a text that was decoded. */
  readonly encode: (text: Buffer) => Buffer
  /** Bytes in the file of the character that begins in UTF-8 with this byte. */
  readonly size: (lead: number) => number
}

const UTF_8: Codec = {
  whole: wholeCharacters,
  decode: (bytes) => (isUtf8(bytes) ? bytes : undefined),
  encode: (text) => text,
  size: (lead) => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1),
}

/** What Windows-1252 has for 0x80 to 0x9F; five of them stand for nothing. Elsewhere it is Latin-1. */
const HIGH = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ'
const FROM_HIGH: ReadonlyMap<string, number> = new Map(Array.from(HIGH, (letter, at) => [letter, 0x80 + at]))

/** Bytes that no text has: controls but tab, line feed, vertical tab, form feed, carriage return, escape; and the five. */
const FORBIDDEN = new Uint8Array(256)
for (let byte = 0; byte < 0x20; byte += 1) if (byte < 0x09 || byte > 0x0d) FORBIDDEN[byte] = 1
FORBIDDEN[0x1b] = 0
for (const byte of [0x7f, 0x81, 0x8d, 0x8f, 0x90, 0x9d]) FORBIDDEN[byte] = 1

const WINDOWS_1252: Codec = {
  whole: (bytes) => bytes.length,
  decode: (bytes) => {
    if (bytes.some((byte) => FORBIDDEN[byte] === 1)) return undefined
    const text = bytes.toString('latin1')
    return Buffer.from(text.replace(/[\x80-\x9f]/g, (letter) => HIGH[letter.charCodeAt(0) - 0x80] ?? letter))
  },
  encode: (text) =>
    Buffer.from(
      text.toString().replace(/[^\0-\xff]/g, (letter) => String.fromCharCode(FROM_HIGH.get(letter) ?? 0x3f)),
      'latin1',
    ),
  size: () => 1,
}

const UTF_16LE: Codec = {
  whole: (bytes) => {
    const even = bytes.length & ~1
    // The first half of a pair waits for the second.
    const last = even > 0 ? bytes.readUInt16LE(even - 2) : 0
    return last >= 0xd800 && last < 0xdc00 ? even - 2 : even
  },
  decode: (bytes) => {
    if (bytes.length % 2 !== 0) return undefined
    const text = bytes.toString('utf16le')
    return text.isWellFormed() ? Buffer.from(text) : undefined
  },
  encode: (text) => Buffer.from(text.toString(), 'utf16le'),
  size: (lead) => (lead >= 0xf0 ? 4 : 2),
}

const UTF_16BE: Codec = {
  whole: (bytes) => UTF_16LE.whole(swapped(bytes)),
  decode: (bytes) => (bytes.length % 2 === 0 ? UTF_16LE.decode(swapped(bytes)) : undefined),
  encode: (text) => UTF_16LE.encode(text).swap16(),
  size: UTF_16LE.size,
}

/** A copy with the bytes of each pair the other way round; a last odd byte is left as it is. */
function swapped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  copy.subarray(0, copy.length & ~1).swap16()
  return copy
}

export const CODECS: Readonly<Record<TextEncoding, Codec>> = {
  'utf-8': UTF_8,
  'windows-1252': WINDOWS_1252,
  'utf-16le': UTF_16LE,
  'utf-16be': UTF_16BE,
}
