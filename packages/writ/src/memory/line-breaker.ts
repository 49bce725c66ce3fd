import { MAX_LINE_BYTES } from './limits.ts'
import { boundaryBefore } from './utf8.ts'

const NEWLINE = Buffer.from('\n')

/**
 * Puts virtual breaks into the long lines of one document, so that a line-oriented search stays bounded.
 * INVARIANT: where breaks fall depends on the document alone, never on how it was cut into pieces.
 */
export class LineBreaker {
  /** Original offsets in front of which a newline was put. */
  readonly breaks: number[] = []
  /** Newlines sent on so far, virtual ones included. */
  newlines = 0
  /** Original bytes taken so far. */
  bytes = 0
  /** Bytes since the last newline of either kind. */
  #line = 0

  /** Sends one piece on with its breaks. A piece is valid UTF-8 and ends at a character boundary. */
  push(piece: Buffer, emit: (bytes: Buffer) => void): void {
    let sent = 0
    let at = 0
    while (at < piece.length) {
      const newline = piece.indexOf(10, at)
      const end = newline === -1 ? piece.length : newline
      while (this.#line + end - at > MAX_LINE_BYTES) {
        at = boundaryBefore(piece, at + MAX_LINE_BYTES - this.#line)
        emit(piece.subarray(sent, at))
        emit(NEWLINE)
        this.breaks.push(this.bytes + at)
        this.newlines += 1
        this.#line = 0
        sent = at
      }
      this.#line = newline === -1 ? this.#line + end - at : 0
      if (newline !== -1) this.newlines += 1
      at = end + 1
    }
    emit(piece.subarray(sent))
    this.bytes += piece.length
  }

  /** Ends the document: the next one starts on a new line. */
  end(emit: (bytes: Buffer) => void): void {
    if (this.#line === 0) return
    emit(NEWLINE)
    this.newlines += 1
  }
}
