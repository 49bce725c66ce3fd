import type { Commitment, Det } from '@writ/contract'

/**
 * Commitments that a forked run makes again under its own key: of each, the one that the other run made of the same
 * content at the same place. So a step done again can be held against the record of the run it is shared with.
 */
export class Renewal {
  /** Of the run that is forked. */
  readonly key: Uint8Array
  readonly #opened: Det['run.open']
  readonly #first = new Map<Commitment, Commitment>()

  constructor(key: Uint8Array, opened: Det['run.open']) {
    this.key = key
    this.#opened = opened
  }

  note(renewed: Commitment, first: Commitment): void {
    this.#first.set(renewed, first)
  }

  /** What the other run recorded of the same: with its commitments, and in an opening record its models and its origin. */
  asFirst(det: object): object {
    const { models, fork } = this.#opened
    const found = 'fork' in det ? { ...det, models, fork } : det
    return JSON.parse(JSON.stringify(found), (_, value: unknown) => {
      return typeof value === 'string' ? (this.#first.get(value) ?? value) : value
    }) as object
  }
}
