/** A longer cell says something else than that its row adds others up. */
const MOST_CHARS = 40
/** What each of the following holds: looked for first, since nearly no cell has it. */
const HINT = /total|sum|gesamt/i
/** "Total", "**Total**", "Sum:", "Gesamt". */
const ALONE = /^\P{L}*(?:sum|summe|gesamt|gesamtsumme)\P{L}*$/iu
/** "Grand total", "Subtotal EMEA", "Total (EUR)", "Sum of all". */
const BEFORE = /^\P{L}*(?:(?:grand|sub|overall)?[\s-]*totals?|sum of)(?!\p{L})/iu
/** "EMEA total". */
const AFTER = /(?<!\p{L})(?:sub[\s-]?)?totals?\P{L}*$/iu
const AVERAGE = /^\P{L}*(?:averages?|avg|mean|durchschnitt)\P{L}*$/iu

/** Finds whether a row of a table seems to add up others: by a cell that says so, or a last row that is called nothing or an average. */
export class Totals {
  #said = false
  #unnamed = 0
  #rows = 0
  /** The newest row. */
  #last: readonly (string | null)[] = []

  add(cells: readonly (string | null)[]): void {
    this.#said ||= cells.some(
      (cell) =>
        cell !== null &&
        cell.length < MOST_CHARS &&
        HINT.test(cell) &&
        (ALONE.test(cell) || BEFORE.test(cell) || AFTER.test(cell)),
    )
    this.#last = cells
    this.#rows += 1
    if ((cells[0] ?? null) === null) this.#unnamed += 1
  }

  get seem(): boolean {
    return this.#said || (this.#rows > 1 && this.#isLastApart())
  }

  #isLastApart(): boolean {
    const [name = null, ...others] = this.#last
    if (name !== null) return AVERAGE.test(name)
    return this.#unnamed === 1 && others.some((cell) => cell !== null && /^[^\p{L}]*\d/u.test(cell))
  }
}
