import type { TextWindow } from './text-windows.ts'

/** Offsets in bytes of places in a window, in characters; each is counted from the last one that is near. */
export class ByteOffsets {
  readonly #window: Pick<TextWindow, 'text' | 'offset'>
  #chars = 0
  #bytes = 0

  constructor(window: Pick<TextWindow, 'text' | 'offset'>) {
    this.#window = window
  }

  at(chars: number): number {
    const { text, offset } = this.#window
    const [from, to] = chars < this.#chars ? [chars, this.#chars] : [this.#chars, chars]
    const between = Buffer.byteLength(text.slice(from, to))
    this.#bytes += chars < this.#chars ? -between : between
    this.#chars = chars
    return offset + this.#bytes
  }
}
