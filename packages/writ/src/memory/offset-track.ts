import { fileOffset, type Original } from './original.ts'

/** Turns offsets in a text into those in its file, asked for in ascending order: each goes on from the last. */
export class OffsetTrack {
  readonly #original: Original
  readonly #text: Buffer
  #at = { file: 0, text: 0 }

  constructor(original: Original, text: Buffer) {
    this.#original = original
    this.#text = text
  }

  fileOffset(offset: number): number {
    const from = offset < this.#at.text ? { file: 0, text: 0 } : this.#at
    const file = fileOffset(this.#original, from, this.#text.subarray(from.text, offset))
    this.#at = { file, text: offset }
    return file
  }
}
