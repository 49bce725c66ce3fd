import type { TableListing } from '@writ/contract'
import { nameWords, singular, wordsOf } from './name-words.ts'
import { calledOf } from './table-names.ts'

export type Column = TableListing['columns'][number]

/** Types of columns whose values can be computed with. */
export const NUMERIC: ReadonlySet<Column['type']> = new Set(['integer', 'decimal'])

/** A column in its table. */
export interface Place {
  readonly table: TableListing
  readonly column: Column
  /** The part of a day that is meant of it. */
  readonly part?: 'year'
}

/**
 * Words at the end of the name of a column that say in what it is measured, and nothing else: "month" may say of which it is,
 * "min" which of several values, "second" which in a row.
 */
const UNITS: ReadonlySet<string> = new Set(
  `eur euro usd dollar gbp pound chf jpy cent percent pct kg g gram mg t ton lb lbs oz km m meter metre cm mm mile ft inch
  h hr minute s sec ms l liter litre ml kwh mwh gwh wh kw mw w c f celsius fahrenheit`
    .trim()
    .split(/\s+/),
)

export function isUnit(word: string): boolean {
  return word.length > 2 && UNITS.has(singular(word.toLowerCase()))
}

/** In what a column is measured, as the end of its name says. */
export function unitOf(name: string): string | undefined {
  const words = wordsOf(name)
  const last = words.at(-1) ?? ''
  return words.length > 1 && UNITS.has(last) ? last : undefined
}

/** Units that people say in another word than names of columns do. A dollar sign may be of any dollars. */
const SAID_UNITS: Readonly<Record<string, readonly string[]>> = {
  dollar: ['usd'],
  euro: ['eur'],
  hour: ['h', 'hr'],
  second: ['s', 'sec'],
  kilogram: ['kg'],
}

/** Whether a word says the unit of a column. */
export function saysUnit(word: string, { name }: Column): boolean {
  const unit = unitOf(name)
  const said = singular(word.toLowerCase())
  const units = Object.hasOwn(SAID_UNITS, said) ? (SAID_UNITS[said] ?? []) : []
  return unit !== undefined && [word.toLowerCase(), said, ...units].includes(unit)
}

/** Last words of columns that say in what the others of their table are measured. */
const MEASURES: ReadonlySet<string> = new Set([
  'currency',
  'ccy',
  'unit',
  'uom',
  'measure',
  'scale',
  // Figures of two of these are of two kinds, whatever their units.
  'metric',
  'indicator',
  'variable',
  'parameter',
  'kpi',
  'scenario',
])

type Naming = 'whole' | 'nearly' | 'in part'

/** Words before the name of a column that add nothing to what it is, where there is no other of it. */
const ADDED: ReadonlySet<string> = new Set(['annual', 'yearly', 'full'])

/** How a phrase names a column: by its very words, by all that tell it from others, or by its first words alone. */
function nameOf(phrase: readonly string[], table: TableListing, column: Column): Naming | undefined {
  const words = nameWords(column.name)
  const how = nameBy(phrase, words, table, column)
  if (how !== undefined) return how
  const [first = '', ...rest] = words
  const added: (readonly string[])[] = []
  if (ADDED.has(first) || (column.type === 'boolean' && /^(?:is|has|was)$/.test(first))) added.push(rest)
  // "Amount" of orders is `order_amount`.
  for (const called of calledOf(table))
    if (rest.length > 0 && words.join(' ').startsWith(`${called} `))
      added.push(words.slice(called.split(' ').length))
  const isNamed = added.some((own) => /^(?:whole|nearly)$/.test(nameBy(phrase, own, table, column) ?? ''))
  // Beside "sale_price", "product_price" is one price of several.
  return isNamed && !table.columns.some((other) => other !== column && endsWith(other, phrase))
    ? 'nearly'
    : undefined
}

function endsWith({ name }: Column, phrase: readonly string[]): boolean {
  const words = nameWords(name)
  const own = UNITS.has(words.at(-1) ?? '') ? words.slice(0, -1) : words
  return phrase.every((word, at) => word === singularAt(own, own.length - phrase.length + at))
}

function nameBy(
  phrase: readonly string[],
  words: readonly string[],
  table: TableListing,
  { name }: Column,
): Naming | undefined {
  if (
    phrase.length === 0 ||
    !phrase.every((word, at) => word === words[at] || singularAt(words, at) === word)
  )
    return undefined
  if (phrase.length === words.length) return 'whole'
  const rest = words.slice(phrase.length)
  // One of several columns of the same name: which of them is meant is not said.
  if (table.notes.includes('named-columns') && rest.length === 1 && /_\d+$/.test(name)) return 'whole'
  return rest.every((word) => UNITS.has(word)) || rest.join(' ') === 'name' ? 'nearly' : 'in part'
}

const singularAt = (words: readonly string[], at: number): string => singular(words[at] ?? '')

/** The columns that a phrase may name, over some tables: those of the very name, else those that only add a unit or the like. */
export function columnsNamed(text: string, tables: readonly TableListing[]): readonly Place[] {
  // "A grades" are those with the value "A".
  const phrase = nameWords(text.replace(/^(?:[Tt]he|an?|[Aa]ll|[Ee]ach|[Ee]very)\s+/, ''))
  const found = tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const how = nameOf(phrase, table, column)
      return how === undefined ? [] : [{ how, place: { table, column } }]
    }),
  )
  const whole = found.filter(({ how }) => how === 'whole')
  if (whole.length > 0) return whole.map(({ place }) => place)
  // Beside "weight_max", "weight_kg" is one weight of several.
  const measured = new Set(found.filter(({ how }) => how === 'nearly').map(({ place }) => place.table))
  return found.filter(({ place }) => measured.has(place.table)).map(({ place }) => place)
}

/** The columns of a table that say in what others are measured. */
export function measuresOf({ columns }: TableListing): readonly Column[] {
  return columns.filter(({ name, type }) => {
    const words = nameWords(name)
    // Numbers called "units" are how many there are.
    if (NUMERIC.has(type) && /units$/i.test(name)) return false
    return MEASURES.has(words.at(-1) ?? '') || (type === 'text' && words.includes('currency'))
  })
}

export function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}
