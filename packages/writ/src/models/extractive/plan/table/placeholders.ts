import type { TableListing } from '@writ/contract'
import { type Column, NUMERIC } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { quoted } from './sql-text.ts'

/** Days that are written where there is none. */
const NO_DAYS = [
  '0001-01-01',
  '1900-01-01',
  '1970-01-01',
  '2099-12-31',
  '2999-12-31',
  '9999-01-01',
  '9999-12-31',
]
  .map((day) => `DATE '${day}'`)
  .join(', ')

/**
 * What is written where there is no value: -1 or -999 where nothing else is negative, 9999 far above everything else, a day
 * such as 9999-12-31.
 */
export function withoutPlaceholders(table: TableListing, column: Column): Guard[] {
  if (column.type === 'date')
    return [
      none(
        `SELECT count(*) AS n FROM ${quoted(table.name)} WHERE ${quoted(column.name)} IN (${NO_DAYS})`,
        `Some values of ${column.name} of ${table.doc}, such as 1900-01-01 or 9999-12-31, may say that there is none.`,
      ),
    ]
  if (!NUMERIC.has(column.type)) return []
  const of = `CAST(t0.${quoted(column.name)} AS DOUBLE)`
  const [below, above] = [
    `${of} IN (-1, -99, -999, -9999, -99999, -999999)`,
    `${of} IN (99, 999, 9999, 99999, 999999)`,
  ]
  return [
    none(
      `SELECT CASE WHEN (bool_or(${below}) AND NOT bool_or(${of} < 0 AND NOT ${below})) OR max(${of}) FILTER (WHERE ${above}) > 10 * max(abs(${of})) FILTER (WHERE NOT ${above}) THEN 1 ELSE 0 END AS n FROM ${quoted(table.name)} t0`,
      `Some values of ${column.name} of ${table.doc}, such as -1, or such as -999 or 9999, may say that there is none.`,
    ),
  ]
}
