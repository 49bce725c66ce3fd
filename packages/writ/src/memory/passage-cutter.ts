import { MAX_PASSAGE_BYTES, MIN_PASSAGE_BYTES } from './limits.ts'
import { boundaryBefore } from './utf8.ts'

/** Ends of paragraphs, lines, sentences and words, best first: a passage ends after one of them when it can. */
const CUTS: readonly Buffer[][] = [['\n\n', '\n\r\n'], ['\n'], ['. ', '? ', '! ', '。'], [' ']].map((ends) =>
  ends.map((end) => Buffer.from(end)),
)

/**
 * Cuts one document into passages of about 4 KB that cover it exactly, in order.
 * INVARIANT: the cuts depend on the document alone, never on how it was cut into pieces.
 */
export class PassageCutter {
  readonly #emit: (start: number, bytes: Buffer) => void
  #start = 0
  #held: Buffer = Buffer.alloc(0)

  constructor(emit: (start: number, bytes: Buffer) => void) {
    this.#emit = emit
  }

  push(piece: Buffer): void {
    const bytes = Buffer.concat([this.#held, piece])
    let at = 0
    while (bytes.length - at > MAX_PASSAGE_BYTES) {
      const end = cutPoint(bytes, at)
      this.#emit(this.#start + at, bytes.subarray(at, end))
      at = end
    }
    this.#start += at
    this.#held = bytes.subarray(at)
  }

  end(): void {
    if (this.#held.length > 0) this.#emit(this.#start, this.#held)
  }
}

function cutPoint(bytes: Buffer, from: number): number {
  const low = from + MIN_PASSAGE_BYTES
  const window = bytes.subarray(low, from + MAX_PASSAGE_BYTES)
  for (const ends of CUTS) {
    const after = Math.max(...ends.map((end) => afterLast(window, end)))
    if (after > 0) return low + after
  }
  return boundaryBefore(bytes, from + MAX_PASSAGE_BYTES)
}

function afterLast(window: Buffer, end: Buffer): number {
  const at = window.lastIndexOf(end)
  return at === -1 ? 0 : at + end.length
}
