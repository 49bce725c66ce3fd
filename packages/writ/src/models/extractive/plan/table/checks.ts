import { bareGuards, bareRemarks } from './bare-value.ts'
import { measuresOf, NUMERIC, type Place } from './column-names.ts'
import { countedOnce } from './counted-twice.ts'
import { type Guard, none, type Remark } from './guard.ts'
import { alone, noLists, oneTruth } from './list-cells.ts'
import { withoutPlaceholders } from './placeholders.ts'
import { figureOf, fromOf, joinedTo, measured, nameIn, type Reading } from './query.ts'
import { folded, quoted, textLiteral } from './sql-text.ts'
import type { Measure } from './table-question.ts'

/** Measures that are computed with fractions of about 16 digits. */
const BY_FRACTIONS: ReadonlySet<Measure> = new Set(['average', 'median', 'percentile', 'correlation'])

/** Words for what is not there. */
const NO_VALUE = ['n/a', 'na', '#n/a', 'nan', 'null', 'none', 'nil', '-', '--', '\u2013', '\u2014', '?']
  .map(textLiteral)
  .join(', ')

export function guardsOf(reading: Reading): Guard[] {
  const { subject, conditions, bare, by, which, joins } = reading
  const { table, column, inner } = subject
  const guards: Guard[] = bare === null ? [] : bareGuards(bare)
  for (const condition of conditions) {
    if (condition.column !== column) guards.push(...withoutPlaceholders(condition.table, condition.column))
    if (condition.equals === null) continue
    const { table: of, column: held, equals } = condition
    const [name, text] = [quoted(held.name), textLiteral(equals)]
    guards.push({
      query: `SELECT CASE WHEN bool_or(lower(${name}) = lower(${text})) THEN count(DISTINCT ${name}) ELSE 0 END AS n FROM ${quoted(of.name)} WHERE ${folded(name)} = ${folded(text)}`,
      least: 1,
      most: 1,
      otherwise: `The column ${held.name} of ${of.doc} does not hold "${equals}" in one spelling.`,
    })
    guards.push(alone(condition, equals), oneTruth(condition))
  }
  for (const [other, join] of joins) {
    const { key, own, as } = join
    guards.push(
      none(
        `SELECT count(*) - count(DISTINCT ${quoted(key.name)}) AS n FROM ${quoted(other.name)}`,
        `The column ${key.name} of ${other.doc} does not name each row once.`,
      ),
      none(
        `SELECT CASE WHEN count(${measured(own)}) > 2 * count(${as}.${quoted(key.name)}) THEN 1 ELSE 0 END AS n FROM ${quoted(table.name)} t0 ${joinedTo(other, join)}`,
        `Most rows of ${table.doc} name no row of ${other.doc}, so ${own.name} may be another thing than ${key.name} there.`,
      ),
    )
  }
  if (which !== null && inner === null)
    guards.push(
      none(
        `SELECT count(*) - count(DISTINCT ${nameIn(reading, which)}) AS n ${fromOf(reading)}`,
        `The column ${which.column.name} of ${table.doc} does not name each row once, so it may be meant of single rows or of all of one name.`,
      ),
    )
  for (const place of toldApart(reading)) {
    const name = quoted(place.column.name)
    guards.push(
      none(
        `SELECT count(DISTINCT ${name}) - count(DISTINCT ${folded(name)}) AS n FROM ${quoted(place.table.name)}`,
        `The column ${place.column.name} of ${place.table.doc} spells some values in more than one way.`,
      ),
      noLists(place),
      oneTruth(place),
    )
  }
  if (column !== null && NUMERIC.has(column.type))
    for (const unit of measuresOf(table)) {
      if (unit === by?.column || conditions.some((one) => one.column === unit)) continue
      // Where a row says nothing of it, it may be another one.
      const said = `coalesce(CAST(${measured(unit)} AS VARCHAR), '')`
      guards.push({
        query: `SELECT count(DISTINCT ${said}) AS n ${fromOf(reading, [`${measured(column)} IS NOT NULL`])}`,
        least: 0,
        most: 1,
        otherwise: `The column ${unit.name} of ${table.doc} holds more than one, and ${column.name} cannot be taken together.`,
      })
    }
  guards.push(...ofCount(reading), ...ofMeasure(reading))
  return guards
}

/** Rows that share what names the things that are counted are parts of one of them. */
function ofCount({ subject: { table, key } }: Reading): Guard[] {
  if (key === null) return []
  const name = quoted(key.name)
  return [
    none(
      `SELECT count(*) - count(DISTINCT ${name}) AS n FROM (SELECT DISTINCT * FROM ${quoted(table.name)}) WHERE ${name} IS NOT NULL`,
      `The column ${key.name} of ${table.doc} is the same in rows that differ, so a row may not be one of what is counted.`,
    ),
  ]
}

/** What makes a figure of a column no exact one. */
function ofMeasure(reading: Reading): Guard[] {
  const { question, subject } = reading
  const { table, column, other, inner } = subject
  const measure = inner ?? question.measure
  if (column === null) return []
  const guards: Guard[] = []
  if (measure === 'distinct' && column.type === 'text')
    return [
      none(
        `SELECT count(*) AS n ${fromOf(reading, [`lower(trim(${measured(column)})) IN (${NO_VALUE})`])}`,
        `Some values of ${column.name} of ${table.doc} may say in words that there is none.`,
      ),
    ]
  for (const one of [column, ...(other === null ? [] : [other])])
    guards.push(...withoutPlaceholders(table, one), ...countedOnce(measure, table, one))
  if (!BY_FRACTIONS.has(measure)) return guards
  const large = [column, ...(other === null ? [] : [other])].map(
    (one) => `abs(CAST(${measured(one)} AS DOUBLE)) >= 1e15`,
  )
  guards.push(
    none(
      `SELECT count(*) AS n ${fromOf(reading, [`(${large.join(' OR ')})`])}`,
      `Values of ${table.doc} have more than 15 digits, and their ${measure} would be rounded.`,
    ),
  )
  if (measure === 'correlation')
    guards.push(
      none(
        `SELECT CASE WHEN isfinite(${figureOf(reading, measure)}) THEN 0 ELSE 1 END AS n ${fromOf(reading)}`,
        `There is no correlation: ${column.name} or ${other?.name} of ${table.doc} is the same in every row that counts.`,
      ),
    )
  return guards
}

/** Columns of texts whose values are told apart. */
function toldApart({ question, subject: { table, column }, by, which }: Reading): readonly Place[] {
  const distinct = question.measure === 'distinct' && column !== null ? [{ table, column }] : []
  return [...distinct, by, which]
    .filter((place) => place !== null)
    .filter((place) => place.column.type === 'text')
}

export function remarksOf({ subject, conditions, bare, by, which, joins }: Reading): Remark[] {
  const { table, column, other } = subject
  const remarks: Remark[] = bare === null ? [] : bareRemarks(bare)
  const empty = (place: Place): void => {
    remarks.push({
      query: `SELECT count(*) AS n FROM ${quoted(place.table.name)} WHERE ${quoted(place.column.name)} IS NULL`,
      says: `rows of ${place.table.doc} have no ${place.column.name}`,
    })
  }
  for (const one of [column, other]) if (one !== null) empty({ table, column: one })
  for (const place of conditions) empty(place)
  for (const place of [by, which]) if (place !== null) empty(place)
  const from = quoted(table.name)
  const [first, second, ...others] = table.columns
  if (first !== undefined && second !== undefined && others.length > 0)
    remarks.push({
      query: `SELECT count(*) AS n FROM ${from} WHERE coalesce(${[second, ...others].map(({ name }) => `CAST(${quoted(name)} AS VARCHAR)`).join(', ')}) IS NULL`,
      says: `rows of ${table.doc} hold nothing but ${first.name}, as a heading would; they count like any other`,
    })
  remarks.push({
    query: `SELECT (SELECT count(*) FROM ${from}) - (SELECT count(*) FROM (SELECT DISTINCT * FROM ${from})) AS n`,
    says: `rows of ${table.doc} repeat another one in every cell; they count like any other`,
  })
  for (const [joined, join] of joins)
    remarks.push({
      query: `SELECT count(*) AS n FROM ${from} t0 ${joinedTo(joined, join)} WHERE ${join.as}.${quoted(join.key.name)} IS NULL`,
      says: `rows of ${table.doc} name no row of ${joined.doc}`,
    })
  return remarks
}
