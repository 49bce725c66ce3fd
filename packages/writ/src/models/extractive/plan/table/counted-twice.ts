import type { TableListing } from '@writ/contract'
import { type Column, NUMERIC } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { nameWords, singular } from './name-words.ts'
import type { Reading } from './query.ts'
import { quoted } from './sql-text.ts'
import type { Measure } from './table-question.ts'

// Figures that hold those of other rows: of a parent, of a section, of all rows before. Added up, they count twice.

/** Measures that take the figures of rows together. */
const TOGETHER: ReadonlySet<Measure> = new Set(['sum', 'average', 'median', 'percentile', 'correlation'])
const CUMULATIVE = /^(?:cumulative|cumulated|cumul|cum|accumulated|running|ytd|mtd|qtd)$/
/** What there is at one time: of several times it is no sum, and an average of those is none of rows. */
const LEVEL =
  /^(?:balance|reading|odometer|headcount|inventory|population|pop|inhabitant|resident|subscriber|member|stock|debt|seat|area)$/
const TIME = /^(?:date|day|week|month|quarter|year|period|time|timestamp)$/
const PARENT = /^(?:parent|parents)$/
/** Columns that may number rows as an outline does: "1", "1.1", "1.1.2". */
const OUTLINE =
  /^(?:wbs|outline|item|section|chapter|clause|position|pos|line|number|no|nr|task|account|code|id)$/
/** Beside more columns of numbers it is not tried which of them a sum runs over. */
const MOST_TRIED = 8

/** Why the figures of a column are not taken together; undefined where its name does not tell. */
export function saysCumulative(
  measure: Measure,
  column: Column,
  { subject: { table }, conditions, by }: Reading,
): string | undefined {
  if (!TOGETHER.has(measure) || measure === 'correlation') return undefined
  const { columns, doc } = table
  const words = nameWords(column.name)
  if (words.some((word) => CUMULATIVE.test(word)))
    return `the column ${column.name} of ${doc} seems to hold sums of the rows before`
  const times = columns.filter(({ name, type }) => type === 'date' || isTime(name))
  // Of one time, or of each, they are what there was then.
  const isSaid = (time: Column): boolean =>
    by?.column === time || conditions.some((one) => one.column === time && one.isPoint === true)
  const isOfOne =
    times.some((time) => time.type === 'date' && isSaid(time) && by?.part === undefined) ||
    times.every(isSaid)
  return times.length > 0 && !isOfOne && words.some((word) => LEVEL.test(singular(word)))
    ? `the column ${column.name} of ${doc} says what there is at one time, and its rows are of several; say of which`
    : undefined
}

function isTime(name: string): boolean {
  return TIME.test(nameWords(name).at(-1) ?? '')
}

/** Rows whose figures may be held by another row as well. */
export function countedOnce(measure: Measure, table: TableListing, column: Column): Guard[] {
  if (!TOGETHER.has(measure)) return []
  const from = quoted(table.name)
  const guards: Guard[] = []
  for (const { name, type } of table.columns) {
    const words = nameWords(name)
    if (words.some((word) => PARENT.test(word)))
      guards.push(
        none(
          `SELECT count(*) AS n FROM ${from} WHERE ${quoted(name)} IS NOT NULL`,
          `Rows of ${table.doc} stand below others (${name}), which may hold their figures as well.`,
        ),
      )
    else if (
      name !== column.name &&
      (type === 'text' || type === 'decimal') &&
      OUTLINE.test(words.join(' '))
    ) {
      const plain = `regexp_replace(CAST(${quoted(name)} AS VARCHAR), '\\.0+$', '')`
      guards.push(
        none(
          `WITH v AS (SELECT DISTINCT ${plain} AS cell FROM ${from}) SELECT count(*) AS n FROM v JOIN v w ON regexp_matches(v.cell, '^[0-9]+(\\.[0-9]+)+$') AND regexp_replace(v.cell, '\\.[0-9]+$', '') = w.cell`,
          `Rows of ${table.doc} stand below others (${name}), which may hold their figures as well.`,
        ),
      )
    }
  }
  if (measure === 'sum')
    for (const { name } of table.columns
      .filter((one) => one.name !== column.name && NUMERIC.has(one.type))
      .slice(0, MOST_TRIED))
      guards.push(
        none(
          `SELECT CASE WHEN count(*) > 2 AND bool_or(step <> 0) AND (bool_and(v = before + step) OR bool_and(v = before - past)) THEN 1 ELSE 0 END AS n FROM (SELECT t0.${quoted(column.name)} AS v, t0.${quoted(name)} AS step, lag(t0.${quoted(column.name)}) OVER (ORDER BY t0._span.start) AS before, lag(t0.${quoted(name)}) OVER (ORDER BY t0._span.start) AS past FROM ${from} t0) WHERE before IS NOT NULL`,
          `The column ${column.name} of ${table.doc} holds sums of ${name} over the rows before.`,
        ),
      )
  return guards
}
