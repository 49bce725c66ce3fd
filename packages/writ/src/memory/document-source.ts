import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { MAX_DOCUMENT_BYTES, PIECE_BYTES } from './limits.ts'
import { wholeCharacters } from './utf8.ts'

/** Why a document is left out. */
export type Refusal = 'binary' | 'undecodable' | 'unreadable' | 'too-large'

/** Feeds the bytes of a document piece by piece, or says why it is left out (after some pieces, perhaps). */
export type Feed = (take: (piece: Buffer) => void) => Refusal | undefined

/** A text given directly. */
export function textFeed(text: string): Feed {
  return (take) => {
    const bytes = Buffer.from(text)
    if (bytes.includes(0)) return 'binary'
    take(bytes)
    return undefined
  }
}

// One buffer for all files: pieces are taken synchronously.
const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)

/** A file, validated as UTF-8 without NUL bytes on the way. Never blocks on a FIFO, never follows a last symlink. */
export function fileFeed(path: string): Feed {
  return (take) => {
    let fd: number
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    } catch {
      return 'unreadable'
    }
    try {
      const facts = fstatSync(fd)
      if (!facts.isFile()) return 'unreadable'
      if (facts.size > MAX_DOCUMENT_BYTES) return 'too-large'
      return feedOpenFile(fd, take)
    } finally {
      closeSync(fd)
    }
  }
}

function feedOpenFile(fd: number, take: (piece: Buffer) => void): Refusal | undefined {
  let held = 0 // bytes of an unfinished character at the front of the buffer
  let total = 0
  for (;;) {
    const read = fill(fd, held)
    if (read === undefined) return 'unreadable'
    total += read
    if (total > MAX_DOCUMENT_BYTES) return 'too-large'
    const bytes = buffer.subarray(0, held + read)
    const atEnd = bytes.length < buffer.length
    const end = atEnd ? bytes.length : wholeCharacters(bytes)
    const piece = bytes.subarray(0, end)
    if (piece.includes(0)) return 'binary'
    if (!isUtf8(piece)) return 'undecodable'
    take(piece)
    if (atEnd) return undefined
    held = buffer.copy(buffer, 0, end, bytes.length)
  }
}

/** Fills the buffer from `from` on; fewer bytes than fit mean the end of the file. */
function fill(fd: number, from: number): number | undefined {
  let at = from
  while (at < buffer.length) {
    let read: number
    try {
      read = readSync(fd, buffer, at, buffer.length - at, null)
    } catch {
      return undefined
    }
    if (read === 0) break
    at += read
  }
  return at - from
}
