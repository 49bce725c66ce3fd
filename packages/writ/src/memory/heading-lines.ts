import { MAX_HEADING_BYTES } from './limits.ts'

/** A line as outlines see it; `text` is undefined for lines too long to be a heading. */
export interface Line {
  readonly start: number
  readonly text: string | undefined
}

/** A heading where it was found; `depth` 1 is the outermost. */
export interface Heading {
  readonly title: string
  readonly depth: number
  readonly start: number
}

/** Finds headings line by line; `end` settles what depended on a next line. */
export interface HeadingFinder {
  line(line: Line): Heading | undefined
  end(): Heading | undefined
}

/** Splits one document into lines, keeping only what a heading could need of each. */
export class LineSplitter {
  readonly #emit: (line: Line) => void
  #start = 0
  #length = 0
  #parts: Buffer[] = []

  constructor(emit: (line: Line) => void) {
    this.#emit = emit
  }

  push(piece: Buffer): void {
    let at = 0
    for (let newline = piece.indexOf(10); newline !== -1; newline = piece.indexOf(10, at)) {
      this.#take(piece.subarray(at, newline))
      this.#finish(1)
      at = newline + 1
    }
    this.#take(piece.subarray(at))
  }

  end(): void {
    if (this.#length > 0) this.#finish(0)
  }

  #take(bytes: Buffer): void {
    this.#length += bytes.length
    // A part that stays is copied: the piece it came from is large and short-lived.
    if (bytes.length > 0 && this.#length <= MAX_HEADING_BYTES) this.#parts.push(Buffer.from(bytes))
  }

  #finish(newline: number): void {
    const short = this.#length <= MAX_HEADING_BYTES
    this.#emit({ start: this.#start, text: short ? lineText(this.#parts) : undefined })
    this.#start += this.#length + newline
    this.#length = 0
    this.#parts = []
  }
}

function lineText(parts: readonly Buffer[]): string {
  const text = parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)).toString() : Buffer.concat(parts).toString()
  const clean = text.endsWith('\r') ? text.slice(0, -1) : text
  return clean.startsWith('\uFEFF') ? clean.slice(1) : clean
}
