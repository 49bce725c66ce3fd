import type { Answer } from '../messages.ts'

/** Answers on their way to a cell, in order. */
export class Inbox {
  readonly #answers: Answer[]
  readonly #onWait: (received: number) => void
  #received = 0
  #wake: ((answer: Answer) => void) | undefined

  /** `first` are there from the start; `onWait` is told how many were put since, whenever the cell waits for one more. */
  constructor(first: readonly Answer[], onWait: (received: number) => void) {
    this.#answers = [...first]
    this.#onWait = onWait
  }

  put(answer: Answer): void {
    this.#received += 1
    const wake = this.#wake
    this.#wake = undefined
    if (wake) wake(answer)
    else this.#answers.push(answer)
  }

  async next(): Promise<Answer> {
    const answer = this.#answers.shift()
    if (answer !== undefined) return answer
    return new Promise((resolve) => {
      this.#wake = resolve
      this.#onWait(this.#received)
    })
  }
}
