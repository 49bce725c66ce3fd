import { WritError } from '@writ/contract'

/** What a combinator said before it began, and what became of it. */
interface Statement {
  readonly name: string
  readonly most: number
  made: number
}

/**
 * The combinators of a frame that are under way, each with the most model calls it may make. INVARIANT: a call counts for
 * every one that is open, so none makes more than it stated, however they are nested. Calls are counted as they arrive,
 * so a replay counts the same.
 */
export class Statements {
  readonly #open = new Map<number, Statement>()

  open(id: number, name: string, most: number): void {
    this.#open.set(id, { name, most, made: 0 })
  }

  close(id: number): void {
    this.#open.delete(id)
  }

  /** A cell was stopped, and with it whatever it had begun. */
  clear(): void {
    this.#open.clear()
  }

  /** Counts calls that are about to be made. Throws `BUDGET_EXCEEDED`, and counts none, when one would be too many. */
  take(calls: number): void {
    for (const { name, most, made } of this.#open.values()) {
      if (made + calls <= most) continue
      throw new WritError(
        'BUDGET_EXCEEDED',
        `${name} stated at most ${most} calls, of which ${made} are made; ${calls} more are too many. State more with {calls}, and await one combinator before the next.`,
        { data: { limit: 'combinator', most } },
      )
    }
    for (const statement of this.#open.values()) statement.made += calls
  }
}
