import type { TableListing } from '@writ/contract'
import { type Column, isUnit, measuresOf } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { holdsAmongOthers } from './list-cells.ts'
import { nameWords, singular } from './name-words.ts'
import type { Named } from './named.ts'
import { NO_VALUE } from './no-value.ts'
import { folded, foldedText, quoted, textLiteral } from './sql-text.ts'

/** A value that a question says without its column, as "closed tickets" and "in Rome" do. */
export interface BareValue {
  readonly table: TableListing
  /** The columns of texts that may hold it. */
  readonly columns: readonly Column[]
  /** How it may be written: of "chairs" also as "chair". */
  readonly forms: readonly string[]
  /** Whether a word such as "in" says that it is a name of something, and no remark. */
  readonly isPlace: boolean
  /** Whether the rows are meant that do not hold it. */
  readonly isTurned?: boolean
  /** Tables whose rows are joined to these, which must not hold it as well. */
  readonly beside: readonly TableListing[]
}

/** In a table with more columns of texts too much may be meant. */
const MOST_COLUMNS = 16

/** Words that say how many or which, whatever a column holds. In capitals they are what a column holds: "IN", "A". */
const NO_VALUES: ReadonlySet<string> = new Set(
  'a an the i it is in on of to or and at by as if so we us me my our your their its he no any some each every all both either other others another more most many several such same own one single different unique various this that these those general total full detail particular fact'.split(
    ' ',
  ),
)

/** Names of columns that say where something goes, and where it comes from. "From Rome" is none of the first. */
const GOAL = /^(?:to|destination|dest|arrival|recipient|receiver|target|delivered|until|end)$/
const SOURCE = /^(?:from|origin|source|departure|sender|shipper|since|start)$/

/** A value of some column of texts; undefined where a table has none, or too many. */
export function bareValueOf(
  table: TableListing,
  value: string,
  { isQuoted = false, by = null }: { readonly isQuoted?: boolean; readonly by?: string | null } = {},
  beside: readonly TableListing[] = [],
): BareValue | undefined {
  if (NO_VALUES.has(value)) return undefined
  const texts = table.columns.filter(({ type }) => type === 'text')
  const columns = texts.filter(({ name }) => {
    const words = nameWords(name)
    return !words.some((word) => (by === 'from' && GOAL.test(word)) || (by === 'to' && SOURCE.test(word)))
  })
  const units = measuresOf(table).filter((column) => columns.includes(column))
  // In what a figure is measured, only a column of units says.
  if (isUnit(value)) return units.length === 0 ? undefined : plainValue(units)
  if (columns.length === 0 || texts.length > MOST_COLUMNS) return undefined
  return plainValue(columns)

  function plainValue(held: readonly Column[]): BareValue {
    const one = isQuoted || /^\p{Lu}/u.test(value) ? value : lastSingular(value)
    const forms = one === value ? [value] : [value, one]
    return { table, columns: held, forms, isPlace: by !== null, beside }
  }
}

function lastSingular(text: string): string {
  return text.replace(/\S+$/u, (word) => singular(word))
}

/** Rows that hold the value: in the one column that has it, as the guards make sure. */
export function holdsBare(bare: BareValue): string {
  const held = bare.columns.map(({ name }) => `lower(t0.${quoted(name)})`).join(', ')
  const each = bare.forms.map((form) => `lower(${textLiteral(form)}) IN (${held})`)
  const all = each.length === 1 ? (each[0] ?? '') : `(${each.join(' OR ')})`
  return bare.isTurned === true ? `NOT coalesce(${all}, false)` : all
}

/** Each cell of some columns as a row of `v`, and as `h` those columns that hold the value. */
function cellsOf(bare: BareValue, table: TableListing, columns: readonly Column[]): string {
  const names = columns.map(({ name }) => textLiteral(name)).join(', ')
  const cells = columns.map(({ name }) => quoted(name)).join(', ')
  return `WITH v AS (SELECT unnest([${names}]) AS col, unnest([${cells}]) AS c FROM ${quoted(table.name)}), h AS (SELECT DISTINCT col FROM v WHERE ${isIt(bare)})`
}

/** Whether a cell is the value, as SQL. */
function isIt({ forms }: BareValue): string {
  const all = [...new Set(forms.map(foldedText))].map(textLiteral)
  return `${folded('c')} IN (${all.join(', ')})`
}

/** Whether a cell is the value, or more than one of it: "shoes" beside "shoe" is another spelling. */
function isAlike({ forms }: BareValue): string {
  const all = forms.flatMap((form) => [form, `${form}s`, `${form}es`, form.replace(/y$/iu, 'ies')])
  return `${folded('c')} IN (${[...new Set(all.map(foldedText))].map(textLiteral).join(', ')})`
}

/** What has to hold: one column has the value, in one spelling, and holds names of things. */
export function bareGuards(bare: BareValue, isLookup: boolean): Guard[] {
  const { table, columns, beside, isPlace, forms } = bare
  const [value = ''] = forms
  const within = cellsOf(bare, table, columns)
  const exactly = forms.map((form) => `lower(${textLiteral(form)})`).join(', ')
  const among = forms.map((form) => holdsAmongOthers('c', form)).join(' OR ')
  return [
    {
      query: `${within} SELECT count(*) AS n FROM h`,
      least: 1,
      most: 1,
      otherwise: `No column of ${table.doc} holds "${value}", or more than one does; say which column is meant.`,
    },
    {
      query: `${within} SELECT CASE WHEN bool_or(lower(c) IN (${exactly})) THEN count(DISTINCT c) ELSE 0 END AS n FROM v WHERE ${isAlike(bare)}`,
      least: 1,
      most: 1,
      otherwise: `${table.doc} does not hold "${value}" in one spelling.`,
    },
    isPlace || isLookup
      ? none(
          `${within} SELECT count(*) AS n FROM v WHERE col IN (SELECT col FROM h) AND length(c) > ${LONGEST_NAME}`,
          `The column of ${table.doc} that holds "${value}" holds texts; say which column is meant.`,
        )
      : // A remark in words may say the same of one row as a column of states says of another.
        none(
          `${within} SELECT greatest(0, 2 * count(DISTINCT c) - count(c)) AS n FROM v WHERE col IN (SELECT col FROM h)`,
          `The column of ${table.doc} that holds "${value}" has a value of its own in most rows; say which column is meant.`,
        ),
    // A list or object of JSON may say it as well, in whatever column.
    none(
      `${within} SELECT count(*) AS n FROM v WHERE (col IN (SELECT col FROM h) OR regexp_matches(c, '^[\\[{]')) AND (${among})`,
      `Some cells of ${table.doc} hold "${value}" among others.`,
    ),
    ...beside.flatMap((other) => {
      const texts = other.columns.filter(({ type }) => type === 'text')
      if (texts.length === 0) return []
      return none(
        `${cellsOf(bare, other, texts)} SELECT count(*) AS n FROM h`,
        `${other.doc} holds "${value}" as well as ${table.doc}; say which column is meant.`,
      )
    }),
  ]
}

/** A longer cell is no name of something (characters). */
const LONGEST_NAME = 40

/** How many rows are empty in the column that has the value, as a query. */
export function emptyBeside(bare: BareValue): string {
  return `${cellsOf(bare, bare.table, bare.columns)} SELECT count(*) AS n FROM v WHERE col IN (SELECT col FROM h) AND (c IS NULL OR lower(trim(c)) IN (${NO_VALUE}))`
}

/** Values that are said without their columns have to stand in columns of their own. */
export function apartGuards(bare: readonly BareValue[]): Guard[] {
  return bare.flatMap((one, at) =>
    bare.slice(at + 1).flatMap((other) => {
      const shared = one.columns.filter((column) => other.columns.includes(column))
      if (shared.length === 0) return []
      return none(
        `${cellsOf(one, one.table, shared)} SELECT count(DISTINCT col) AS n FROM v WHERE col IN (SELECT col FROM h) AND ${isIt(other)}`,
        `One column of ${one.table.doc} holds "${one.forms[0]}" and "${other.forms[0]}".`,
      )
    }),
  )
}

/** Which column has the value, and how it is written there, in words. */
export function namedBy(bare: BareValue, mark: string): Named {
  const { table, columns } = bare
  return {
    mark,
    query: `${cellsOf(bare, table, columns)} SELECT min(col || ' is ${bare.isTurned === true ? 'not ' : ''}"' || c || '"') AS n FROM v WHERE ${isIt(bare)}`,
  }
}
