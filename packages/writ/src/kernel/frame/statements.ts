import { type CombinatorStatement, WritError } from '@writ/contract'

/** Calls that were stated beforehand, and those that were made of them. */
interface Stated {
  most: number
  made: number
}

const NONE: Readonly<Stated> = Object.freeze({ most: 0, made: 0 })

/**
 * What a frame's script and the combinators under way said they would ask at most. INVARIANT: while any combinator is under
 * way, no more calls are made than those stated together that began while none was. What began while one was is part of
 * them: whether within a callback or beside it, no guest code can be trusted to say. Calls are counted as they arrive, so a
 * replay counts the same.
 */
export class Statements {
  /** The combinators under way, by id, the first one first. */
  readonly #open = new Map<number, string>()
  /** What those that began while none was under way stated together. */
  #together: Stated = { ...NONE }
  /** What the text of the frame's script adds up to. */
  readonly #script: Stated | null

  constructor(script: number | null = null) {
    this.#script = script === null ? null : { most: script, made: 0 }
  }

  /** Whether any combinator is under way. */
  get some(): boolean {
    return this.#open.size > 0
  }

  /** A combinator begins. Throws `BUDGET_EXCEEDED` when it states more than is left to those it is part of. */
  open(id: number, { name, most, within }: CombinatorStatement): void {
    const first = this.#first()
    // The guest saw none under way when it asked, so the one that is has not begun its work: they stand side by side.
    if (first === undefined || !within) this.#together.most += most
    else if (most > left(this.#together)) throw beyond(first, this.#together, `${name} states ${most} more`)
    this.#open.set(id, name)
  }

  /** Whether the same is being asked several times on purpose. */
  get voting(): boolean {
    return [...this.#open.values()].some((name) => name === 'vote')
  }

  close(id: number): void {
    this.#open.delete(id)
    if (this.#open.size === 0) this.#together = { ...NONE }
  }

  /** A cell was stopped, and with it whatever it had begun. */
  clear(): void {
    this.#open.clear()
    this.#together = { ...NONE }
  }

  /** Counts calls that are about to be made. Throws `BUDGET_EXCEEDED`, and counts none, when they are too many. */
  take(calls: number): void {
    const first = this.#first()
    if (first !== undefined && calls > left(this.#together))
      throw beyond(first, this.#together, `${calls} more would be too many`)
    if (this.#script !== null) {
      if (calls > left(this.#script)) throw beyondPlan(this.#script, calls)
      this.#script.made += calls
    }
    if (first !== undefined) this.#together.made += calls
  }

  #first(): string | undefined {
    const [first] = this.#open.values()
    return first
  }
}

function left({ most, made }: Stated): number {
  return most - made
}

function beyond(name: string, { most, made }: Stated, why: string): WritError {
  return new WritError(
    'BUDGET_EXCEEDED',
    `${name} stated at most ${most} calls, of which ${made} are made, and ${why}: state more with {calls}, or await it before the next begins.`,
    { data: { limit: 'combinator', most } },
  )
}

function beyondPlan({ most, made }: Stated, calls: number): WritError {
  return new WritError(
    'BUDGET_EXCEEDED',
    `The plan of this script comes to ${most} calls, of which ${made} are made, and ${calls} more would be too many.`,
    { data: { limit: 'plan', most } },
  )
}
