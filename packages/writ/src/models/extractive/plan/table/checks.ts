import { measuresOf, NUMERIC, type Place } from './column-names.ts'
import { textLiteral } from './conditions.ts'
import { fromOf, joinedTo, measured, nameIn, quoted, type Reading } from './query.ts'

/** What has to hold before a figure is computed: a query of one number, what that may be, and why not else. */
export type Guard = {
  readonly query: string
  readonly least: number
  readonly most: number
  readonly otherwise: string
}

/** What a reader might otherwise miss: a query of one number, and what is said when it is not 0. */
export type Remark = { readonly query: string; readonly says: string }

export function guardsOf(reading: Reading): Guard[] {
  const { subject, conditions, by, which, joins } = reading
  const { table, column, inner } = subject
  const guards: Guard[] = []
  for (const condition of conditions) {
    if (condition.equals === null) continue
    const { table: of, column: held, equals } = condition
    guards.push({
      query: `SELECT count(DISTINCT ${quoted(held.name)}) AS n FROM ${quoted(of.name)} WHERE lower(${quoted(held.name)}) = lower(${textLiteral(equals)})`,
      least: 1,
      most: 1,
      otherwise: `The column ${held.name} of ${of.doc} does not hold "${equals}" in one spelling.`,
    })
  }
  for (const [other, { key }] of joins)
    guards.push(
      none(
        `SELECT count(*) - count(DISTINCT ${quoted(key.name)}) AS n FROM ${quoted(other.name)}`,
        `The column ${key.name} of ${other.doc} does not name each row once.`,
      ),
    )
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
        `SELECT count(DISTINCT ${name}) - count(DISTINCT lower(${name})) AS n FROM ${quoted(place.table.name)}`,
        `The column ${place.column.name} of ${place.table.doc} spells some values in more than one way.`,
      ),
    )
  }
  if (column !== null && NUMERIC.has(column.type))
    for (const unit of measuresOf(table)) {
      if (unit === by?.column || conditions.some((one) => one.column === unit)) continue
      guards.push({
        query: `SELECT count(DISTINCT ${measured(unit)}) AS n ${fromOf(reading)}`,
        least: 0,
        most: 1,
        otherwise: `The column ${unit.name} of ${table.doc} holds more than one, and ${column.name} cannot be taken together.`,
      })
    }
  return guards
}

function none(query: string, otherwise: string): Guard {
  return { query, least: 0, most: 0, otherwise }
}

/** Columns of texts whose values are told apart. */
function toldApart({ question, subject: { table, column }, by, which }: Reading): readonly Place[] {
  const distinct = question.measure === 'distinct' && column !== null ? [{ table, column }] : []
  return [...distinct, by, which]
    .filter((place) => place !== null)
    .filter((place) => place.column.type === 'text')
}

export function remarksOf({ subject, conditions, by, which, joins }: Reading): Remark[] {
  const { table, column, other } = subject
  const remarks: Remark[] = []
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
