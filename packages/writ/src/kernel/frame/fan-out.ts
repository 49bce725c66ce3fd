import { type Frame, type Limits, mostFanOut, WritError, whole } from '@writ/contract'

/** Counts the sub-calls and children that a frame asks for against the ceilings of its role and of its model's profile. */
export class FanOut {
  /** What allows it so many, in words; null for no ceiling. */
  readonly #ceilings: readonly (readonly [allowed: string, most: number | null])[]
  #taken = 0

  /** Without limits, of a script, there is no ceiling. */
  constructor(limits: Limits | null, { role, tuning }: Pick<Frame, 'role' | 'tuning'>) {
    this.#ceilings =
      limits === null
        ? []
        : [
            [`The limits of this run allow a ${role} frame`, mostFanOut(limits, role)],
            ["The profile of this frame's model allows it", tuning.fanOut],
          ]
  }

  /** Throws `BUDGET_EXCEEDED` where so many more would be too many: none of them is asked then. */
  check(more: number): void {
    for (const [allowed, most] of this.#ceilings) {
      if (most === null || this.#taken + more <= most) continue
      throw new WritError(
        'BUDGET_EXCEEDED',
        `${allowed} ${whole(most)} sub-calls and child frames in all; it had ${whole(this.#taken)}, and this call asks for ${whole(more)} more. Put more text into each.`,
        { data: { limit: 'fanOut', most } },
      )
    }
  }

  take(count: number): void {
    this.#taken += count
  }
}
