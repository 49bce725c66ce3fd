/** Text of which the head and the tail are kept, in UTF-16 units, and the rest only counted. */
export class ShownText {
  readonly #headRoom: number
  readonly #tailRoom: number
  #head = ''
  #tail = ''
  #total = 0

  constructor(characters: number) {
    this.#headRoom = Math.ceil(characters / 2)
    this.#tailRoom = Math.floor(characters / 2)
  }

  /** Adds `text`, or a longer text of which the first part, the number of characters left out and the last part are given. */
  add(text: string, omitted = 0, last = ''): void {
    this.#total += text.length + omitted + last.length
    const room = this.#headRoom - this.#head.length
    this.#head += text.slice(0, room)
    this.#tail += text.slice(room) + last
    if (this.#tail.length > 2 * this.#tailRoom) this.#tail = this.#lastOfTail()
  }

  toString(): string {
    if (this.#total <= this.#headRoom + this.#tailRoom) return this.#head + this.#tail
    const head = withoutHalfPair(this.#head)
    const tail = this.#lastOfTail().replace(/^[\udc00-\udfff]/, '')
    const omitted = this.#total - head.length - tail.length
    return `${head}\n… [${omitted.toLocaleString('en-US')} characters omitted] …\n${tail}`
  }

  #lastOfTail(): string {
    return this.#tailRoom === 0 ? '' : this.#tail.slice(-this.#tailRoom)
  }
}

const withoutHalfPair = (text: string): string => text.replace(/[\ud800-\udbff]$/, '')
