import type { TableListing } from '@writ/contract'
import { type BareValue, holdsBare } from './bare-value.ts'
import type { Column, Place } from './column-names.ts'
import type { Condition } from './conditions.ts'
import type { Join } from './joins.ts'
import { quoted } from './sql-text.ts'
import type { Subject } from './subject.ts'
import type { Measure, TableQuestion } from './table-question.ts'

/** A question whose every word is understood of some tables. */
export interface Reading {
  readonly question: TableQuestion
  readonly subject: Subject
  readonly conditions: readonly Condition[]
  /** Values without their columns that the rows have to hold. */
  readonly bare: readonly BareValue[]
  readonly by: Place | null
  readonly which: Place | null
  readonly joins: ReadonlyMap<TableListing, Join>
}

/** The query whose result answers. The table that is measured is `t0` in it, and the figure `value`. */
export function queryOf(reading: Reading): string {
  const { question, by, which } = reading
  if (which !== null) return ranked(reading, which)
  if (question.measure === 'percentage') return shared(reading)
  const value = figureOf(reading, question.measure)
  if (by === null) return `SELECT ${value} AS value ${fromOf(reading)}`
  return `SELECT ${nameIn(reading, by)} AS ${heading(by)}, ${value} AS value ${fromOf(reading)} GROUP BY 1 ORDER BY 1 NULLS LAST`
}

/** How many of a hundred rows fulfil what is said of them. */
function shared(reading: Reading): string {
  const { conditions, bare } = reading
  const all = [...conditions.map((one) => one.sql(nameIn(reading, one))), ...bare.map(holdsBare)]
  return `SELECT 100.0 * count(*) FILTER (WHERE ${all.join(' AND ')}) / count(*) AS value ${fromOf({ ...reading, conditions: [], bare: [] })}`
}

/** Those with the highest or lowest value, all that are equal to the last of them. */
function ranked(reading: Reading, which: Place): string {
  const { measure, top } = reading.question
  const { inner, column } = reading.subject
  const [name, as] = [nameIn(reading, which), heading(which)]
  const order = measure === 'highest' ? 'DESC' : 'ASC'
  const those = (rows: string, more: string): string =>
    `SELECT ${as}, value${more} FROM (${rows}) QUALIFY rank() OVER (ORDER BY value ${order}) <= ${top} ORDER BY value ${order}, 1`
  if (inner === null) {
    const of = column === null ? '*' : measured(column)
    return those(
      `SELECT ${name} AS ${as}, ${of} AS value, t0._span ${fromOf(reading, [`${of} IS NOT NULL`])}`,
      ', _span',
    )
  }
  // Rows that name none are none of those asked for; a remark says how many there are.
  const from = fromOf(reading, [`${name} IS NOT NULL`])
  return those(`SELECT ${name} AS ${as}, ${figureOf(reading, inner)} AS value ${from} GROUP BY 1`, '')
}

/** One figure over the rows that count. */
export function figureOf({ question, subject: { column, other } }: Reading, measure: Measure): string {
  const of = column === null ? '*' : measured(column)
  switch (measure) {
    case 'count':
    case 'percentage':
      return 'count(*)'
    case 'value':
      return of
    case 'distinct':
      return `count(DISTINCT ${of})`
    case 'sum':
      return `sum(${of})`
    case 'average':
      return `avg(${of})`
    case 'median':
      return `quantile_cont(CAST(${of} AS DOUBLE), 0.5)`
    case 'percentile':
      return `quantile_cont(CAST(${of} AS DOUBLE), ${question.percent / 100})`
    case 'highest':
      return `max(${of})`
    case 'lowest':
      return `min(${of})`
    case 'correlation':
      return `corr(CAST(${of} AS DOUBLE), CAST(${other === null ? of : measured(other)} AS DOUBLE))`
  }
}

/** What a column of names is called in the result: a column "value" would be taken for the figure. */
function heading({ column: { name }, part }: Place): string {
  if (part !== undefined) return part
  return quoted(/^value$/i.test(name) ? `${name}_1` : name)
}

/** From where, joined and with all conditions. */
export function fromOf(reading: Reading, extra: readonly string[] = []): string {
  const joined = [...reading.joins].map(([other, join]) => ` ${joinedTo(other, join)}`)
  const conditions = reading.conditions.map((condition) => condition.sql(nameIn(reading, condition)))
  const bare = reading.bare.map(holdsBare)
  const all = [...conditions, ...bare, ...extra]
  return `FROM ${quoted(reading.subject.table.name)} t0${joined.join('')}${all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`}`
}

export function joinedTo(other: TableListing, { as, own, key }: Join): string {
  return `LEFT JOIN ${quoted(other.name)} ${as} ON ${measured(own)} = ${as}.${quoted(key.name)}`
}

/** A column of the table that is measured. */
export function measured(column: Column): string {
  return `t0.${quoted(column.name)}`
}

/** A column of any of the tables. */
export function nameIn({ subject, joins }: Reading, { table, column, part }: Place): string {
  const as = table === subject.table ? 't0' : (joins.get(table)?.as ?? 't0')
  const name = `${as}.${quoted(column.name)}`
  return part === 'year' ? `year(${name})` : name
}
