import type { ColumnType, TableColumn } from '@writ/contract'
import type { FoundColumn } from './found-table.ts'

const INTEGER = /^-?(?:0|[1-9]\d{0,17})$/
const DECIMAL = /^-?(0|[1-9]\d*)(?:\.(\d+))?$/
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const TRUTH = /^(?:true|false)$/i
/** "1.500", which is one and a half or fifteen hundred. */
const GROUPED = /^-?[1-9]\d{0,2}\.\d{3}$/
/** "1.234,50", "12,5 €": a number whose sign for decimals is a comma. */
const DECIMAL_COMMA =
  /^(?:[A-Z]{3}\s?|[^\d.,]{0,3})(?:\d{1,3}(?:[.'’\s]\d{3})+,\d+|\d+,\d{1,2})(?:\s?[A-Z]{3}|[^\d.,]{0,3})$/
/** DuckDB's decimals have at most so many digits. */
const MOST_DIGITS = 38

/** Last words of names of columns whose digits are no quantity. */
const IDENTIFIER =
  /(?:^|[^a-z])(?:ids?|uid|uuid|guid|key|codes?|zip|zipcode|postcode|plz|phones?|telephone|tel|fax|mobile|isbn|issn|ean|upc|gtin|sku|iban|bic|ssn|vat|account|version|ref|reference|serial)(?:[^a-z]*(?:no|nr|num|number|code))?$/

/** Gathers of what kind the values of a column are. Doubt makes them texts. */
export class ColumnFacts {
  readonly #isText: boolean
  #some = false
  #integer = true
  #decimal = true
  #date = true
  #truth = true
  #before = 1
  #after = 0
  /** Whether every number with a point may be one whose thousands are set apart. */
  #grouped = true
  readonly #mayGroup: FoundColumn['mayGroup']
  /** Whether a number has a comma for its decimals. */
  hasCommas = false

  /** `mayGroup` says whether a point in a number may set thousands apart. */
  constructor(name: string, isText: boolean, mayGroup: FoundColumn['mayGroup'] = false) {
    this.#mayGroup = mayGroup
    this.#isText = isText || isIdentifier(name)
  }

  add(cell: string | null): void {
    if (cell === null) return
    this.#some = true
    if (this.#decimal) this.#decimal = this.#measure(cell)
    if (this.#grouped && cell.includes('.')) this.#grouped = GROUPED.test(cell)
    if (!this.hasCommas && cell.includes(',')) this.hasCommas = DECIMAL_COMMA.test(cell)
    if (this.#integer) this.#integer = INTEGER.test(cell)
    if (this.#date) this.#date = isDay(cell)
    if (this.#truth) this.#truth = TRUTH.test(cell)
  }

  /** What the column is; `besideCommas` says whether a number of its table has a comma for its decimals. */
  column(name: string, besideCommas: boolean = false): TableColumn {
    const type = this.#type(besideCommas)
    return type === 'decimal' ? { name, type, digits: [this.#before, this.#after] } : { name, type }
  }

  #type(besideCommas: boolean): ColumnType {
    if (!this.#some) return 'text'
    if (this.#date) return 'date'
    if (this.#isText) return 'text'
    if (this.#truth) return 'boolean'
    if (this.#integer) return 'integer'
    const mayGroup = this.#mayGroup === 'beside-commas' ? besideCommas : this.#mayGroup
    if (this.#grouped && mayGroup) return 'text'
    return this.#decimal && this.#after > 0 && this.#before + this.#after <= MOST_DIGITS ? 'decimal' : 'text'
  }

  #measure(cell: string): boolean {
    const found = DECIMAL.exec(cell)
    if (found === null) return false
    this.#before = Math.max(this.#before, found[1]?.length ?? 0)
    this.#after = Math.max(this.#after, found[2]?.length ?? 0)
    return true
  }
}

/** Whether a cell is a number, a day or a truth value: no name of a column. */
export function isValue(cell: string): boolean {
  return DECIMAL.test(cell) || isDay(cell) || TRUTH.test(cell)
}

/** Whether the name of a column says that its digits are a name: nobody adds them up, and a leading zero counts. */
function isIdentifier(name: string): boolean {
  return IDENTIFIER.test(name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase())
}

function isDay(cell: string): boolean {
  const [, year, month, day] = DAY.exec(cell) ?? []
  if (year === undefined) return false
  const at = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  return at.getUTCFullYear() === Number(year) && at.toISOString().startsWith(cell)
}
