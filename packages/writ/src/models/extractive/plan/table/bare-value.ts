import type { TableListing } from '@writ/contract'
import type { Column } from './column-names.ts'
import { type Guard, none, type Remark } from './guard.ts'
import { holdsAmongOthers } from './list-cells.ts'
import { folded, quoted, textLiteral } from './sql-text.ts'

/** A value that a question says without its column, as "closed tickets" does. */
export interface BareValue {
  readonly table: TableListing
  /** The columns of texts that may hold it. */
  readonly columns: readonly Column[]
  readonly value: string
}

/** In a table with more columns of texts too much may be meant. */
const MOST_COLUMNS = 16

/** Words that say how many or which, whatever a column holds. In capitals they are what a column holds: "IN", "A". */
const NO_VALUES: ReadonlySet<string> = new Set(
  'a an the i it is in on of to or and at by as if so we us me my our your their its he no any some each every all both either other others another more most many several such same own one single different unique various this that these those'.split(
    ' ',
  ),
)

/** A value of some column of texts; undefined where a table has none, or too many. */
export function bareValueOf(table: TableListing, value: string): BareValue | undefined {
  const columns = table.columns.filter(({ type }) => type === 'text')
  if (NO_VALUES.has(value)) return undefined
  return columns.length === 0 || columns.length > MOST_COLUMNS ? undefined : { table, columns, value }
}

/** Rows that hold the value: in the one column that has it, as the guards make sure. */
export function holdsBare({ columns, value }: BareValue): string {
  return `lower(${textLiteral(value)}) IN (${columns.map(({ name }) => `lower(t0.${quoted(name)})`).join(', ')})`
}

/** What has to hold: one column has the value, in one spelling, and has values that come again and again. */
export function bareGuards({ table, columns, value }: BareValue): Guard[] {
  const from = `FROM ${quoted(table.name)}`
  const text = textLiteral(value)
  const each = (figure: (name: string, has: string) => string): string =>
    columns
      .map(({ name }) => figure(name, `coalesce(bool_or(${folded(quoted(name))} = ${folded(text)}), false)`))
      .join(' + ')
  const cells = columns.map(({ name }) => `SELECT ${quoted(name)} AS cell ${from}`).join(' UNION ALL ')
  return [
    {
      query: `SELECT ${each((_name, has) => `CAST(${has} AS INTEGER)`)} AS n ${from}`,
      least: 1,
      most: 1,
      otherwise: `No column of ${table.doc} holds "${value}", or more than one does; say which column is meant.`,
    },
    {
      query: `SELECT CASE WHEN bool_or(lower(cell) = lower(${text})) THEN count(DISTINCT cell) ELSE 0 END AS n FROM (${cells}) WHERE ${folded('cell')} = ${folded(text)}`,
      least: 1,
      most: 1,
      otherwise: `${table.doc} does not hold "${value}" in one spelling.`,
    },
    {
      // A remark in words may say the same of one row as a column of states says of another.
      query: `SELECT ${each((name, has) => `CASE WHEN ${has} THEN greatest(0, 2 * count(DISTINCT ${quoted(name)}) - count(${quoted(name)})) ELSE 0 END`)} AS n ${from}`,
      least: 0,
      most: 0,
      otherwise: `The column of ${table.doc} that holds "${value}" has a value of its own in most rows; say which column is meant.`,
    },
    none(
      `SELECT ${each((name, has) => `CASE WHEN ${has} THEN count(*) FILTER (WHERE ${holdsAmongOthers(name, value)}) ELSE 0 END`)} AS n ${from}`,
      `Some cells of ${table.doc} hold "${value}" among others.`,
    ),
  ]
}

/** Which column has the value, and how often. */
export function bareRemarks({ table, columns, value }: BareValue): Remark[] {
  return columns.map(({ name }) => ({
    query: `SELECT count(*) AS n FROM ${quoted(table.name)} WHERE lower(${quoted(name)}) = lower(${textLiteral(value)})`,
    says: `rows of ${table.doc} hold "${value}" in the column ${name}`,
  }))
}
