/** What a script does that only its limits bound, and where. */
export class Unbounded extends Error {
  readonly at: number

  constructor(why: string, at: number) {
    super(why)
    this.at = at
  }
}

/** Calls as they are added up. */
export class Tally {
  #calls = 0
  #held = false

  get calls(): number {
    return this.#calls
  }

  /** Whether the kernel holds what is looked at to a number that was stated: then it is no matter how often it asks. */
  get held(): boolean {
    return this.#held
  }

  add(calls: number, at: number): void {
    if (calls === 0) return
    this.#calls = this.#held ? 1 : this.#calls + calls
    if (!Number.isSafeInteger(this.#calls)) throw new Unbounded('it could make too many calls to count', at)
  }

  /** Calls of one go of something, which are not added. */
  once(work: () => void): number {
    const before = this.#calls
    this.#calls = 0
    work()
    const calls = this.#calls
    this.#calls = before
    return calls
  }

  /** One go of something that is held to what was stated. */
  whileHeld(work: () => void): void {
    const before = this.#held
    this.#held = true
    this.once(work)
    this.#held = before
  }

  /** So many goes of so many calls. Throws `Unbounded` with the reason where nobody knows how many goes. */
  times(most: number | undefined, calls: number, why: string, at: number): void {
    if (calls === 0) return
    if (most === undefined && !this.#held) throw new Unbounded(why, at)
    this.add((most ?? 1) * calls, at)
  }
}
