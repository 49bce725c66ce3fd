import { type Attempt, flowsTo, type Label } from '@writ/contract'

/** What a server answers that refuses every request for a model: it takes no key, wants money, or has no such model. */
const REFUSES_ALL: ReadonlySet<number> = new Set([401, 402, 404])

/**
 * The models that were seen to refuse every request. INVARIANT: a frame knows it only from frames whose label flows to its
 * own, so that what it is charged does not depend on what it may not read.
 */
export class Refusing {
  readonly #seen = new Map<string, Label[]>()

  /** Notes what a frame with this label saw of a model: whether an attempt came back with what refuses every request. */
  note(model: string, attempts: readonly Pick<Attempt, 'status'>[], label: Label): void {
    const refused = attempts.some(({ status }) => REFUSES_ALL.has(status))
    if (refused && !this.knows(model, label)) this.#seen.set(model, [...(this.#seen.get(model) ?? []), label])
  }

  /** Whether a frame with this label knows that a model refuses. */
  knows(model: string, label: Label): boolean {
    return (this.#seen.get(model) ?? []).some((seen) => flowsTo(seen, label))
  }
}
