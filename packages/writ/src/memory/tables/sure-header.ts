import { isValue } from './column-facts.ts'

type Cells = readonly (string | null)[]

/** Words that name columns. A row of data rarely holds two of them where no row below does. */
const NAMES: ReadonlySet<string> = new Set(
  `id ids name names date day month year time timestamp type kind status state category class group title description comment comments
  note notes remark remarks email mail phone address street city town country region zip url link file path size amount price cost total
  quantity qty count number code key value unit currency language author owner user customer client supplier vendor product item company
  department team role position gender age tag tags label source target start end term definition question answer message level version
  datum ort stadt land betrag preis menge kunde kundin artikel beschreibung firma strasse straße bemerkung nummer anzahl`.split(
    /\s+/,
  ),
)

/** Fewer values say little of what all values of a column have in common. */
const SOME = 3

/** What values may have in common, and the name above them not. */
const TRAITS: readonly ((cell: string) => boolean)[] = [
  (cell) => /\d/.test(cell),
  (cell) => cell.includes('@'),
  (cell) => /[/\\]/.test(cell),
  (cell) => cell.includes('.'),
  (cell) => cell.includes(':'),
  (cell) => /\s/.test(cell),
  (cell) => /^\p{Lu}/u.test(cell),
  (cell) => /^\p{Ll}/u.test(cell),
  (cell) => cell.length < 4,
]

/** What a name of a column may look like, and values do not. */
const WRITTEN_AS_NAME = /^\p{L}+(?:_[\p{L}\p{N}]+)+$|^\p{Ll}+(?:\p{Lu}\p{Ll}+)+$/u

/**
 * Whether the first row of a table names its columns for sure: what stands below differs in kind. Where all is text, the first row may be
 * one like the others, and no figure over the table is certain.
 */
export function isSureHeader(header: Cells, rows: readonly Cells[]): boolean {
  let reasons = 0
  for (const [at, name] of header.entries()) {
    if (name === null) continue
    const values = rows.flatMap((row) => row[at] ?? [])
    reasons += asName(name, values) + asContrast(name, values)
    if (reasons > 1) return true
  }
  return false
}

function asName(name: string, values: readonly string[]): number {
  return hasNamingWord(name) && !values.some(hasNamingWord) ? 1 : 0
}

function hasNamingWord(cell: string): boolean {
  const words = cell.toLowerCase().match(/[\p{L}]+/gu) ?? []
  return words.length < 4 && words.some((word) => NAMES.has(word))
}

/** Two where the kind of the values alone proves that what stands above is a name: "x7" above 7 and 8 may be one that is written wrongly. */
function asContrast(name: string, values: readonly string[]): number {
  if (values.length > 0 && values.every(isValue)) return /\d/.test(name) ? 1 : 2
  if (!/\d/.test(name) && values.length > 1 && values.every(isMostlyDigits)) return 2
  if (values.length === 0) return 0
  if (WRITTEN_AS_NAME.test(name) && !values.some((value) => WRITTEN_AS_NAME.test(value))) return 1
  if (values.length < SOME) return 0
  return TRAITS.some((has) => !has(name) && values.every(has)) ? 1 : 0
}

/** "$5", "1,000", "5 %", "03/04/2024", and not "Room 5". */
function isMostlyDigits(cell: string): boolean {
  const digits = cell.replaceAll(/\D/g, '').length
  return digits > 0 && digits * 2 >= cell.replaceAll(/\s/g, '').length
}
