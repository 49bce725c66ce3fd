import type { TableListing } from '@writ/contract'

export type Column = TableListing['columns'][number]

/** Types of columns whose values can be computed with. */
export const NUMERIC: ReadonlySet<Column['type']> = new Set(['integer', 'decimal'])

/** A column in its table. */
export interface Place {
  readonly table: TableListing
  readonly column: Column
}

/** Words at the end of the name of a column that say in what it is measured. */
const UNITS: ReadonlySet<string> = new Set(
  `eur euro usd dollar gbp pound chf jpy cent percent pct kg g gram mg t ton lb lbs oz km m meter metre cm mm mile ft inch
  h hour hr min minute s sec second ms day week month year l liter litre ml kwh kw w c f celsius`
    .trim()
    .split(/\s+/),
)

/** Last words of columns that say in what the others of their table are measured. */
const MEASURES: ReadonlySet<string> = new Set(['currency', 'unit', 'uom', 'measure', 'scale'])

/** The words of a name, in lower case and the last one in the singular. */
export function nameWords(name: string): readonly string[] {
  const words = name
    .replaceAll(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, ' ')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu)
  if (words === null) return []
  return [...words.slice(0, -1), singular(words.at(-1) ?? '')]
}

export function singular(word: string): string {
  if (/[^aeiou]ies$/.test(word)) return `${word.slice(0, -3)}y`
  if (/(?:ss|sh|ch|x|zz)es$/.test(word)) return word.slice(0, -2)
  return /[^su]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word
}

/** Whether a phrase names a column: its very words, or all but those for what it is measured in. */
function nameOf(phrase: readonly string[], column: Column): 'whole' | 'without unit' | undefined {
  const words = nameWords(column.name)
  if (
    phrase.length === 0 ||
    !phrase.every((word, at) => word === words[at] || singularAt(words, at) === word)
  )
    return undefined
  if (phrase.length === words.length) return 'whole'
  return words.slice(phrase.length).every((word) => UNITS.has(word)) ? 'without unit' : undefined
}

const singularAt = (words: readonly string[], at: number): string => singular(words[at] ?? '')

/** The columns that a phrase may name, over some tables: those of the very name, else those that only add a unit. */
export function columnsNamed(text: string, tables: readonly TableListing[]): readonly Place[] {
  const phrase = nameWords(text.replace(/^(?:the|an?|all|each|every)\s+/i, ''))
  const found = tables.flatMap((table) =>
    table.columns.flatMap((column) => {
      const how = nameOf(phrase, column)
      return how === undefined ? [] : [{ how, place: { table, column } }]
    }),
  )
  const whole = found.filter(({ how }) => how === 'whole')
  return (whole.length > 0 ? whole : found).map(({ place }) => place)
}

/** The tables that a phrase may name: by their short names, or as files. */
export function tablesNamed(text: string, tables: readonly TableListing[]): readonly TableListing[] {
  const plain = text.trim().replace(/^(?:the|all|all of the|our|these|those)\s+/i, '')
  const low = plain.toLowerCase()
  const files = tables.filter(({ name, doc }) =>
    [name, doc, doc.replace(/^.*\//, '')].some((one) => one.toLowerCase() === low),
  )
  if (files.length > 0) return files
  const words = nameWords(plain.replace(/\s+(?:table|file|list|data|sheet)$/i, '')).join(' ')
  return tables.filter(({ name, doc }) => {
    const stem = doc.replace(/^.*\//, '').replace(/\.[^.]*$/, '')
    return (
      words !== '' &&
      (nameWords(name).join(' ') === words || (name === doc && nameWords(stem).join(' ') === words))
    )
  })
}

/** The columns of a table that say in what others are measured. */
export function measuresOf({ columns }: TableListing): readonly Column[] {
  return columns.filter(({ name }) => MEASURES.has(nameWords(name).at(-1) ?? ''))
}

export function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}
