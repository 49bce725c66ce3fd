import { PIECE_BYTES } from '../limits.ts'
import { boundaryAfter, boundaryBefore, wholeCharacters } from '../utf8.ts'
import { findPrivateKeys, MAX_KEY_BYTES } from './private-keys.ts'
import { findSecrets } from './rules.ts'
import { findTriggers } from './triggers.ts'

/** How far in front of a trigger its token may begin. */
const REACH = 256

/** What the rules are shown from a trigger on, and the longest token they find for certain. */
const VIEW_BYTES: number = 8 * 1024
const MAX_TOKEN_BYTES: number = 4 * 1024

/** How far what follows a trigger is looked at. */
const AHEAD: number = REACH + Math.max(VIEW_BYTES, MAX_KEY_BYTES)

/** Most bytes held back: what is ahead of a trigger, what it reaches back to, and the rest of a character. */
const MAX_HELD_BYTES: number = AHEAD + REACH + 4

/** What is held, and the piece that was taken last. One for all documents, which are masked one after another. */
const work = Buffer.allocUnsafeSlow(MAX_HELD_BYTES + PIECE_BYTES)

interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Overwrites the secrets of one document while its text goes by. Every character of a secret is replaced by one of as many
 * bytes, so sizes and offsets stay; line ends stay, too.
 * INVARIANT: what is masked depends on the document alone, never on how it was cut into pieces.
 */
export class SecretMasker {
  /** Kinds of the secrets found, how many, and how many bytes of them were overwritten. */
  readonly kinds: Set<string> = new Set()
  secrets = 0
  maskedBytes = 0
  /** Bytes taken. */
  bytes = 0
  /** Bytes of text not sent on yet, and where in the document they begin. */
  #held = 0
  #start = 0
  /** Where in the document triggers are looked for next. */
  #next = 0
  /** Triggers in front of it were inside what the rules have seen. */
  #seen = 0
  /** Secrets not sent on whole yet. */
  #found: Range[] = []
  /** Where in the document the last masked byte was. */
  #maskedTo = 0
  readonly #everywhere: boolean

  /** With `everywhere`, the rules are shown the whole text: for short files that are likely to hold a secret. */
  constructor(everywhere: boolean) {
    this.#everywhere = everywhere
  }

  /** Takes a piece, which ends at a character boundary; sends on what is settled, lent until the next call. */
  push(piece: Buffer, emit: (bytes: Buffer) => void): void {
    this.bytes += piece.length
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + PIECE_BYTES)
      const whole = at + part.length === piece.length ? part.length : wholeCharacters(part)
      if (this.#held > MAX_HELD_BYTES) throw new Error('more text is held back than there is room for')
      const length = this.#held + part.copy(work, this.#held, 0, whole)
      this.#advance(work.subarray(0, length), Math.max(0, length - AHEAD), emit)
      at += whole
    }
  }

  end(emit: (bytes: Buffer) => void): void {
    this.#advance(work.subarray(0, this.#held), this.#held, emit)
  }

  /** Finds the secrets whose trigger is in front of `limit`, and sends on what no later one can reach back to. */
  #advance(bytes: Buffer, limit: number, emit: (bytes: Buffer) => void): void {
    const from = this.#next - this.#start
    if (limit > from) {
      for (const at of this.#triggers(bytes, from, limit)) this.#look(bytes, at)
      for (const { start, end } of findPrivateKeys(bytes, from, limit)) this.#add(start, end, 'private key')
      this.#next = this.#start + limit
    }
    const cut = limit === bytes.length ? limit : boundaryBefore(bytes, Math.max(0, limit - REACH))
    if (cut > 0) {
      this.#mask(bytes.subarray(0, cut))
      emit(bytes.subarray(0, cut))
    }
    this.#held = bytes.copy(work, 0, cut)
    this.#start += cut
  }

  #triggers(bytes: Buffer, from: number, limit: number): number[] {
    if (!this.#everywhere) return findTriggers(bytes, from, limit)
    const step = VIEW_BYTES - MAX_TOKEN_BYTES
    const first = Math.ceil(this.#next / step) * step - this.#start
    return Array.from({ length: Math.max(0, Math.ceil((limit - first) / step)) }, (_, n) => first + n * step)
  }

  #look(bytes: Buffer, at: number): void {
    if (this.#start + at < this.#seen) return
    const start = Math.max(0, at - REACH)
    const text = bytes.toString('latin1', start, at + VIEW_BYTES)
    for (const found of findSecrets(text)) this.#add(start + found.start, start + found.end, found.kind)
    this.#seen = this.#start + at + VIEW_BYTES - MAX_TOKEN_BYTES
  }

  #add(start: number, end: number, kind: string): void {
    this.kinds.add(kind)
    this.#found.push({ start: this.#start + start, end: this.#start + end })
  }

  /** Overwrites the secrets in the next bytes to send on. */
  #mask(bytes: Buffer): void {
    const end = this.#start + bytes.length
    const here = this.#found.filter((range) => range.start < end).sort((a, b) => a.start - b.start)
    if (here.length === 0) return
    for (const range of here) {
      if (range.start >= this.#maskedTo) this.secrets += 1
      const to = Math.min(range.end, end)
      const from = Math.max(range.start, this.#maskedTo)
      if (to <= from) continue
      overwrite(bytes, from - this.#start, to - this.#start)
      this.maskedBytes += to - from
      this.#maskedTo = to
    }
    this.#found = this.#found.filter((range) => range.end > end)
  }
}

/** What stands for a character of so many bytes: it has as many in every encoding that documents are decoded from. */
const MASKS: readonly Buffer[] = ['*', '·', '•', '🔒'].map((mask) => Buffer.from(mask))

function overwrite(bytes: Buffer, from: number, to: number): void {
  const end = boundaryAfter(bytes, to)
  for (let at = boundaryBefore(bytes, from); at < end; ) {
    const length = boundaryAfter(bytes, at + 1) - at
    const isLineEnd = bytes[at] === 10 || bytes[at] === 13
    if (!isLineEnd) MASKS[length - 1]?.copy(bytes, at)
    at += length
  }
}
