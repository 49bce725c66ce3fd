/**
 * Results that were paid for in a cell that was then stopped. The cell is undone, the results are not: asking for the
 * same again gives them, once each, in the order they came.
 */
export class KeptResults {
  #current: { key: string; value: unknown }[] = []
  readonly #kept = new Map<string, unknown[]>()

  /** Notes a result of the cell that runs. */
  note(key: string, value: unknown): void {
    this.#current.push({ key, value })
  }

  /** The cell ended: its results are in the guest's hands, or, if it was stopped, kept. */
  endCell(stopped: boolean): void {
    if (stopped) {
      for (const { key, value } of this.#current) this.#kept.set(key, [...(this.#kept.get(key) ?? []), value])
    }
    this.#current = []
  }

  /** Takes a kept result, if there is one. */
  take(key: string): { readonly value: unknown } | undefined {
    const values = this.#kept.get(key)
    if (values === undefined || values.length === 0) return undefined
    return { value: values.shift() }
  }
}
