import { isAscii, isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { TextEncoding } from '@writ/contract'
import { CODECS } from './codec.ts'
import { detectEncoding } from './detect-encoding.ts'
import { dayOf } from './document-day.ts'
import type { NewExtract } from './extract.ts'
import { refusePdf } from './file-kind.ts'
import { MARK_BYTES, MAX_DOCUMENT_BYTES, PIECE_BYTES, SAMPLE_BYTES } from './limits.ts'
import { OffsetMarks, type Original } from './original.ts'
import type { Refusal } from './refusal.ts'

/** What is known of a document once all of it was fed. */
export interface Fed {
  /** Of a document whose file is not UTF-8. */
  readonly original?: Original
  /** What secrets in it were masked, in plain words. */
  readonly masked?: string
  /** Of a document that was taken out of another file. */
  readonly extract?: NewExtract
  /** The day that the document is of (ISO 8601), where one is known. */
  readonly day?: string
}

/**
 * Feeds the text of a document in UTF-8, piece by piece, each ending at a character boundary; or says why it is left out
 * (after some pieces, perhaps).
 */
export type Feed = (take: (piece: Buffer) => void) => Fed | Refusal

export function isRefusal(outcome: Fed | Refusal): outcome is Refusal {
  return 'code' in outcome
}

const NO_TEXT: Refusal = { code: 'binary', reason: 'it is no text' }
const UNREADABLE: Refusal = { code: 'unreadable', reason: 'it cannot be read' }
const CHANGING: Refusal = { code: 'changing', reason: 'it was changed while it was read' }
const TOO_LARGE: Refusal = {
  code: 'too-large',
  reason: `it is larger than ${MAX_DOCUMENT_BYTES / 1024 ** 3} GiB`,
}

/** A text given directly. */
export function textFeed(text: string): Feed {
  return (take) => {
    const bytes = Buffer.from(text)
    if (bytes.includes(0)) return NO_TEXT
    take(bytes)
    return {}
  }
}

/** A file, decoded and checked on the way. Never blocks on a FIFO, never follows a last symlink. */
export function fileFeed(path: string): Feed {
  return (take) => {
    let fd: number
    try {
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
    } catch {
      return UNREADABLE
    }
    try {
      const facts = fstatSync(fd, { bigint: true })
      if (!facts.isFile()) return { code: 'unreadable', reason: 'it is not a regular file' }
      if (facts.size > MAX_DOCUMENT_BYTES) return TOO_LARGE
      const reader = new FileReader(fd)
      const encoding = encodingOf(reader)
      const outcome = typeof encoding === 'string' ? feedDecoded(reader, encoding, take) : encoding
      const { size, mtimeNs } = fstatSync(fd, { bigint: true })
      if (size !== facts.size || mtimeNs !== facts.mtimeNs) return CHANGING
      const day = dayOf(Number(mtimeNs / 1_000_000n))
      return isRefusal(outcome) || day === undefined ? outcome : { ...outcome, day }
    } finally {
      closeSync(fd)
    }
  }
}

/** Reads the file up to what shows that it is not UTF-8, or to its end. */
function encodingOf(reader: FileReader): TextEncoding | Refusal {
  let first: Buffer = Buffer.alloc(0)
  let wideBefore = false
  return (
    reader.through(CODECS['utf-8'].whole, (piece) => {
      if (first.length === 0) first = Buffer.from(piece.subarray(0, SAMPLE_BYTES))
      if (!isUtf8(piece) || piece.includes(0)) return detectEncoding({ first, faulty: piece, wideBefore })
      wideBefore ||= !isAscii(piece)
      return undefined
    }) ??
    refusePdf(first) ??
    'utf-8'
  )
}

function feedDecoded(
  reader: FileReader,
  encoding: TextEncoding,
  take: (piece: Buffer) => void,
): Fed | Refusal {
  const codec = CODECS[encoding]
  const marks = new OffsetMarks()
  const step = encoding === 'utf-8' ? PIECE_BYTES : MARK_BYTES
  const refusal = reader.through(codec.whole, (piece) => {
    for (let at = 0; at < piece.length; ) {
      const most = piece.subarray(at, at + step)
      // The last piece of a file may end inside a character: that is no text.
      const part = at + most.length < piece.length ? most.subarray(0, codec.whole(most)) : most
      const text = codec.decode(part)
      if (text === undefined) return notDecoded(encoding)
      if (text.includes(0)) return NO_TEXT
      marks.add(part.length, text.length)
      take(text)
      at += part.length
    }
    return undefined
  })
  return refusal ?? (encoding === 'utf-8' ? {} : { original: marks.original(encoding) })
}

function notDecoded(encoding: TextEncoding): Refusal {
  return { code: 'undecodable', reason: `it looks like ${encoding} and is not` }
}

// One buffer for all files: pieces are taken synchronously.
const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES)

/** Reads one file through the buffer, as often as is asked; a short one is read once and stays there. */
class FileReader {
  readonly #fd: number
  /** The file, when all of it is in the buffer. */
  #all: Buffer | undefined

  constructor(fd: number) {
    this.#fd = fd
  }

  /**
   * Hands out pieces that end where `whole` lets them, but for the last one; ends with the first result of `each`, else
   * with undefined.
   */
  through<T>(
    whole: (bytes: Buffer) => number,
    each: (piece: Buffer) => T | undefined,
  ): T | Refusal | undefined {
    if (this.#all !== undefined) return each(this.#all)
    let held = 0 // bytes of an unfinished character at the front of the buffer
    let position = 0
    for (;;) {
      const read = fill(this.#fd, held, position)
      if (read === undefined) return UNREADABLE
      const bytes = buffer.subarray(0, held + read)
      const atEnd = bytes.length < buffer.length
      if (atEnd && position === 0) this.#all = bytes
      position += read
      if (position > MAX_DOCUMENT_BYTES) return TOO_LARGE
      const end = atEnd ? bytes.length : whole(bytes)
      const result = each(bytes.subarray(0, end))
      if (result !== undefined || atEnd) return result
      held = buffer.copy(buffer, 0, end, bytes.length)
    }
  }
}

/** Fills the buffer from `from` on; fewer bytes than fit mean the end of the file. */
function fill(fd: number, from: number, position: number): number | undefined {
  let at = from
  while (at < buffer.length) {
    let read: number
    try {
      read = readSync(fd, buffer, at, buffer.length - at, position + at - from)
    } catch {
      return undefined
    }
    if (read === 0) break
    at += read
  }
  return at - from
}
