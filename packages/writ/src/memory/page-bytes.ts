/** Reads a page of an index of FTS5: numbers of a variable length, seven bits a byte, the highest first. */
export class PageBytes {
  readonly bytes: Uint8Array
  /** Where the next number is read. */
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  next(): number {
    let value = 0
    for (;;) {
      const byte = this.bytes[this.at]
      if (byte === undefined) throw new Error('the index ends inside of a number')
      this.at += 1
      value = value * 128 + (byte & 0x7f)
      if (byte < 0x80) return value
    }
  }

  /** Where the first row id that starts on this page is; 0 where none does. */
  get firstRow(): number {
    return this.#two(0)
  }

  /** Where lists end, and the places of terms begin. */
  get end(): number {
    return this.#two(2)
  }

  /** Where the first term of the page is. */
  get firstTerm(): number | undefined {
    if (this.end >= this.bytes.length) return undefined
    this.at = this.end
    return this.next()
  }

  #two(at: number): number {
    return ((this.bytes[at] ?? 0) << 8) | (this.bytes[at + 1] ?? 0)
  }
}
