import { RowShapes } from './row-shapes.ts'
import { Subtotals } from './subtotals.ts'
import { isWholeYear, saysTotal } from './total-words.ts'

/** A longer cell says something else than that its row adds others up. */
const MOST_CHARS = 40
/** What each of the following holds: looked for first, since nearly no cell has it. */
const HINT = /total|sum|gesamt|all/i
/** "Total", "**Total**", "Sum:", "Gesamt". */
const ALONE = /^\P{L}*(?:sum|summe|gesamt|gesamtsumme)\P{L}*$/iu
/** "Grand total", "Subtotal EMEA", "Total (EUR)", "Sum of all". */
const BEFORE = /^\P{L}*(?:(?:grand|sub|overall)?[\s-]*totals?|sum of)(?!\p{L})/iu
/** "EMEA total". */
const AFTER = /(?<!\p{L})(?:sub[\s-]?)?totals?\P{L}*$/iu
/** "All", "Overall"; "All regions" below the name "region". */
const EVERYTHING = /^\P{L}*(?:all|overall|insgesamt)\P{L}*$/iu
const ALL_OF = /^\P{L}*all\s+(?:the\s+)?(\p{L}+)\P{L}*$/iu
/** What begins a comment in many files. */
const COMMENT = /^(?:#|\/\/|--|;|%)/
const AVERAGE = /^\P{L}*(?:averages?|avg|mean|durchschnitt)\P{L}*$/iu

/** "Source: us", "* estimated", "These are early figures". */
const REMARK = /[:*]|\.$|\s\S+\s/

/** Finds whether a row of a table seems to add up others: by a cell that says so, or a last row that is called nothing or an average. */
export class Totals {
  /** Names of the columns, in lower case. */
  readonly #names: readonly string[]
  readonly #laidOut: boolean
  #said = false
  #unnamed = 0
  /** Rows that name a whole year in a column of its parts. */
  #wholes = 0
  /** Rows with nothing but their first cell. */
  #alone = 0
  #rows = 0
  readonly #sums = new Sums()
  readonly #subtotals = new Subtotals()
  readonly #shapes = new RowShapes()
  /** The newest row. */
  #last: readonly (string | null)[] = []

  /** `laidOut` says that somebody set the table for readers: a heading or a remark may stand anywhere in it. */
  constructor(names: readonly string[] = [], laidOut: boolean = false) {
    this.#names = names.map((name) => name.trim().toLowerCase())
    this.#laidOut = laidOut
  }

  add(cells: readonly (string | null)[]): void {
    this.#said ||= cells.some((cell, at) => cell !== null && this.#sumsUp(cell, at))
    if (cells.some((cell, at) => cell !== null && isWholeYear(cell, this.#names[at] ?? ''))) this.#wholes += 1
    this.#said ||= COMMENT.test(cells[0] ?? '') && cells.length > 1 && isAlone(cells)
    this.#said ||= this.#laidOut && isRemark(cells)
    const figures = cells.map((cell) => (cell === null ? Number.NaN : numberOf(cell)))
    this.#shapes.add(cells)
    this.#sums.add(cells, figures)
    this.#subtotals.add(cells, figures)
    this.#last = cells
    this.#rows += 1
    if ((cells[0] ?? null) === null) this.#unnamed += 1
    if (isAlone(cells)) this.#alone += 1
  }

  #sumsUp(cell: string, at: number): boolean {
    if (cell.length >= MOST_CHARS) return false
    const below = this.#names[at] ?? ''
    if (saysTotal(cell, below)) return true
    if (!HINT.test(cell)) return false
    if (ALONE.test(cell) || BEFORE.test(cell) || AFTER.test(cell) || EVERYTHING.test(cell)) return true
    const of = ALL_OF.exec(cell)?.[1]?.toLowerCase()
    return of !== undefined && below !== '' && [below, `${below}s`, below.replace(/y$/, 'ies')].includes(of)
  }

  get seem(): boolean {
    return (
      this.#said ||
      this.#subtotals.seem ||
      this.#shapes.seem ||
      (this.#wholes > 0 && this.#wholes < this.#rows) ||
      (this.#rows > 1 && (this.#isLastApart() || this.#sums.isLast))
    )
  }

  #isLastApart(): boolean {
    const [name = null, ...others] = this.#last
    if (name !== null)
      return (
        AVERAGE.test(name) ||
        (this.#alone === 1 && others.length > 0 && others.every((cell) => cell === null) && REMARK.test(name))
      )
    return this.#unnamed === 1 && others.some((cell) => cell !== null && /^[^\p{L}]*\d/u.test(cell))
  }
}

/** Whether a row has nothing but its first cell, if that. */
function isAlone(cells: readonly (string | null)[]): boolean {
  return cells.every((cell, at) => at === 0 || cell === null)
}

/** Whether a row holds a text in its first column and nothing else, as headings and remarks between the rows of a table do. */
function isRemark([first = null, ...others]: readonly (string | null)[]): boolean {
  if (first === null || others.length === 0 || others.some((cell) => cell !== null)) return false
  return others.length > 1 || REMARK.test(first)
}

/** Finds a last row whose figures are the sums of those above it, and that is empty where no other row is. */
class Sums {
  #rows = 0
  /** Of the rows above the newest: how many have something in a column, and what they come to; no number for what is none. */
  readonly #filled: number[] = []
  readonly #sums: number[] = []
  #last: readonly (string | null)[] = []
  #figures: readonly number[] = []

  add(cells: readonly (string | null)[], figures: readonly number[]): void {
    this.#last.forEach((cell, at) => {
      if (cell === null) return
      this.#filled[at] = (this.#filled[at] ?? 0) + 1
      this.#sums[at] = (this.#sums[at] ?? 0) + (this.#figures[at] ?? Number.NaN)
    })
    this.#last = cells
    this.#figures = figures
    this.#rows += 1
  }

  get isLast(): boolean {
    const above = this.#rows - 1
    const figures = this.#figures.flatMap((number, at) =>
      Number.isNaN(number) ? [] : [{ number, sum: this.#sums[at] ?? Number.NaN }],
    )
    const isSummed = figures.some(
      ({ number, sum }) => number !== 0 && Math.abs(number - sum) <= Math.abs(sum) * 1e-9,
    )
    const isEmptier = this.#last.some((cell, at) => cell === null && this.#filled[at] === above)
    // A row without an empty cell may be one like the others, and three figures have the sum of two by chance.
    const isSure =
      above > 2 && figures.every(({ number, sum }) => Math.abs(number - sum) <= Math.abs(sum) * 1e-9)
    return above > 1 && isSummed && (isEmptier || isSure)
  }
}

/** A figure as any table writes it; no number for what is none. */
function numberOf(cell: string): number {
  return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(cell) ? Number(cell) : Number.NaN
}
