import { type Attempt, flowsTo, type Label, refusesAll } from '@writ/contract'

/**
 * The models that were seen to refuse every request. INVARIANT: a frame knows it only from frames whose label flows to its
 * own, so that what it is charged does not depend on what it may not read.
 */
export class Refusing {
  readonly #seen = new Map<string, Label[]>()

  /** Notes what a frame with this label saw of a model: whether an attempt came back with what refuses every request. */
  note(model: string, attempts: readonly Pick<Attempt, 'status'>[], label: Label): void {
    if (refusesAll(attempts) && !this.knows(model, label))
      this.#seen.set(model, [...(this.#seen.get(model) ?? []), label])
  }

  /** Whether a frame with this label knows that a model refuses. */
  knows(model: string, label: Label): boolean {
    return (this.#seen.get(model) ?? []).some((seen) => flowsTo(seen, label))
  }
}
