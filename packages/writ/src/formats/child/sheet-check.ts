import { Refused } from './refused.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const DAY = /^(\d{4})-(\d\d)-(\d\d)(T[\d:.]+(Z|[+-]\d\d:\d\d)?)?$/
const MOST_SHOWN = 40

/** Where text may stand as it is. */
const PLAIN_IN: ReadonlySet<string> = new Set(['c/v', 'si/t', 'is/t'])

/** What the value of a cell has to be, by the type of the cell; undefined for types that there are none of. */
const IS_VALUE: Readonly<Record<string, ((value: string) => boolean) | undefined>> = {
  n: (value) => NUMBER.test(value) && Number.isFinite(Number(value)),
  b: (value) => /^([01]|true|false)$/.test(value),
  d: (value) => NUMBER.test(value) || isDay(value),
  s: (value) => /^\d+$/.test(value),
  str: () => true,
  e: () => true,
  inlineStr: () => true,
}

interface Open {
  readonly name: string
  /** Whether there is anything in it. */
  filled: boolean
}

/** Follows the elements of a part of a workbook, and refuses what can be read in more than one way. */
export class SheetCheck {
  readonly #open: Open[] = []
  #root: string | undefined
  #row = 0
  #column = 0
  #hasRows = false
  #type = 'n'
  #place = ''
  #value: string | undefined
  /** What stands in the element that is open, and whether some of it stands as it is. */
  #text = ''
  #isPlain = false

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const parent = this.#open.at(-1)
    if (parent === undefined) this.#openRoot(name)
    else parent.filled = true
    this.#open.push({ name, filled: false })
    if (this.#isPlain) throw PLAIN()
    this.#text = ''
    if (name === 'sheetData' || name === 'sst') this.#openRows(name)
    else if (this.#isOfOthers(parent)) return
    else if (name === 'row') this.#openRow(attributes, parent?.name === 'sheetData')
    else if (name === 'c') this.#openCell(attributes, parent?.name === 'row')
    else if (name === 'v') this.#openValue(parent?.name === 'c')
  }

  text(text: string): void {
    const open = this.#open.at(-1)
    if (open === undefined) {
      if (text.trim().replace('\ufeff', '') !== '') throw MANY_ROOTS()
      return
    }
    open.filled = true
    this.#text += text
    if (open.name === 'v' && this.#value !== undefined) this.#value += text
  }

  /** `isImplied` is said of what has no end of its own, and of what has nothing in it. */
  close(isImplied: boolean): void {
    const closed = this.#open.pop()
    // Text that looks like markup, or like a sign that markup names, may be taken for that.
    if (this.#isPlain && /<|&[#\w]+;/.test(this.#text)) throw PLAIN()
    this.#isPlain = false
    this.#text = ''
    if (closed === undefined) return
    if (isImplied && closed.filled) throw damaged(`a part of it is cut short: "${closed.name}" has no end`)
    if (closed.name === 'c') this.#closeCell()
  }

  /** A comment or an instruction. */
  aside(text: string): void {
    if (text.includes('<') || this.#open.length > 1)
      throw damaged('a part of it has comments among its elements, and may be read with them or without')
  }

  /** Text that stands as it is (CDATA) begins. It is read for sure as a value, or as the whole text of a cell. */
  plain(): void {
    const [parent = '', name = ''] = this.#open.slice(-2).map((one) => one.name)
    if (!PLAIN_IN.has(`${parent}/${name}`)) throw PLAIN()
    this.#isPlain = true
  }

  declaration(name: string, text: string): void {
    if (/^!doctype/i.test(name)) throw damaged('a part of it declares entities, and nothing is expanded')
    if (name.startsWith('?') && this.#open.length > 0) this.aside(text)
  }

  /** Buttons, pictures and the like say by a `row` or `c` of their own where they are; nobody takes those for rows. */
  #isOfOthers(parent: Open | undefined): boolean {
    return parent?.name !== this.#root && !this.#open.some(({ name }) => name === 'sheetData')
  }

  #openRoot(name: string): void {
    if (this.#root !== undefined) throw MANY_ROOTS()
    this.#root = name
  }

  #openRows(name: string): void {
    const expected = name === 'sst' ? 'sst' : 'worksheet'
    if (this.#root === 'externalLink' && name === 'sheetData') return
    if (this.#root !== expected || this.#hasRows)
      throw damaged('a part of it has its rows or texts twice, or where none should be')
    this.#hasRows = true
  }

  #openRow({ r }: Readonly<Record<string, string>>, isInRows: boolean): void {
    if (this.#root !== 'worksheet') return
    if (!isInRows) throw ELSEWHERE('row')
    const row = r === undefined ? this.#row + 1 : Number(r)
    if (!Number.isSafeInteger(row) || row <= this.#row)
      throw damaged(`a sheet of it has row ${shown(r ?? '')} twice, or behind row ${this.#row}`)
    this.#row = row
    this.#column = 0
  }

  #openCell({ r, t = 'n' }: Readonly<Record<string, string>>, isInRow: boolean): void {
    if (!isInRow || this.#root !== 'worksheet') throw ELSEWHERE('cell')
    const [, letters = '', digits] = r === undefined ? [] : (/^([A-Z]{1,7})(\d{1,12})$/.exec(r) ?? [])
    const column = r === undefined ? this.#column + 1 : columnOf(letters)
    this.#place = r ?? `${column} of row ${this.#row}`
    if (column <= this.#column || (r !== undefined && Number(digits) !== this.#row))
      throw damaged(`a sheet of it has cell ${shown(this.#place)} twice, or in row ${this.#row}`)
    if (!Object.hasOwn(IS_VALUE, t)) throw damaged(`its cell ${this.#place} is of no type: ${shown(t)}`)
    this.#column = column
    this.#type = t
    this.#value = undefined
  }

  #openValue(isInCell: boolean): void {
    if (this.#root !== 'worksheet') return
    if (!isInCell) throw ELSEWHERE('value')
    if (this.#value !== undefined) throw damaged(`its cell ${this.#place} has two values`)
    this.#value = ''
  }

  #closeCell(): void {
    const value = this.#value?.trim() ?? ''
    this.#value = undefined
    if (value === '' || IS_VALUE[this.#type]?.(value) !== false) return
    throw damaged(`its cell ${this.#place} holds ${shown(value)}, which is not what its type says`)
  }
}

const MANY_ROOTS = (): Refused => damaged('a part of it holds more than one')
const PLAIN = (): Refused =>
  damaged('a part of it has plain text (CDATA) where it may be read or passed over')
const ELSEWHERE = (what: string): Refused => damaged(`a sheet of it has a ${what} where none can be`)

function damaged(reason: string): Refused {
  return new Refused('damaged', reason)
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, MOST_SHOWN).toWellFormed())
}

function columnOf(letters: string): number {
  return Buffer.from(letters, 'latin1').reduce((column, letter) => column * 26 + letter - 64, 0)
}

function isDay(value: string): boolean {
  const [, year, month, day] = DAY.exec(value) ?? []
  if (day === undefined) return /^T?\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(value)
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
}
