import type { TableListing } from '@writ/contract'
import type { Masked } from '../quoted.ts'
import {
  type Column,
  columnsNamed,
  measuresOf,
  nameWords,
  type Place,
  singular,
  tablesNamed,
} from './column-names.ts'
import { type Condition, readConditions, textLiteral } from './conditions.ts'
import { AGGREGATES, type Measure, type TableQuestion } from './table-question.ts'

/** How tables answer a question: JSON. */
export type TablePlan = {
  /** What is asked of the tables. Its result is the answer. */
  readonly query: string
  /** What has to hold before, each a query of one number, what that may be, and why not else. */
  readonly guards: readonly Guard[]
  /** What a reader might otherwise miss: a query of one number, and what is said when it is not 0. */
  readonly remarks: readonly { readonly query: string; readonly says: string }[]
  /** What was computed, in words. */
  readonly says: string
  readonly shape: 'number' | 'rows'
}

export type Guard = {
  readonly query: string
  readonly least: number
  readonly most: number
  readonly otherwise: string
}

const NUMERIC = new Set(['integer', 'decimal'])

/**
 * Plans how tables answer a question. Undefined where a word of the question is not understood, or may be meant of more than
 * one table or column: whatever is in doubt is not computed.
 */
export function planTables(
  question: TableQuestion,
  { quoted }: Masked,
  all: readonly TableListing[],
): TablePlan | undefined {
  const tables = all.filter(
    ({ problem, notes }) => problem === null && !notes.includes('ragged') && !notes.includes('totals'),
  )
  const subject = subjectOf(question, tables)
  if (subject === undefined) return undefined
  const { table } = subject
  if (
    isShadowed(
      subject,
      all.filter((one) => !tables.includes(one)),
    )
  )
    return undefined
  const joins = new Map<TableListing, Join>()
  const pick = (phrase: string): Place | undefined => pickPlace(phrase, table, tables, joins)
  const conditions = question.where === null ? [] : readConditions(question.where, quoted, pick)
  const when = question.when?.condition(table)
  if (conditions === undefined || (question.when !== null && when === undefined)) return undefined
  const by = question.by === null ? null : pick(question.by)
  const which = question.which === null ? null : pick(question.which)
  if (by === undefined || which === undefined) return undefined
  const every = when === undefined ? conditions : [...conditions, when]
  return new Writing(question, subject, every, by, which, joins).plan()
}

/** What is measured, and in which table. */
interface Subject {
  readonly table: TableListing
  /** Null for rows as such. */
  readonly column: Column | null
  readonly other: Column | null
  /** The measure that the highest or lowest of is asked for. */
  readonly inner: Measure | null
  /** Whether the question names the table. */
  readonly isNamed: boolean
}

const AGGREGATED = new RegExp(`^(?<inner>${AGGREGATES.join('|')})\\s+(?<of>\\S.*)$`, 'u')
/** "of amount in orders.csv": where the thing measured stands. */
const IN_TABLE =
  /^(?<of>\S.*?)\s+(?:are\s+(?:there\s+)?)?(?:in|of|for|from|across|over|among)\s+(?:all\s+)?(?<table>\S.*)$/iu
const ROWS = /^(?:rows|records|entries|lines)$/iu
const THERE = /\s+(?:are\s+there|are\s+listed|do\s+we\s+have|exist)$/iu

function subjectOf(
  { measure, of, and, which }: TableQuestion,
  tables: readonly TableListing[],
): Subject | undefined {
  const groups = which === null ? undefined : AGGREGATED.exec(of)?.groups
  const inner = (groups?.inner ?? null) as Measure | null
  const said = (groups?.of ?? of).replace(THERE, '')
  if (measure === 'count' || inner === 'count') {
    const table = rowsNamed(said, tables)
    return table === undefined ? undefined : { table, column: null, other: null, inner, isNamed: true }
  }
  if (and !== null) return pairOf(of, and, tables)
  const { places, isNamed } = placesIn(said, tables)
  const place = onlyOne(places)
  return place === undefined ? undefined : { ...place, other: null, inner, isNamed }
}

/** The table whose rows a phrase names. */
function rowsNamed(said: string, tables: readonly TableListing[]): TableListing | undefined {
  const within = IN_TABLE.exec(said)?.groups
  if (
    within !== undefined &&
    (ROWS.test(within.of ?? '') || tablesNamed(within.of ?? '', tables).length > 0)
  ) {
    const named = onlyOne(tablesNamed(within.table ?? '', tables))
    const rows = ROWS.test(within.of ?? '') || onlyOne(tablesNamed(within.of ?? '', tables)) === named
    return rows ? named : undefined
  }
  if (ROWS.test(said)) return onlyOne(tables)
  return onlyOne(tablesNamed(said, tables))
}

/** The columns that a phrase may name, in the table that it may name besides. */
function placesIn(
  said: string,
  tables: readonly TableListing[],
): { readonly places: readonly Place[]; readonly isNamed: boolean } {
  const whole = columnsNamed(said, tables)
  if (whole.length > 0) return { places: whole, isNamed: false }
  const within = IN_TABLE.exec(said)?.groups
  const table = onlyOne(tablesNamed(within?.table ?? '', tables))
  return { places: table === undefined ? [] : columnsNamed(within?.of ?? '', [table]), isNamed: true }
}

function pairOf(of: string, and: string, tables: readonly TableListing[]): Subject | undefined {
  const { places, isNamed } = placesIn(and, tables)
  const pairs = places.flatMap(({ table, column }) =>
    columnsNamed(of, [table]).map((first) => ({
      table,
      column: first.column,
      other: column,
      inner: null,
      isNamed,
    })),
  )
  return onlyOne(pairs)
}

/** Whether a table that cannot be relied on may be the one that is meant. */
function isShadowed({ table, column, isNamed }: Subject, others: readonly TableListing[]): boolean {
  if (tablesNamed(table.name, others).length > 0) return true
  if (isNamed || column === null) return false
  return others.some(({ problem }) => problem !== null) || columnsNamed(column.name, others).length > 0
}

/** How another table is joined to the one that is measured: each of its rows to one row there. */
interface Join {
  readonly as: string
  readonly own: Column
  readonly key: Column
}

function pickPlace(
  phrase: string,
  table: TableListing,
  tables: readonly TableListing[],
  joins: Map<TableListing, Join>,
): Place | undefined {
  const here = columnsNamed(phrase, [table])
  if (here.length > 0) return onlyOne(here)
  const there = columnsNamed(
    phrase,
    tables.filter((one) => one !== table),
  ).flatMap((place) => {
    const join = joins.get(place.table) ?? joinOf(table, place.table, `t${joins.size + 1}`)
    return join === undefined ? [] : [{ place, join }]
  })
  const found = onlyOne(there)
  if (found === undefined) return undefined
  joins.set(found.place.table, found.join)
  return found.place
}

/** The one column of a table that names rows of another: of the same name, or that of the table with its key. */
function joinOf(table: TableListing, other: TableListing, as: string): Join | undefined {
  const stem = singular(nameWords(other.name).join(' '))
  const pairs = table.columns.flatMap((own) => {
    const words = nameWords(own.name).join(' ')
    const keys = other.columns.filter(({ name }) => {
      const key = nameWords(name).join(' ')
      const same = key === words && /(?:^|\s)(?:id|code|key|number|no|sku)$/.test(key) && key !== 'id'
      return same || (key === 'id' && words === `${stem} id`)
    })
    return keys.filter(({ type }) => type === own.type).map((key) => ({ as, own, key }))
  })
  return onlyOne(pairs)
}

function onlyOne<T>(list: readonly T[]): T | undefined {
  return list.length === 1 ? list[0] : undefined
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Writes the query of a plan, and what has to hold for it. */
class Writing {
  readonly #question: TableQuestion
  readonly #subject: Subject
  readonly #conditions: readonly Condition[]
  readonly #by: Place | null
  readonly #which: Place | null
  readonly #joins: ReadonlyMap<TableListing, Join>

  constructor(
    question: TableQuestion,
    subject: Subject,
    conditions: readonly Condition[],
    by: Place | null,
    which: Place | null,
    joins: ReadonlyMap<TableListing, Join>,
  ) {
    this.#question = question
    this.#subject = subject
    this.#conditions = conditions
    this.#by = by
    this.#which = which
    this.#joins = joins
  }

  plan(): TablePlan | undefined {
    if (!this.#fits()) return undefined
    const common = { guards: this.#guards(), remarks: this.#remarks() }
    const { which, by, measure } = this.#question
    if (which !== null) return { ...common, shape: 'rows', query: this.#ranked(), says: this.#saysRanked() }
    const value = this.#value(measure)
    const says = `${this.#says(measure)}${by === null ? '' : `, by ${this.#by?.column.name}`}`
    if (this.#by === null)
      return { ...common, shape: 'number', query: `SELECT ${value} AS value ${this.#from()}`, says }
    const group = this.#name(this.#by)
    const query = `SELECT ${group} AS ${quoted(this.#by.column.name)}, ${value} AS value ${this.#from()} GROUP BY 1 ORDER BY 1 NULLS LAST`
    return { ...common, shape: 'rows', query, says }
  }

  /** Whether the columns are of types that can be measured so. */
  #fits(): boolean {
    const { measure, percent, which, by, isTime } = this.#question
    const { column, other, inner } = this.#subject
    const of = which === null ? measure : (inner ?? measure)
    if (inner !== null && isTime) return false
    if (which !== null && inner === null && (column === null || this.#which?.table !== this.#subject.table))
      return false
    if (measure === 'percentile' && (percent < 1 || percent > 99)) return false
    if (column !== null && (by !== null || which !== null) && column === (this.#by ?? this.#which)?.column)
      return false
    switch (of) {
      case 'count':
        return column === null
      case 'distinct':
        return column !== null
      case 'highest':
      case 'lowest':
        return column !== null && (isTime ? column.type === 'date' : NUMERIC.has(column.type))
      case 'correlation':
        return (
          column !== null &&
          other !== null &&
          column !== other &&
          NUMERIC.has(column.type) &&
          NUMERIC.has(other.type)
        )
      default:
        return column !== null && NUMERIC.has(column.type)
    }
  }

  #column(column: Column): string {
    return `t0.${quoted(column.name)}`
  }

  #name({ table, column }: Place): string {
    const as = table === this.#subject.table ? 't0' : (this.#joins.get(table)?.as ?? 't0')
    return `${as}.${quoted(column.name)}`
  }

  #from(extra: readonly string[] = []): string {
    const { table } = this.#subject
    const joined = [...this.#joins].map(([other, { as, own, key }]) => {
      return ` LEFT JOIN ${quoted(other.name)} ${as} ON ${this.#column(own)} = ${as}.${quoted(key.name)}`
    })
    const all = [...this.#conditions.map((condition) => condition.sql(this.#name(condition))), ...extra]
    return `FROM ${quoted(table.name)} t0${joined.join('')}${all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`}`
  }

  #value(measure: Measure): string {
    const { column, other } = this.#subject
    const of = column === null ? '*' : this.#column(column)
    switch (measure) {
      case 'count':
        return 'count(*)'
      case 'distinct':
        return `count(DISTINCT ${of})`
      case 'sum':
        return `sum(${of})`
      case 'average':
        return `avg(${of})`
      case 'median':
        return `quantile_cont(CAST(${of} AS DOUBLE), 0.5)`
      case 'percentile':
        return `quantile_cont(CAST(${of} AS DOUBLE), ${this.#question.percent / 100})`
      case 'highest':
        return `max(${of})`
      case 'lowest':
        return `min(${of})`
      case 'correlation':
        return `corr(CAST(${of} AS DOUBLE), CAST(${other === null ? of : this.#column(other)} AS DOUBLE))`
    }
  }

  /** Those with the highest or lowest value, all that are equal to the last of them. */
  #ranked(): string {
    const { measure, top } = this.#question
    const { inner, column } = this.#subject
    const which = this.#which
    if (which === null) return ''
    const [name, as] = [this.#name(which), quoted(which.column.name)]
    const order = measure === 'highest' ? 'DESC' : 'ASC'
    const ranked = (rows: string, more: string): string =>
      `SELECT ${as}, value${more} FROM (${rows}) QUALIFY rank() OVER (ORDER BY value ${order}) <= ${top} ORDER BY value ${order}, 1`
    if (inner === null) {
      const of = column === null ? '*' : this.#column(column)
      return ranked(
        `SELECT ${name} AS ${as}, ${of} AS value, t0._span ${this.#from([`${of} IS NOT NULL`])}`,
        ', _span',
      )
    }
    return ranked(`SELECT ${name} AS ${as}, ${this.#value(inner)} AS value ${this.#from()} GROUP BY 1`, '')
  }

  #guards(): Guard[] {
    const { table, column, inner } = this.#subject
    const guards: Guard[] = []
    for (const condition of this.#conditions) {
      if (condition.equals === null) continue
      const { table: of, column: held, equals } = condition
      guards.push({
        query: `SELECT count(DISTINCT ${quoted(held.name)}) AS n FROM ${quoted(of.name)} WHERE lower(${quoted(held.name)}) = lower(${textLiteral(equals)})`,
        least: 1,
        most: 1,
        otherwise: `The column ${held.name} of ${of.doc} does not hold "${equals}" in one spelling.`,
      })
    }
    for (const [other, { key }] of this.#joins)
      guards.push({
        query: `SELECT count(*) - count(DISTINCT ${quoted(key.name)}) AS n FROM ${quoted(other.name)}`,
        least: 0,
        most: 0,
        otherwise: `The column ${key.name} of ${other.doc} does not name each row once.`,
      })
    if (this.#which !== null && inner === null)
      guards.push({
        query: `SELECT count(*) - count(DISTINCT ${this.#name(this.#which)}) AS n ${this.#from()}`,
        least: 0,
        most: 0,
        otherwise: `The column ${this.#which.column.name} of ${table.doc} does not name each row once, so it may be meant of single rows or of all of one name.`,
      })
    for (const place of this.#told())
      guards.push({
        query: `SELECT count(DISTINCT ${quoted(place.column.name)}) - count(DISTINCT lower(${quoted(place.column.name)})) AS n FROM ${quoted(place.table.name)}`,
        least: 0,
        most: 0,
        otherwise: `The column ${place.column.name} of ${place.table.doc} spells some values in more than one way.`,
      })
    if (column !== null && NUMERIC.has(column.type))
      for (const unit of measuresOf(table)) {
        if (unit === this.#by?.column || this.#conditions.some((one) => one.column === unit)) continue
        guards.push({
          query: `SELECT count(DISTINCT ${this.#column(unit)}) AS n ${this.#from()}`,
          least: 0,
          most: 1,
          otherwise: `The column ${unit.name} of ${table.doc} holds more than one, and ${column.name} cannot be taken together.`,
        })
      }
    return guards
  }

  /** Columns of texts whose values are told apart. */
  #told(): readonly Place[] {
    const { table, column } = this.#subject
    const distinct = this.#question.measure === 'distinct' && column !== null ? [{ table, column }] : []
    return [...distinct, this.#by, this.#which]
      .filter((place) => place !== null)
      .filter((place) => place.column.type === 'text')
  }

  #remarks(): TablePlan['remarks'] {
    const { table, column, other } = this.#subject
    const remarks: { query: string; says: string }[] = []
    const empty = (place: Place): void => {
      const name = `${quoted(place.column.name)}`
      remarks.push({
        query: `SELECT count(*) AS n FROM ${quoted(place.table.name)} WHERE ${name} IS NULL`,
        says: `rows of ${place.table.doc} have no ${place.column.name}`,
      })
    }
    for (const measured of [column, other]) if (measured !== null) empty({ table, column: measured })
    for (const place of this.#conditions) empty(place)
    for (const place of [this.#by, this.#which]) if (place !== null) empty(place)
    remarks.push({
      query: `SELECT (SELECT count(*) FROM ${quoted(table.name)}) - (SELECT count(*) FROM (SELECT DISTINCT * FROM ${quoted(table.name)})) AS n`,
      says: `rows of ${table.doc} repeat another one in every cell; they count like any other`,
    })
    for (const [other2, { as, own, key }] of this.#joins)
      remarks.push({
        query: `SELECT count(*) AS n FROM ${quoted(table.name)} t0 LEFT JOIN ${quoted(other2.name)} ${as} ON ${this.#column(own)} = ${as}.${quoted(key.name)} WHERE ${as}.${quoted(key.name)} IS NULL`,
        says: `rows of ${table.doc} name no row of ${other2.doc}`,
      })
    return remarks
  }

  #says(measure: Measure): string {
    const { table, column, other } = this.#subject
    const of = column?.name ?? 'rows'
    const over = `in ${table.doc}${this.#where()}`
    switch (measure) {
      case 'count':
        return `The number of rows ${over}`
      case 'distinct':
        return `The number of different values of ${of} ${over}`
      case 'sum':
        return `The sum of ${of} ${over}`
      case 'average':
        return `The average of ${of} ${over}`
      case 'median':
        return `The median of ${of} ${over}`
      case 'percentile':
        return `The ${this.#question.percent}th percentile of ${of} (by linear interpolation) ${over}`
      case 'highest':
        return `The highest ${of} ${over}`
      case 'lowest':
        return `The lowest ${of} ${over}`
      case 'correlation':
        return `The correlation (Pearson) of ${of} and ${other?.name} ${over}`
    }
  }

  #where(): string {
    const joined = [...this.#joins].map(([{ doc }, { own, key }]) => `${doc} by ${own.name} = ${key.name}`)
    const all = this.#conditions.map(({ says }) => says)
    return `${joined.length === 0 ? '' : ` joined with ${joined.join(', ')}`}${all.length === 0 ? '' : ` where ${all.join(' and ')}`}`
  }

  #saysRanked(): string {
    const { measure, top } = this.#question
    const { inner, column } = this.#subject
    const of =
      inner === null
        ? `${column?.name} in ${this.#subject.table.doc}${this.#where()}`
        : lowered(this.#says(inner))
    const which = this.#which?.column.name ?? ''
    return top === 1
      ? `The ${which} with the ${measure} ${of}`
      : `The ${top} of ${which} with the ${measure} ${of}`
  }
}

function lowered(text: string): string {
  return text.replace(/^The\s/, '')
}
