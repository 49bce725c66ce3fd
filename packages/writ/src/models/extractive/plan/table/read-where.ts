import type { TableListing } from '@writ/contract'
import { unmask } from '../quoted.ts'
import { readAmountOf } from './bare-amount.ts'
import { type BareValue, bareValueOf } from './bare-value.ts'
import type { Column, Place } from './column-names.ts'
import { type Condition, isEmpty, ofValue, readBare, readSaid, turned } from './conditions.ts'
import { eventOf } from './events.ts'
import { nameWords } from './name-words.ts'
import { hasMark } from './named.ts'
import type { Reading } from './query.ts'
import type { Event, Said } from './said-of-rows.ts'
import { rowsNamed } from './subject.ts'
import type { TableQuestion } from './table-question.ts'
import { isQuality, readTruth } from './truths.ts'

/** More values without their columns leave too much open. */
const MOST_BARE = 3

/** Which rows count; why not, where a phrase is not understood. */
export function readWhere(
  { where, when, lacks, not }: TableQuestion,
  said: readonly Said[],
  event: Event | null,
  quoted: readonly string[],
  table: TableListing,
  pick: (phrase: string) => Place | undefined,
  beside: readonly TableListing[],
): Pick<Reading, 'conditions' | 'bare'> | string {
  const conditions: Condition[] = []
  const bare: BareValue[] = []
  const all = where === null ? said : [{ phrase: where, isState: true, by: null }, ...said]
  for (const { phrase, isState, by } of all) {
    const read = readSaid(phrase, quoted, pick)
    if (read !== undefined) {
      conditions.push(...read)
      continue
    }
    const one =
      readAmountOf(phrase, table) ??
      readKey(phrase, quoted, table) ??
      (isState && (phrase === where || isQuality(phrase)) ? readTruth(phrase, pick) : undefined)
    if (one !== undefined && one.table === table) {
      conditions.push(one)
      continue
    }
    // With a time it would be an event: "were delivered in 2024" says nothing of when they were ordered.
    const isOne = by !== null || (isState && when === null && event === null)
    const value =
      isOne && bare.length < MOST_BARE && pick(phrase) === undefined ? readBare(phrase, quoted) : undefined
    const isQuoted = value !== phrase.trim()
    const found =
      value === undefined || hasMark(value) ? undefined : bareValueOf(table, value, { isQuoted, by }, beside)
    if (found === undefined) return `"${unmask(phrase, quoted)}" is not understood as a column and its value`
    bare.push(found)
  }
  const lacked = lacks === null ? null : pick(lacks)
  if (
    lacked === undefined ||
    (lacked !== null && (lacked.table !== table || lacked.column.type === 'boolean'))
  )
    return `no one column of ${table.doc} is called "${lacks}"`
  if (lacked !== null) conditions.push(isEmpty(lacked, true))
  const negated = not === null ? undefined : readNot(not, quoted, table, pick, beside)
  if (not !== null && negated === undefined)
    return `"${unmask(not, quoted)}" is not understood as a column and its value`
  if (negated !== undefined && 'forms' in negated) bare.push(negated)
  else if (negated !== undefined) conditions.push(negated)
  const happened = event === null ? null : eventOf(event.verb, event.when, table)
  if (happened === undefined) return `no one column of ${table.doc} says when something was "${event?.verb}"`
  if (happened !== null) conditions.push(happened)
  const timed = when?.condition(table)
  if (when !== null && timed === undefined) return saysUndated(table)
  return {
    conditions: timed === undefined ? conditions : [...conditions, timed],
    // A column that is said to hold one value holds no other one.
    bare: bare.map((one) => ({
      ...one,
      columns: one.columns.filter((column) => !conditions.some((held) => held.column === column)),
    })),
  }
}

function keysOf(noun: string): (column: Column) => boolean {
  const rows = nameWords(noun).join(' ')
  const keys = ['id', 'no', 'nr', 'number', 'code']
  const names = new Set([rows, ...keys, ...keys.map((key) => `${rows} ${key}`)])
  return ({ name }) => names.has(nameWords(name).join(' '))
}

/** "Order O1005": the row that is called so by the column that names rows. */
function readKey(phrase: string, quoted: readonly string[], table: TableListing): Condition | undefined {
  const [, noun, value = ''] =
    /^(?:the\s+)?(\S.*?)\s+(?:#\s*|no\.?\s+|number\s+)?(\S*[\d\uE000-\uE00F]\S*)$/iu.exec(phrase.trim()) ?? []
  const key = noun === undefined ? null : (rowsNamed(noun, [table])?.key ?? null)
  if (key === null || noun === undefined) return undefined
  // Beside an id, rows may be numbered in another way.
  const isKey = keysOf(noun)
  if (table.columns.some((one) => one !== key && isKey(one))) return undefined
  return ofValue({ table, column: key }, value, quoted)
}

/** What rows are not: one condition, or one value without its column. */
function readNot(
  phrase: string,
  quoted: readonly string[],
  table: TableListing,
  pick: (phrase: string) => Place | undefined,
  beside: readonly TableListing[],
): Condition | BareValue | undefined {
  const [, by = null, thing = ''] = /^(?:(in|from|for|at)\s+)?(?:the\s+)?(\S.*)$/iu.exec(phrase) ?? []
  const [read, more] = readSaid(thing, quoted, pick) ?? []
  if (read !== undefined) return more === undefined && read.table === table ? turned(read) : undefined
  const truth = by === null && isQuality(thing) ? readTruth(thing, pick) : undefined
  if (truth !== undefined) return truth.table === table ? turned(truth) : undefined
  const value = pick(thing) === undefined ? readBare(thing, quoted) : undefined
  if (value === undefined || hasMark(value)) return undefined
  const found = bareValueOf(table, value, { isQuoted: value !== thing.trim(), by }, beside)
  return found && { ...found, isTurned: true }
}

/** Why the rows of a table have no time. */
function saysUndated({ doc, columns }: TableListing): string {
  const dated = columns.find(({ type }) => type === 'date')
  const say = dated === undefined ? '' : `; say which, as in "with ${dated.name} in 2024"`
  return `no column of ${doc} is called the date of its rows${say}`
}
