import type { TableListing } from '@writ/contract'
import { unmask } from '../quoted.ts'
import { type Column, onlyOne, type Place, saysUnit } from './column-names.ts'
import { nameWords } from './name-words.ts'
import { textLiteral } from './sql-text.ts'
import { calledOf, stemOf } from './table-names.ts'

/** What rows have to fulfil to count, of one column. */
export interface Condition extends Place {
  /** As SQL, for the name of the column. */
  readonly sql: (column: string) => string
  /** In words. */
  readonly says: string
  /** The text that the column has to equal, where it is one. */
  readonly equals: string | null
  /** Whether it says that the cell is empty, or that it is not. */
  readonly lacks?: boolean
  /** Whether it says what a cell is not. */
  readonly isTurned?: boolean
  /** Whether all rows that fulfil it have the same value. */
  readonly isPoint?: boolean
  /** Whether the column has to say nothing but yes and no. */
  readonly isTruth?: boolean
  /** Columns that may be meant instead, in which no row may fulfil it. */
  readonly beside?: readonly Column[]
}

/** Comparisons, the longer words first. */
const COMPARISONS: readonly (readonly [words: string, sign: string])[] = [
  ['(?:greater|more|higher|larger|bigger|later) than or equal to|at least|>=|≥', '>='],
  ['(?:less|fewer|lower|smaller|earlier) than or equal to|at most|<=|≤', '<='],
  ['(?:greater|more|higher|larger|bigger|later) than|above|over|exceeding|after|>', '>'],
  ['(?:less|fewer|lower|smaller|earlier) than|below|under|before|<', '<'],
  ['equal to|equals|equal|of|=|:', '='],
]

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const DAY = '\\d{4}-\\d{2}-\\d{2}'
const MONTH = `(?:${MONTHS.join('|')})`

/** Words that turn a condition round, or ask for what is not there. */
export const TURNED: RegExp =
  /\b(?:not|no|never|none|neither|nor|without|except|excluding|other than|missing|lacks?|lacking|unless|only|either|or)\b|n['’]t\b|!=|<>/iu

/**
 * Reads conditions joined by "and", each of a column and a value. Undefined when one of them is not understood, or may
 * be of several columns. `pick` tells which of the places a phrase names is meant.
 */
export function readConditions(
  text: string,
  quoted: readonly string[],
  pick: (phrase: string) => Place | undefined,
): readonly Condition[] | undefined {
  const conditions: Condition[] = []
  for (const part of parted(text)) {
    const condition = readCondition(part.trim(), quoted, pick)
    if (condition === undefined) return undefined
    conditions.push(condition)
  }
  return conditions
}

/**
 * Reads what is said of rows: conditions, a value before the name of its column ("high priority"), or the name of a column
 * of truth values. Undefined when it is none of them.
 */
export function readSaid(
  text: string,
  quoted: readonly string[],
  pick: (phrase: string) => Place | undefined,
): readonly Condition[] | undefined {
  const conditions = readConditions(text, quoted, pick)
  if (conditions !== undefined) return conditions
  const plain = text.trim()
  const truth = pick(plain)
  if (truth?.column.type === 'boolean')
    return [ofColumn(truth, 'true', quoted)].flatMap((one) =>
      one === undefined ? [] : { ...one, isTruth: true },
    )
  const present = readPresence(plain, pick) ?? readAmount(plain, pick)
  if (present !== undefined) return [present]
  const words = plain.replace(/^(?:the|an?)\s+/u, '').split(/\s+/)
  for (let at = 1; at < words.length; at += 1) {
    const place = pick(words.slice(at).join(' '))
    if (place === undefined) continue
    const condition = ofValue(place, words.slice(0, at).join(' '), quoted)
    return condition === undefined ? undefined : [condition]
  }
  return undefined
}

/** "A bonus", which rows have that are not empty there. */
function readPresence(text: string, pick: (phrase: string) => Place | undefined): Condition | undefined {
  const named = /^(?:an?|any)\s+(\S.*)$/u.exec(text)?.[1]
  const place = named === undefined ? undefined : pick(named)
  return place === undefined || place.column.type === 'boolean' ? undefined : isEmpty(place, false)
}

/** Rows of which it is not so. A cell that is empty says nothing, and a guard sees that there is none. */
export function turned(condition: Condition): Condition {
  return {
    ...condition,
    isTurned: true,
    isPoint: false,
    says: condition.equals === null ? `not ${condition.says}` : condition.says.replace(' is ', ' is not '),
    sql: (c) => `NOT coalesce(${condition.sql(c)}, false)`,
  }
}

/** Rows whose cell is empty, or is not. Of numbers, 0 may say the same. */
export function isEmpty(place: Place, empty: boolean): Condition {
  const { name, type } = place.column
  const blank = (c: string): string =>
    type === 'integer' || type === 'decimal' ? `coalesce(${c}, 0) = 0` : `${c} IS NULL`
  return {
    ...place,
    equals: null,
    lacks: true,
    says: empty ? `there is no ${name}` : `there is a ${name}`,
    sql: (c) => (empty ? blank(c) : `NOT (${blank(c)})`),
  }
}

/** "More than 10 days": a number before the name of its column. */
function readAmount(text: string, pick: (phrase: string) => Place | undefined): Condition | undefined {
  const plain = text.replace(/^(?:have|has|had|with)\s+/iu, '')
  for (const [sign, symbol] of COMPARISONS.slice(0, 4)) {
    const [, number = '', named] =
      new RegExp(`^(?:${sign})\\s+([\\d.,]+)\\s+(\\S.*)$`, 'iu').exec(plain) ?? []
    const place = named === undefined ? undefined : pick(named)
    if (place === undefined || (place.column.type !== 'integer' && place.column.type !== 'decimal')) continue
    return ofOrder(place, symbol, number)
  }
  const [, number = '', named] = /^(?:exactly\s+)?(\d+)\s+(\S.*)$/iu.exec(plain) ?? []
  const place = named === undefined ? undefined : pick(named)
  return place?.column.type === 'integer' ? ofValue(place, number, []) : undefined
}

/** A comparison, and other words that no value is said with. */
const COMPARING =
  /\b(?:above|over|below|under|exceeding|more|less|fewer|higher|lower|larger|smaller|bigger|greater|later|earlier|least|most|equal|equals|about|around|nearly|as|like|and|that|which|who|this|last|next|all|any|each|every|some|there)\b|[<>=≥≤:;,]|(?<![\p{L}\d.]|\p{L}-)\d/iu

/** Words for times, which may be names as well: "in May", "for April". */
const CALENDAR = new RegExp(
  `^(?:(?:early|late|mid|this|next|last)\\s+)?(?:${MONTH}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|q[1-4]|h[12]|fy\\d*|spring|summer|autumn|winter|today|yesterday)s?$`,
  'iu',
)

/** A value that is said by itself; undefined for words that may say more. */
export function readBare(text: string, quoted: readonly string[]): string | undefined {
  const plain = text.trim()
  const value = unmask(plain, quoted).trim()
  if (value === '') return undefined
  if (value === plain && CALENDAR.test(value)) return undefined
  return value === plain && (!isPlainValue(plain) || COMPARING.test(plain)) ? undefined : value
}

/** Parts between one "and" and the next; that of "between … and …" parts nothing. */
function parted(text: string): string[] {
  const held = text.replaceAll(/(\bbetween\s+\S+)\s+and\s+(?=\S)/giu, '$1\uE002')
  return held.split(/\s*,?\s+and\s+/iu).map((part) => part.replaceAll('\uE002', ' and '))
}

function readCondition(
  text: string,
  quoted: readonly string[],
  pick: (phrase: string) => Place | undefined,
): Condition | undefined {
  const words = text
    .replace(/^(?:(?:with|where|whose|having|that|which|have|has|had|is|are|was|were|an?|the)\s+)+/iu, '')
    .split(/\s+/)
  // The longest run of words that names a column.
  for (let length = Math.min(words.length - 1, 5); length > 0; length -= 1) {
    const place = pick(words.slice(0, length).join(' '))
    if (place !== undefined) return ofColumn(place, words.slice(length).join(' '), quoted)
  }
  return undefined
}

export function ofColumn(place: Place, rest: string, quoted: readonly string[]): Condition | undefined {
  const said = rest.replace(/^(?:is|are|was|were|that is|which is)\s+/iu, '')
  const between = /^between\s+(\S+)\s+and\s+(\S+)$/iu.exec(said)
  if (between !== null) return ofBetween(place, between[1] ?? '', between[2] ?? '')
  const dated = place.column.type === 'date' ? ofDate(place, said) : undefined
  if (dated !== undefined) return dated
  for (const [sign, symbol] of COMPARISONS) {
    const value = new RegExp(`^(?:of\\s+)?(?:${sign})\\s*(\\S.*)$`, 'iu').exec(said)?.[1]
    if (value === undefined) continue
    return symbol === '=' ? ofValue(place, value, quoted) : ofOrder(place, symbol, value)
  }
  return ofValue(place, said, quoted)
}

export function ofBetween(place: Place, from: string, to: string): Condition | undefined {
  const [low, high] = [from, to].map((value) => literalOf(place.column, value))
  if (low === undefined || high === undefined) return undefined
  return {
    ...place,
    equals: null,
    says: `${place.column.name} from ${from} to ${to}`,
    sql: (c) => `${c} BETWEEN ${low} AND ${high}`,
  }
}

/** The day that a year ends or begins with, by how it is compared. */
const OF_YEAR: Readonly<Record<string, string>> = { '<': '01-01', '>=': '01-01', '>': '12-31', '<=': '12-31' }

export function ofOrder(place: Place, sign: string, value: string): Condition | undefined {
  const year = place.column.type === 'date' && /^\d{4}$/.test(value) ? OF_YEAR[sign] : undefined
  const literal = literalOf(place.column, year === undefined ? value : `${value}-${year}`)
  if (literal === undefined) return undefined
  return {
    ...place,
    equals: null,
    isPoint: sign === '=',
    says: `${place.column.name} ${sign} ${value}`,
    sql: (c) => `${c} ${sign} ${literal}`,
  }
}

export function ofValue(place: Place, value: string, quoted: readonly string[]): Condition | undefined {
  const { column } = place
  if (column.type !== 'text') {
    const literal = literalOf(column, value)
    return literal === undefined
      ? undefined
      : {
          ...place,
          equals: null,
          isPoint: true,
          says: `${column.name} = ${value}`,
          sql: (c) => `${c} = ${literal}`,
        }
  }
  const text = unmask(value, quoted).trim()
  // More words than a value has may say something that was not understood.
  if (text === '' || (text === value.trim() && !isPlainValue(text))) return undefined
  return {
    ...place,
    equals: text,
    isPoint: true,
    says: `${column.name} is "${text}"`,
    sql: (c) => `lower(${c}) = lower(${textLiteral(text)})`,
  }
}

const JOINING =
  /\b(?:in|on|at|by|per|of|for|from|to|before|after|since|until|during|between|with|where|than|each)\b/u

function isPlainValue(text: string): boolean {
  return text.split(/\s+/).length <= 3 && !JOINING.test(text)
}

/** A condition of a day, a month or a year, as they stand behind the name of a column of dates. */
export function ofDate(place: Place, said: string): Condition | undefined {
  const period = /^(?:in|during|of)\s+(\S.*)$/iu.exec(said)?.[1]
  const day = /^(?:on)\s+(\S+)$/iu.exec(said)?.[1]
  if (day !== undefined) return ofOrder(place, '=', day)
  return period === undefined ? undefined : ofPeriod(place, period)
}

function ofPeriod(place: Place, period: string): Condition | undefined {
  const [, month, year] =
    new RegExp(`^(?:(${MONTH})\\s+(?:of\\s+)?)?(\\d{4})$`, 'iu').exec(period.trim()) ?? []
  if (year === undefined) return undefined
  const at = month === undefined ? 0 : MONTHS.indexOf(month.toLowerCase()) + 1
  const says = `${place.column.name} in ${month === undefined ? '' : `${month} `}${year}`
  return {
    ...place,
    equals: null,
    says,
    sql: (c) => `year(${c}) = ${year}${at === 0 ? '' : ` AND month(${c}) = ${at}`}`,
  }
}

/** When something was, at the end of a question that does not say of which column: of the one that dates its rows. */
const WHEN = new RegExp(
  `^(?<rest>.*?)\\s+(?:(?:in|during)\\s+(?<period>(?:${MONTH}\\s+(?:of\\s+)?)?\\d{4})|(?<word>on|before|after|since|until)\\s+(?<day>${DAY}|(?<!(?:on|until)\\s+)\\d{4})|between\\s+(?<from>${DAY})\\s+and\\s+(?<to>${DAY}))$`,
  'iu',
)

export interface When {
  readonly rest: string
  /** Undefined where no one column of the table dates its rows, or that is no time. */
  readonly condition: (table: TableListing) => Condition | undefined
}

/** Reads the time that a question ends with; undefined when it ends with none. */
export function readWhen(text: string): When | undefined {
  const { rest, period, word, day, from, to } = WHEN.exec(text)?.groups ?? {}
  if (rest === undefined) return undefined
  const signs: Readonly<Record<string, string>> = {
    on: '=',
    before: '<',
    after: '>',
    since: '>=',
    until: '<=',
  }
  return {
    rest,
    condition: (table) => {
      const [column, another] = datesOf(table)
      if (another !== undefined) return undefined
      if (column === undefined) return ofYear(table, period ?? (word === undefined ? '' : `${word} ${day}`))
      const place = { table, column }
      if (period !== undefined) return ofPeriod(place, period)
      if (word !== undefined) return ofOrder(place, signs[word.toLowerCase()] ?? '', day ?? '')
      return ofColumn(place, `between ${from} and ${to}`, [])
    },
  }
}

/** A year, of a table whose rows have no day but a year. */
function ofYear(table: TableListing, period: string): Condition | undefined {
  const column = onlyOne(table.columns.filter(({ name }) => /^year$/i.test(name)))
  const [, word, year] = /^(?:(before|after|since)\s+)?(\d{4})$/iu.exec(period) ?? []
  if (column?.type !== 'integer' || year === undefined) return undefined
  const sign = { before: '<', after: '>', since: '>=' }[word?.toLowerCase() ?? ''] ?? '='
  return ofOrder({ table, column }, sign, year)
}

/** The columns that date the rows of a table. */
export function datesOf(table: TableListing): readonly Column[] {
  return table.columns.filter((one) => dates(one, table))
}

/** Whether a column dates the rows of its table: a date of birth says nothing of when somebody was counted. */
function dates({ name, type }: Column, table: TableListing): boolean {
  const words = nameWords(name)
  const own = [...calledOf(table), nameWords(stemOf(table.doc)).join(' ')]
  const rest = words.slice(0, -1).join(' ')
  return (
    type === 'date' &&
    /^(?:date|day)$/.test(words.at(-1) ?? '') &&
    (rest === '' || own.some((rows) => rows === rest || rows.endsWith(` ${rest}`)))
  )
}

/** "1.500", which is one and a half or fifteen hundred. */
const MAY_BE_GROUPED = /^-?[1-9]\d{0,2}\.\d{3}$/

/** A value as SQL, for a column of its type; undefined where it is none. */
function literalOf(column: Column, value: string): string | undefined {
  const { type } = column
  if (type === 'integer' || type === 'decimal') {
    return amountOf(withoutUnit(column, value))
  }
  if (type === 'date') return isDay(value) ? `DATE '${value}'` : undefined
  return type === 'boolean' && /^(?:true|false)$/i.test(value) ? value.toLowerCase() : undefined
}

/** "10 kg" of a column `weight_kg` is 10. */
function withoutUnit(column: Column, value: string): string {
  const [, number, said = ''] = /^(\S+)\s+(\S+)$/u.exec(value) ?? []
  return number !== undefined && saysUnit(said, column) ? number : value
}

function amountOf(value: string): string | undefined {
  const digits = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(value) ? value.replaceAll(',', '') : value
  if (MAY_BE_GROUPED.test(value)) return undefined
  return /^-?\d{1,15}(?:\.\d{1,10})?$/.test(digits) ? digits : undefined
}

function isDay(text: string): boolean {
  const [, month = 0, day = 0] = text.split('-').map(Number)
  return new RegExp(`^${DAY}$`).test(text) && month >= 1 && month <= 12 && day >= 1 && day <= 31
}
