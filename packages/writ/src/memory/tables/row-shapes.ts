type Cells = readonly (string | null)[]

const NUMBER = /^-?\d+(?:[.,]\d+)*\s*%?$/
/** Words for what is not there: they say nothing of the row that holds them. */
const NO_VALUE = /^(?:n\/?a|#n\/a|nan|null|none|nil|unknown|missing|tbd|[-\u2013\u2014?.]+)$/i
/** What stands in front of a name to set it below the one before. */
const INDENTED = /^(?:[\s\u00a0]{2,}|[-\u2013\u2022\u2192\u21b3\u2514\u251c>]+\s)\S/u
/** Fewer values say little of what all values of a column are. */
const SOME = 3
/** A single row without a name may lack it. */
const MOST_UNNAMED = 1

/** Finds rows that are no records by how they stand to those around them: units below the names, groups named once, names set in. */
export class RowShapes {
  #rows = 0
  #first: Cells = []
  /** Of the rows below the first: how many hold a number in a column, and how many something else. */
  readonly #numbers: number[] = []
  readonly #others: number[] = []
  readonly #names = new Set<string>()
  #unnamed = 0
  #isNamedOnce = true
  #indented = 0

  add(cells: Cells): void {
    const name = cells[0] ?? null
    if (this.#rows === 0) this.#first = cells
    else
      for (const [at, cell] of cells.entries()) {
        if (cell === null) continue
        const counts = NUMBER.test(cell) ? this.#numbers : this.#others
        counts[at] = (counts[at] ?? 0) + 1
      }
    if (name === null) this.#unnamed += 1
    else if (INDENTED.test(name)) this.#indented += 1
    this.#rows += 1
    // What comes again was not named once for the rows below it, and nothing more has to be kept.
    if (name === null || !this.#isNamedOnce) return
    this.#isNamedOnce = !this.#names.has(name)
    this.#names.add(name)
    if (!this.#isNamedOnce) this.#names.clear()
  }

  get seem(): boolean {
    return this.#isFirstApart || this.#areNamedOnce || (this.#indented > 0 && this.#indented < this.#rows)
  }

  /** Units or more names stand in the first row: it alone has no name, or holds words where all others hold numbers. */
  get #isFirstApart(): boolean {
    const [name = null, ...more] = this.#first
    const isUnnamed =
      name === null && this.#unnamed === 1 && this.#rows > 1 && more.some((cell) => cell !== null)
    return (
      isUnnamed ||
      this.#first.some(
        (cell, at) =>
          cell !== null &&
          !/\d/.test(cell) &&
          !NO_VALUE.test(cell) &&
          (this.#numbers[at] ?? 0) >= SOME &&
          (this.#others[at] ?? 0) === 0,
      )
    )
  }

  /** The name of a group stands in its first row and is left out below, as pivot tables and merged cells have it. */
  get #areNamedOnce(): boolean {
    return this.#first[0] != null && this.#isNamedOnce && this.#names.size > 1 && this.#unnamed > MOST_UNNAMED
  }
}
