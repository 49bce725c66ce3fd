import { createHash } from 'node:crypto'

/** Numbers that follow from a seed alone: the same on every machine, whatever else is drawn elsewhere. */
export class Random {
  readonly #seed: string
  #block = new Uint8Array(0)
  #used = 0
  #blocks = 0

  constructor(seed: string) {
    this.#seed = seed
  }

  /** A number in [0, 1). */
  unit(): number {
    if (this.#used + 4 > this.#block.length) {
      this.#block = createHash('sha256').update(`${this.#seed}\n${this.#blocks}`).digest()
      this.#blocks += 1
      this.#used = 0
    }
    const value = new DataView(this.#block.buffer, this.#block.byteOffset).getUint32(this.#used)
    this.#used += 4
    return value / 2 ** 32
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.unit() * below)
  }

  /** A number of the standard normal distribution. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit())
  }

  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const value = list[this.below(list.length)]
    if (value === undefined) throw new Error('there is nothing to pick from')
    return value
  }

  /** A place in a list of weights, each as likely as its weight. */
  weighted(weights: readonly number[]): number {
    let left = this.unit() * weights.reduce((sum, weight) => sum + weight, 0)
    for (const [place, weight] of weights.entries()) {
      left -= weight
      if (left < 0) return place
    }
    return weights.length - 1
  }

  /** The list in another order. */
  shuffled<T>(list: readonly T[]): T[] {
    const drawn = list.map((value) => ({ value, at: this.unit() }))
    return drawn.sort((a, b) => a.at - b.at).map(({ value }) => value)
  }
}
