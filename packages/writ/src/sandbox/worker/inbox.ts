import type { Answer } from '../messages.ts'
import type { Turn } from './turn.ts'

/** The cell is stopped from outside while it waits. */
export class CellCancelled extends Error {}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (reason: Error) => void
}

/** Answers on their way to a cell, in order. The cell's turn pauses while it waits for one. */
export class Inbox {
  readonly #answers: Answer[]
  readonly #turn: Turn
  #waiting: Waiting | undefined
  #cancelled = false

  /** `first` are there from the start. */
  constructor(first: readonly Answer[], turn: Turn) {
    this.#answers = [...first]
    this.#turn = turn
  }

  put(answer: Answer): void {
    const waiting = this.#woken()
    if (waiting === undefined) this.#answers.push(answer)
    else waiting.resolve(answer)
  }

  /** Ends the cell when it waits for more than there is, now or later. */
  cancel(): void {
    this.#cancelled = true
    this.#woken()?.reject(new CellCancelled())
  }

  async next(): Promise<Answer> {
    const answer = this.#answers.shift()
    if (answer !== undefined) return answer
    if (this.#cancelled) throw new CellCancelled()
    this.#turn.pause()
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #woken(): Waiting | undefined {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) this.#turn.begin()
    return waiting
  }
}
