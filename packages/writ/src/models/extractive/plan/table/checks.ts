import { apartGuards, bareGuards, emptyBeside } from './bare-value.ts'
import { type Column, measuresOf, NUMERIC, type Place } from './column-names.ts'
import { countedOnce } from './counted-twice.ts'
import { type Guard, none, type Remark } from './guard.ts'
import { alone, noLists, oneTruth } from './list-cells.ts'
import { nameWords } from './name-words.ts'
import { sumGuards } from './no-sum.ts'
import { NO_VALUE } from './no-value.ts'
import { oneNumber } from './one-number.ts'
import { withoutPlaceholders } from './placeholders.ts'
import { figureOf, fromOf, joinedTo, measured, nameIn, type Reading } from './query.ts'
import { notNumbered, numbered } from './row-numbers.ts'
import { folded, quoted, textLiteral } from './sql-text.ts'
import type { Subject } from './subject.ts'
import type { Measure } from './table-question.ts'
import { namesThings, truthGuards } from './truths.ts'

/** Measures that are computed with fractions of about 16 digits. */
const BY_FRACTIONS: ReadonlySet<Measure> = new Set(['average', 'median', 'percentile', 'correlation'])

export function guardsOf(reading: Reading): Guard[] {
  const { question, subject, conditions, bare, by, which, joins } = reading
  const { table, column, inner } = subject
  const isLookup = question.measure === 'value'
  const guards: Guard[] = bare.flatMap((one) => bareGuards(one, isLookup))
  guards.push(...apartGuards(bare))
  for (const condition of conditions) {
    if (condition.lacks === true) guards.push(...ofEmpty(condition))
    if (condition.isTruth === true) guards.push(...truthGuards(condition))
    if (condition.beside !== undefined)
      guards.push(
        none(
          `SELECT count(*) AS n FROM ${quoted(table.name)} t0 WHERE ${measured(condition.column)} < 0`,
          `Some values of ${condition.column.name} of ${table.doc} are negative; say how they are to be compared.`,
        ),
      )
    for (const other of condition.beside ?? [])
      guards.push(
        none(
          `SELECT count(*) AS n FROM ${quoted(table.name)} t0 WHERE ${condition.sql(measured(other))}`,
          `What is said may be of ${condition.column.name} or of ${other.name} of ${table.doc}; say of which.`,
        ),
      )
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
    if (held.type === 'text') guards.push(oneNumber(condition))
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
  if (which !== null && question.isCommon) guards.push(withoutNoValue(reading, which))
  for (const place of toldApart(reading)) {
    const name = quoted(place.column.name)
    guards.push(
      none(
        `SELECT count(DISTINCT ${name}) - count(DISTINCT ${folded(name)}) AS n FROM ${quoted(place.table.name)}`,
        `The column ${place.column.name} of ${place.table.doc} spells some values in more than one way.`,
      ),
      noLists(place),
      oneTruth(place),
      oneNumber(place),
    )
  }
  const compared = conditions.filter(
    (one) => one.table === table && one.lacks !== true && NUMERIC.has(one.column.type),
  )
  const figures = column === null ? compared.map((one) => one.column) : [column]
  for (const figure of figures.filter(({ type }) => NUMERIC.has(type)))
    for (const unit of measuresOf(table)) {
      if (unit === by?.column || conditions.some((one) => one.column === unit)) continue
      const others = column === null ? conditions.filter((one) => !compared.includes(one)) : conditions
      // Where a row says nothing of it, it may be another one.
      const said = `coalesce(CAST(${measured(unit)} AS VARCHAR), '')`
      guards.push({
        query: `SELECT count(DISTINCT ${said}) AS n ${fromOf({ ...reading, conditions: others }, [`${measured(figure)} IS NOT NULL`])}`,
        least: 0,
        most: 1,
        otherwise: `The column ${unit.name} of ${table.doc} holds more than one, and ${figure.name} cannot be taken together.`,
      })
    }
  guards.push(
    ...countsOnce(reading.subject),
    ...ofMeasure(reading),
    ...ofShare(reading),
    ...ofLookup(reading),
  )
  return guards
}

/** What is measured from a point that was agreed on: 0 says of it as much as any other number. */
function isAtZero({ name }: Column): boolean {
  return nameWords(name).some((word) =>
    /^(?:temperature|temp|score|grade|mark|rating|rank|level|latitude|longitude|lat|lon|elevation|altitude|position|offset|index|year|hour|ph|rate|ratio|change|difference|balance|age)$/.test(
      word,
    ),
  )
}

/** A cell that says in words or as 0 that there is none is empty as well, or not. */
function ofEmpty({ table, column }: Place): Guard[] {
  const [name, from] = [quoted(column.name), `FROM ${quoted(table.name)}`]
  const otherwise = `Some cells of ${column.name} of ${table.doc} may say that there is none, and others are empty.`
  if (NUMERIC.has(column.type))
    return [
      none(
        `SELECT CASE WHEN count(*) > count(${name}) AND count(*) FILTER (WHERE ${name} = 0) > 0 THEN 1 ELSE 0 END AS n ${from}`,
        otherwise,
      ),
      ...(isAtZero(column)
        ? [none(`SELECT count(*) AS n ${from} WHERE ${name} = 0`, `0 is a ${column.name} like any other.`)]
        : []),
    ]
  if (column.type !== 'text') return []
  return [
    none(
      `SELECT count(*) AS n ${from} WHERE lower(trim(${name})) IN (${NO_VALUE}, '', '0', 'no', '[]', '{}', 'unknown')`,
      otherwise,
    ),
  ]
}

/** Rows of which a column says nothing are no share of anything, and it is not said that they are not so. */
function ofShare({ question, subject: { table }, ...reading }: Reading): Guard[] {
  const isShare = question.measure === 'percentage'
  const conditions = reading.conditions.filter(({ isTurned }) => isShare || isTurned === true)
  const bare = reading.bare.filter(({ isTurned }) => isShare || isTurned === true)
  if (conditions.length + bare.length === 0) return []
  const from = `FROM ${quoted(table.name)}`
  const otherwise = `Some rows of ${table.doc} are empty where others say what is asked, so what they are is not certain.`
  return [
    ...conditions
      .filter(({ lacks }) => lacks !== true)
      .map(({ column }) =>
        none(
          `SELECT count(*) AS n ${from} WHERE ${quoted(column.name)} IS NULL OR lower(trim(CAST(${quoted(column.name)} AS VARCHAR))) IN (${NO_VALUE})`,
          otherwise,
        ),
      ),
    ...bare.map((one) => none(emptyBeside(one), otherwise)),
    {
      query: `SELECT count(*) AS n ${from}`,
      least: 1,
      most: Number.MAX_SAFE_INTEGER,
      otherwise: `${table.doc} has no rows.`,
    },
  ]
}

/** One row, and a value in it. */
function ofLookup(reading: Reading): Guard[] {
  const { question, subject } = reading
  if (question.measure !== 'value' || subject.column === null) return []
  const { column, table } = subject
  return [
    {
      query: `SELECT CASE WHEN count(*) = 1 THEN count(${measured(column)}) ELSE 0 END AS n ${fromOf(reading)}`,
      least: 1,
      most: 1,
      otherwise: `There is not one row of ${table.doc} that is meant, or it has no ${column.name}.`,
    },
  ]
}

/** No value of a column may say in words that there is none. */
function withoutNoValue(reading: Reading, place: Place): Guard {
  const { name } = place.column
  return none(
    `SELECT count(*) AS n ${fromOf(reading, [`lower(trim(${nameIn(reading, place)})) IN (${NO_VALUE})`])}`,
    `Some values of ${name} of ${place.table.doc} may say in words that there is none.`,
  )
}

/** Rows that share what names the things that are counted are parts of one of them. */
export function countsOnce({ table, key, counts }: Pick<Subject, 'table' | 'key' | 'counts'>): Guard[] {
  if (counts !== null) return [numbered(counts, table)]
  if (key === null) return []
  const name = quoted(key.name)
  return [
    none(
      `SELECT count(*) - count(DISTINCT ${name}) AS n FROM (SELECT DISTINCT * FROM ${quoted(table.name)})`,
      `The column ${key.name} of ${table.doc} is the same in rows that differ, or empty, so a row may not be one of what is counted.`,
    ),
  ]
}

/** Where a column names what rows are, each has to have one row. */
export function namesEachOnce({ table, key }: Subject): Guard[] {
  if (key === null) return []
  const name = quoted(key.name)
  return [
    none(
      `SELECT count(*) - count(DISTINCT lower(trim(${name}))) AS n FROM ${quoted(table.name)}`,
      `The column ${key.name} of ${table.doc} does not name each row once, so a row may not be one of what is counted.`,
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
    return [withoutNoValue(reading, { table, column }), ...namesThings({ table, column })]
  for (const one of [column, ...(other === null ? [] : [other])])
    guards.push(...withoutPlaceholders(table, one), ...countedOnce(measure, table, one))
  guards.push(...sumGuards(measure, column, reading))
  if (measure !== 'value' && measure !== 'distinct') guards.push(...notNumbered(column, table))
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

export function remarksOf({ question, subject, conditions, by, which, joins }: Reading): Remark[] {
  const { table, column, other } = subject
  const remarks: Remark[] = []
  const empty = (place: Place): void => {
    remarks.push({
      query: `SELECT count(*) AS n FROM ${quoted(place.table.name)} WHERE ${quoted(place.column.name)} IS NULL`,
      one: `row of ${place.table.doc} has no ${place.column.name}`,
      more: `rows of ${place.table.doc} have no ${place.column.name}`,
    })
  }
  for (const one of [column, other]) if (one !== null) empty({ table, column: one })
  for (const place of conditions) empty(place)
  for (const place of [by, which]) if (place !== null) empty(place)
  const from = quoted(table.name)
  const year = table.columns.find(({ name, type }) => type === 'integer' && /^year$/i.test(name))
  const isOfYears =
    year !== undefined && by?.column !== year && !conditions.some((one) => one.column === year)
  if (isOfYears && (subject.inner ?? question.measure) === 'sum')
    remarks.push({
      query: `SELECT CASE WHEN min(${quoted(year.name)}) < max(${quoted(year.name)}) THEN count(DISTINCT ${quoted(year.name)}) ELSE 0 END AS n FROM ${from}`,
      one: `value of ${year.name} of ${table.doc} is taken`,
      more: `values of ${year.name} of ${table.doc} are taken together`,
    })
  const [first, second, ...others] = table.columns
  if (first !== undefined && second !== undefined && others.length > 0)
    remarks.push({
      query: `SELECT count(*) AS n FROM ${from} WHERE coalesce(${[second, ...others].map(({ name }) => `CAST(${quoted(name)} AS VARCHAR)`).join(', ')}) IS NULL`,
      one: `row of ${table.doc} holds nothing but ${first.name}, as a heading would; it counts like any other`,
      more: `rows of ${table.doc} hold nothing but ${first.name}, as a heading would; they count like any other`,
    })
  remarks.push({
    query: `SELECT (SELECT count(*) FROM ${from}) - (SELECT count(*) FROM (SELECT DISTINCT * FROM ${from})) AS n`,
    one: `row of ${table.doc} repeats another one in every cell; it counts like any other`,
    more: `rows of ${table.doc} repeat another one in every cell; they count like any other`,
  })
  for (const [joined, join] of joins)
    remarks.push({
      query: `SELECT count(*) AS n FROM ${from} t0 ${joinedTo(joined, join)} WHERE ${join.as}.${quoted(join.key.name)} IS NULL`,
      one: `row of ${table.doc} names no row of ${joined.doc}`,
      more: `rows of ${table.doc} name no row of ${joined.doc}`,
    })
  return remarks
}
