import type { Commitment, Det } from '@writ/contract'

/**
 * The commitments of a forked run beside those of the run it was forked from. Both bind the same content at the same
 * step, each under the key of its run. With them a step done again can be compared with the other run's record.
 */
export class CommitmentMap {
  /** Of the run that is forked. */
  readonly key: Uint8Array
  readonly #opened: Det['run.open']
  readonly #originals = new Map<Commitment, Commitment>()

  constructor(key: Uint8Array, opened: Det['run.open']) {
    this.key = key
    this.#opened = opened
  }

  note(own: Commitment, original: Commitment): void {
    this.#originals.set(own, original)
  }

  /** Fields with the commitments of the other run in place of this one's; in an opening record its models and origin, too. */
  toOriginal(det: object): object {
    const { models, fallbacks, verifier, profiles, fork } = this.#opened
    const found = 'fork' in det ? { ...det, models, fallbacks, verifier, profiles, fork } : det
    return JSON.parse(JSON.stringify(found), (_, value: unknown) => {
      return typeof value === 'string' ? (this.#originals.get(value) ?? value) : value
    }) as object
  }
}
