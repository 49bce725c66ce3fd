import type { ItemOutcome } from '@writ/contract'

/**
 * Results of calls made in a cell that was then stopped. The cell is undone, the results are not: asking for the same
 * again gives them, once each, in the order they were asked for, and waits for those still under way. INVARIANT: what
 * is kept depends on what was asked before, never on when a reply came, so that a replay keeps the same.
 */
export class KeptResults {
  #current: { key: string; outcome: Promise<ItemOutcome<unknown>> }[] = []
  readonly #kept = new Map<string, Promise<ItemOutcome<unknown>>[]>()

  /** Notes what the cell that runs asked for. */
  asked(key: string, outcome: Promise<ItemOutcome<unknown>>): void {
    this.#current.push({ key, outcome })
  }

  /** The cell ended: its results are in the guest's hands, or, if it was stopped, kept. */
  endCell(stopped: boolean): void {
    if (stopped) {
      for (const { key, outcome } of this.#current)
        this.#kept.set(key, [...(this.#kept.get(key) ?? []), outcome])
    }
    this.#current = []
  }

  /** Takes a kept result, if there is one. */
  take(key: string): Promise<ItemOutcome<unknown>> | undefined {
    return this.#kept.get(key)?.shift()
  }
}
