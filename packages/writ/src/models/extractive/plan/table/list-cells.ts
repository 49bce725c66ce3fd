import type { Place } from './column-names.ts'
import { type Guard, none } from './guard.ts'
import { folded, foldedText, quoted, textLiteral } from './sql-text.ts'

// A cell may hold several values: "Drama|Comedy", "Go, SQL", ["a","b"]. Whoever asks for one of them means those rows, too.

/** What stands between the values of a cell, for a regular expression of SQL. */
const BETWEEN = '([;|,/{}"\\[\\]]| [&+] )'

/** No other cell of a column may hold a value among others. */
export function alone({ table, column }: Place, value: string): Guard {
  return none(
    `SELECT count(*) AS n FROM ${quoted(table.name)} WHERE ${holdsAmongOthers(quoted(column.name), value)}`,
    `Some values of ${column.name} of ${table.doc} hold "${value}" among others.`,
  )
}

/** Whether a cell holds a value among others, as SQL. */
export function holdsAmongOthers(name: string, value: string): string {
  const [cell, sought] = [folded(name), textLiteral(foldedText(value))]
  return `(${cell} <> ${sought} AND regexp_matches(${cell}, '(^|${BETWEEN}\\s*)' || regexp_escape(${sought}) || '(\\s*${BETWEEN}|$)'))`
}

/** No cell of a column may hold what another one holds, and more. */
export function noLists({ table, column }: Place): Guard {
  const name = quoted(column.name)
  return none(
    `WITH v AS (SELECT DISTINCT ${folded(name)} AS cell FROM ${quoted(table.name)} WHERE ${name} IS NOT NULL), p AS (SELECT DISTINCT cell, trim(unnest(regexp_split_to_array(cell, '${BETWEEN}'))) AS part FROM v WHERE regexp_matches(cell, '${BETWEEN}')) SELECT (SELECT count(*) FROM v WHERE regexp_matches(cell, '^[\\[{]')) + (SELECT count(*) FROM p JOIN v ON p.part = v.cell AND p.cell <> v.cell) + (SELECT count(*) FROM (SELECT part FROM p WHERE regexp_matches(cell, '[;|]') AND part <> '' GROUP BY part HAVING count(DISTINCT cell) > 1)) AS n`,
    `Some values of ${column.name} of ${table.doc} may be several in one cell.`,
  )
}

/** Words for what is so, and for what is not. */
const TRUTHS = [
  ['yes', 'y', 'true', '1', 'on', 'ja', 'j', 'oui', '\u2713', '\u2714'],
  ['no', 'n', 'false', '0', 'off', 'nein', 'non'],
].map((words) => words.map(textLiteral).join(', '))

/** A column must not say in two words that something is so: "yes" and "Y". */
export function oneTruth({ table, column }: Place): Guard {
  const cell = folded(quoted(column.name))
  const [yes, no] = TRUTHS.map((words) => `count(DISTINCT ${cell}) FILTER (WHERE ${cell} IN (${words}))`)
  return none(
    `SELECT CASE WHEN ${yes} > 0 AND ${no} > 0 AND ${yes} + ${no} > 2 THEN 1 ELSE 0 END AS n FROM ${quoted(table.name)}`,
    `The column ${column.name} of ${table.doc} says in more than one word that something is so.`,
  )
}
