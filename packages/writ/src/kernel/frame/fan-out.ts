import { WritError, whole } from '@writ/contract'

/** Counts the sub-calls and children that a frame asks for against the ceiling of its model's profile. */
export class FanOut {
  readonly #most: number | null
  #taken = 0

  /** Null for no ceiling. */
  constructor(most: number | null) {
    this.#most = most
  }

  /** Throws `BUDGET_EXCEEDED` where so many more would be too many: none of them is asked then. */
  check(more: number): void {
    if (this.#most === null || this.#taken + more <= this.#most) return
    throw new WritError(
      'BUDGET_EXCEEDED',
      `The profile of this frame's model allows it ${whole(this.#most)} sub-calls and child frames in all; it had ${whole(this.#taken)}, and this call asks for ${whole(more)} more. Put more text into each.`,
      { data: { limit: 'fanOut', most: this.#most } },
    )
  }

  take(count: number): void {
    this.#taken += count
  }
}
