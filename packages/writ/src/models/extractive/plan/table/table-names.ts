import type { TableListing } from '@writ/contract'
import { nameWords, singular } from './name-words.ts'

// What tables may be called by who asks.

/** What names of tables begin with and that says nothing of which rows they hold. "Open" or "web" does. */
const BEFORE: ReadonlySet<string> = new Set(
  'tbl tab table dim fact app shop store crm erp db data main public dbo our my all'.split(' '),
)
/** What they end with and that says no more than that they are tables. */
const BEHIND: ReadonlySet<string> = new Set('table list data sheet export extract dump'.split(' '))
const YEAR = /^(?:19|20)\d\d$/

/** The tables that a phrase may name: by their short names, or as files; else by what their names say of the rows. */
export function tablesNamed(text: string, tables: readonly TableListing[]): readonly TableListing[] {
  const plain = text.trim().replace(/^(?:the|all|all of the|our|these|those)\s+/i, '')
  const low = plain.toLowerCase()
  const files = tables.filter(({ doc }) =>
    [doc, doc.replace(/^.*\//, '')].some((one) => one.toLowerCase() === low),
  )
  if (files.length > 0) return files
  const words = nameWords(plain.replace(/\s+(?:table|file|list|data|sheet)$/i, '')).join(' ')
  if (words === '') return []
  const named = tables.filter((table) => namesOf(table).includes(words))
  return named.length > 0 ? named : tables.filter((table) => aliasOf(table)?.called === words)
}

/** What a table may be called: by its short name, by its file, by what it is called within that, and by what of it says the rows. */
export function calledOf(table: TableListing): readonly string[] {
  const alias = aliasOf(table)?.called
  return alias === undefined ? namesOf(table) : [...namesOf(table), alias]
}

function namesOf({ name, doc }: TableListing): readonly string[] {
  const stem = stemOf(doc)
  const file = name === doc ? [stem] : []
  const part = partOf(name, stem)
  return [name, ...file, ...(part === undefined ? [] : [part])].map((one) => nameWords(one).join(' '))
}

/** "Orders" of `shop_orders`, `tbl_orders`, `orders_2024` and `orders_list`; undefined where the name says nothing more. */
function aliasOf({
  name,
  doc,
}: TableListing): { readonly called: string; readonly year?: string } | undefined {
  const stem = stemOf(doc)
  const own = nameWords(stem)
  let words = nameWords(partOf(name, stem) ?? stem)
  const whole = words.length
  if (words.length > own.length && own.every((word, at) => word === words[at]))
    words = words.slice(own.length)
  else if (words.length > 1 && BEFORE.has(words[0] ?? '')) words = words.slice(1)
  const last = words.at(-1) ?? ''
  const year = YEAR.test(last) ? { year: last } : {}
  if (words.length > 1 && (YEAR.test(last) || BEHIND.has(last))) words = words.slice(0, -1)
  if (words.length === whole || !words.some((word) => /\p{L}/u.test(word))) return undefined
  return { called: [...words.slice(0, -1), singular(words.at(-1) ?? '')].join(' '), ...year }
}

/** The year that the name of a table ends with. */
export function yearOf(table: TableListing): string | undefined {
  return aliasOf(table)?.year
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
