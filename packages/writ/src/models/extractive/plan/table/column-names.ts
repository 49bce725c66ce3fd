import type { TableListing } from '@writ/contract'

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
const SAID_UNITS: Readonly<Record<string, string>> = { dollar: 'usd', euro: 'eur' }

/** Whether a word says the unit of a column. */
export function saysUnit(word: string, { name }: Column): boolean {
  const unit = unitOf(name)
  const said = singular(word.toLowerCase())
  return unit !== undefined && [word.toLowerCase(), said, SAID_UNITS[said]].includes(unit)
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

/** Signs in names that stand for words, and words that are written short. */
const IN_FULL: Readonly<Record<string, string>> = {
  '%': 'percent',
  $: 'dollar',
  '€': 'eur',
  '£': 'gbp',
  dept: 'department',
  qty: 'quantity',
  amt: 'amount',
  cust: 'customer',
  emp: 'employee',
}

/** The words of a name, in lower case and the last one in the singular. */
export function nameWords(name: string): readonly string[] {
  const words = wordsOf(name)
  return words.length === 0 ? words : [...words.slice(0, -1), singular(words.at(-1) ?? '')]
}

function wordsOf(name: string): readonly string[] {
  const words = name
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, ' ')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+|[%$€£]/gu)
  return (words ?? []).map((word) => IN_FULL[word] ?? word)
}

export function singular(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|sh|ch|x|zz)es$/.test(word)) return word.slice(0, -2)
  return /[^su]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word
}

type Naming = 'whole' | 'without unit' | 'in part'

/** How a phrase names a column: by its very words, by all but those for what it is measured in, or by its first words alone. */
function nameOf(phrase: readonly string[], table: TableListing, { name }: Column): Naming | undefined {
  const words = nameWords(name)
  if (
    phrase.length === 0 ||
    !phrase.every((word, at) => word === words[at] || singularAt(words, at) === word)
  )
    return undefined
  if (phrase.length === words.length) return 'whole'
  const rest = words.slice(phrase.length)
  // One of several columns of the same name: which of them is meant is not said.
  if (table.notes.includes('named-columns') && rest.length === 1 && /_\d+$/.test(name)) return 'whole'
  return rest.every((word) => UNITS.has(word)) ? 'without unit' : 'in part'
}

const singularAt = (words: readonly string[], at: number): string => singular(words[at] ?? '')

/** The columns that a phrase may name, over some tables: those of the very name, else those that only add a unit. */
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
  const measured = new Set(found.filter(({ how }) => how === 'without unit').map(({ place }) => place.table))
  return found.filter(({ place }) => measured.has(place.table)).map(({ place }) => place)
}

/** The tables that a phrase may name: by their short names, or as files. */
export function tablesNamed(text: string, tables: readonly TableListing[]): readonly TableListing[] {
  const plain = text.trim().replace(/^(?:the|all|all of the|our|these|those)\s+/i, '')
  const low = plain.toLowerCase()
  const files = tables.filter(({ doc }) =>
    [doc, doc.replace(/^.*\//, '')].some((one) => one.toLowerCase() === low),
  )
  if (files.length > 0) return files
  const words = nameWords(plain.replace(/\s+(?:table|file|list|data|sheet)$/i, '')).join(' ')
  return words === '' ? [] : tables.filter((table) => calledOf(table).includes(words))
}

/** What a table may be called: by its short name, by its file, and by what it is called within that. */
export function calledOf({ name, doc }: TableListing): readonly string[] {
  const stem = stemOf(doc)
  const file = name === doc ? [stem] : []
  const part = partOf(name, stem)
  return [name, ...file, ...(part === undefined ? [] : [part])].map((one) => nameWords(one).join(' '))
}

/** What a table is called in an answer. */
export function titleOf({ name, doc }: TableListing): string {
  const part = partOf(name, stemOf(doc))
  return part === undefined ? doc : `${part} of ${doc}`
}

/** The name of a table within its file, such as that of a sheet; a number is none. */
function partOf(name: string, stem: string): string | undefined {
  const before = `${stem.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '_')}_`
  const part = name.toLowerCase().startsWith(before) ? name.slice(before.length) : ''
  return /\p{L}/u.test(part) ? part : undefined
}

/** The name of a file without its folders and its ending. */
export function stemOf(doc: string): string {
  return doc.replace(/^.*\//, '').replace(/\.[^.]*$/, '')
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
