import {
  type AnswerType,
  type Basis,
  calendarDay,
  isObject,
  type Json,
  type JsonObject,
  numberScore,
  oolongScore,
  pairKey,
  pairsF1,
  setF1,
  stringMatchAll,
} from '@writ/contract'
import { canonicalJson } from '@writ/evidence'
import { daysIn, itemsIn, normalised, numberIn, truthIn } from './read-answer.ts'

export const SCORERS = ['exact', 'number', 'set', 'string_match_all', 'date', 'oolong', 'pairs'] as const

/** The member of an object that is scored where a question names none. */
export const USUAL_FIELD = 'answer'

export type ScorerName = (typeof SCORERS)[number]

/** The right answer of a question, and how an answer is held against it. */
export interface Gold {
  readonly scorer: ScorerName
  readonly value: Json
  /** For OOLONG's scorer only. */
  readonly answerType: AnswerType | null
  /** The member of an object that is scored. */
  readonly field: string
}

/** What is wrong with a gold, in words; null for one that its scorer can use. */
export function goldProblem({ scorer, value, answerType }: Gold): string | null {
  if ((scorer === 'oolong') !== (answerType !== null))
    return 'the scorer oolong, and no other, takes an "answerType"'
  return FITS[scorer](value) ? null : `the scorer ${scorer} takes ${TAKES[scorer]} as gold`
}

/**
 * The score of a released value, from 0 to 1. Passages answer nothing: their first line says how many there are, which may
 * be the gold by chance. Only a member of them that the question names is scored.
 */
export function scoreOf(released: Json, gold: Gold, basis: Basis): number {
  if (basis === 'passages' && gold.field === USUAL_FIELD) return 0
  const value = memberOf(released, gold.field)
  return SCORE[gold.scorer](value, gold)
}

/** What is held against a gold, as text. */
export function scoredText(released: Json, { field }: Pick<Gold, 'field'>): string {
  return textOf(memberOf(released, field))
}

/** An object is scored by one of its members, where it has it. */
function memberOf(value: Json, field: string): Json {
  return isObject(value) ? (value[field] ?? value) : value
}

const SCORE: Readonly<Record<ScorerName, (value: Json, gold: Gold) => number>> = {
  exact: (value, { value: gold }) => (isExact(value, gold) ? 1 : 0),
  number: (value, { value: gold }) => {
    const found = typeof value === 'string' ? numberIn(value) : onlyNumber(value)
    return found === null ? 0 : numberScore(found, Number(gold))
  },
  set: (value, { value: gold }) => setScore(value, gold as readonly Json[]),
  string_match_all: (value, { value: gold }) => stringMatchAll(textOf(value), textsOf(gold)),
  date: (value, { value: gold }) => {
    const days = daysIn(textOf(value))
    return days.length === 1 && days[0] === calendarDay(textOf(gold)) ? 1 : 0
  },
  oolong: (value, { value: gold, answerType }) =>
    oolongScore(textOf(value), textsOf(gold), answerType ?? 'LABEL'),
  pairs: (value, { value: gold }) => {
    const pairs = (gold as readonly (readonly [number, number])[]).map(([a, b]) => pairKey(a, b))
    return pairsF1(Array.isArray(value) ? pairsText(value) : textOf(value), new Set(pairs))
  },
}

const FITS: Readonly<Record<ScorerName, (gold: Json) => boolean>> = {
  exact: () => true,
  number: (gold) => typeof gold === 'number',
  set: (gold) => Array.isArray(gold) && haveSameMembers(gold as readonly Json[]),
  string_match_all: (gold) => areTexts(gold, 1),
  date: (gold) => typeof gold === 'string' && isDay(calendarDay(gold)),
  oolong: (gold) => areTexts(gold, 1),
  pairs: (gold) => Array.isArray(gold) && gold.every(isPair),
}

const TAKES: Readonly<Record<ScorerName, string>> = {
  exact: 'any value',
  number: 'a number',
  set: 'a list, of values or of objects with the same members,',
  string_match_all: 'a text or a list of texts',
  date: 'a day such as "2026-11-26"',
  oolong: 'a text or a list of texts',
  pairs: 'a list of pairs of numbers',
}

function isExact(value: Json, gold: Json): boolean {
  if (typeof gold === 'boolean') return (typeof value === 'boolean' ? value : truthIn(textOf(value))) === gold
  if (typeof gold === 'string') return normalised(textOf(value)) === normalised(gold)
  if (typeof value === 'string' && typeof gold === 'number') return numberOf(value) === gold
  return canonicalJson(value) === canonicalJson(gold)
}

/** The one number of a value; null where there is none, or several and so no saying which was meant. */
function onlyNumber(value: Json): number | null {
  const found = numbersOf(value)
  return found.length === 1 ? (found[0] ?? null) : null
}

function numbersOf(value: Json | undefined): readonly number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap((member) => numbersOf(member))
    : []
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text.replaceAll(',', ''))
}

/**
 * F1 of the items. Items that are objects are compared by the members that the gold has, and one member by its value, so
 * that rows and plain lists meet.
 */
function setScore(value: Json, gold: readonly Json[]): number {
  const [first] = gold
  const members = isObject(first) ? Object.keys(first) : []
  const items = Array.isArray(value) ? (value as readonly Json[]) : itemsIn(textOf(value))
  return setF1(
    new Set(items.map((item) => itemKey(item, members))),
    new Set(gold.map((item) => itemKey(item, members))),
  )
}

function itemKey(item: Json, members: readonly string[]): string {
  if (!isObject(item) || members.length === 0) return normalised(textOf(item))
  const kept = members.map((member) => item[member] ?? null)
  return kept.length === 1
    ? normalised(textOf(kept[0] ?? null))
    : kept.map((own) => JSON.stringify(normalised(textOf(own)))).join()
}

function haveSameMembers(gold: readonly Json[]): boolean {
  const members = gold.map((item) =>
    isObject(item)
      ? Object.keys(item as JsonObject)
          .sort()
          .join()
      : '',
  )
  return new Set(members).size <= 1
}

function areTexts(gold: Json, least: number): boolean {
  const texts = Array.isArray(gold) ? (gold as readonly Json[]) : [gold]
  return texts.length >= least && texts.every((text) => typeof text === 'string')
}

function textsOf(gold: Json): readonly string[] {
  return (Array.isArray(gold) ? gold : [gold]) as readonly string[]
}

/** Whether a day is one of the calendar: 2027-2-31 is none, and no answer could name it. */
function isDay(day: string | null): boolean {
  const [year = 0, month = 0, date = 0] = day?.split('-').map(Number) ?? []
  const found = new Date(Date.UTC(year, month - 1, date))
  return day !== null && found.getUTCMonth() === month - 1 && found.getUTCDate() === date
}

function isPair(value: Json): boolean {
  return Array.isArray(value) && value.length === 2 && value.every((one) => Number.isInteger(one))
}

function pairsText(value: Json): string {
  return (value as readonly Json[])
    .map((pair) => (Array.isArray(pair) ? `(${pair.join(', ')})` : textOf(pair)))
    .join('\n')
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value)
}
