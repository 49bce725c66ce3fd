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

  get calls(): number {
    return this.#calls
  }

  add(calls: number, at: number): void {
    this.#calls += calls
    if (!Number.isSafeInteger(this.#calls)) throw new Unbounded('it could make too many calls to count', at)
  }

  /** Calls of one go of something, which are not added. */
  once(work: () => void): number {
    const before = this.#calls
    work()
    const calls = this.#calls - before
    this.#calls = before
    return calls
  }

  /** So many goes of so many calls. Throws `Unbounded` with the reason where nobody knows how many goes. */
  times(most: number | undefined, calls: number, why: string, at: number): void {
    if (calls === 0) return
    if (most === undefined) throw new Unbounded(why, at)
    this.add(most * calls, at)
  }
}
