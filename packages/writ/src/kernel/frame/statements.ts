import { WritError } from '@writ/contract'

/** What a combinator said before it began, and the calls that were made of it. */
interface Statement {
  readonly name: string
  readonly most: number
  made: number
}

/**
 * The combinators of a frame that are under way, in the order in which they began. INVARIANT: while any is, no more calls
 * are made than the first of them stated. What began later is part of it: whether within its callback or beside it, no
 * guest code can be trusted to say. Calls are counted as they arrive, so a replay counts the same.
 */
export class Statements {
  readonly #open = new Map<number, Statement>()

  /** Whether any is under way. */
  get some(): boolean {
    return this.#open.size > 0
  }

  /** A combinator begins. Throws `BUDGET_EXCEEDED` when it states more than is left to the one it is part of. */
  open(id: number, name: string, most: number): void {
    const first = this.#first()
    if (first !== undefined && most > first.most - first.made)
      throw refused(first, `${name} states ${most} more`)
    this.#open.set(id, { name, most, made: 0 })
  }

  close(id: number): void {
    this.#open.delete(id)
  }

  /** A cell was stopped, and with it whatever it had begun. */
  clear(): void {
    this.#open.clear()
  }

  /** Counts calls that are about to be made. Throws `BUDGET_EXCEEDED`, and counts none, when they are too many. */
  take(calls: number): void {
    const first = this.#first()
    if (first === undefined) return
    if (first.made + calls > first.most) throw refused(first, `${calls} more would be too many`)
    first.made += calls
  }

  #first(): Statement | undefined {
    const [first] = this.#open.values()
    return first
  }
}

function refused({ name, most, made }: Statement, why: string): WritError {
  return new WritError(
    'BUDGET_EXCEEDED',
    `${name} stated at most ${most} calls, of which ${made} are made, and ${why}: state more with {calls}, or await it before the next begins.`,
    { data: { limit: 'combinator', most } },
  )
}
