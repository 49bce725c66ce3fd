import { calendarDay } from './calendar-day.ts'
import { numberScore } from './number-score.ts'

export const ANSWER_TYPES = ['LABEL', 'NUMERIC', 'COMPARISON', 'USER', 'DATE', 'MONTH_YEAR'] as const

export type AnswerType = (typeof ANSWER_TYPES)[number]

const COMPARISONS = ['more common', 'less common', 'same frequency']
const SHORT = 20

/**
 * The official score of OOLONG, written anew after its `eval_helpers.py`. Only the first gold answer counts, case
 * counts, and a number that is off by d scores 0.75^d.
 */
export function oolongScore(answer: string, gold: readonly string[], type: AnswerType): number {
  const [first = ''] = gold
  const candidate = candidateOf(answer)
  if (candidate === first) return 1
  if (COMPARISONS.includes(candidate)) return first.includes(candidate) ? 1 : 0
  if (type === 'NUMERIC') return numericScore(candidate, first)
  if (type === 'DATE') return dateScore(candidate, first)
  return 0
}

/** The part of an answer that is scored. */
function candidateOf(answer: string): string {
  if (!answer.includes(':')) return answer.length < SHORT ? answer : (answer.trim().split(/\s+/).at(-1) ?? '')
  const said = (answer.split(':').at(-1) ?? '').trim().replace(/[*[\]]/g, '')
  if (said.length < SHORT) return said
  return COMPARISONS.find((phrase) => said.includes(phrase)) ?? said
}

function numericScore(candidate: string, gold: string): number {
  const [found, wanted] = [integer(candidate), integer(gold)]
  return found === null || wanted === null ? 0 : numberScore(found, wanted)
}

function dateScore(candidate: string, gold: string): number {
  const found = calendarDay(candidate)
  return found !== null && found === calendarDay(gold) ? 1 : 0
}

/** What Python's `int` reads; null for what it refuses. */
function integer(text: string): number | null {
  return /^[+-]?\d+(?:_\d+)*$/.test(text.trim()) ? Number(text.trim().replaceAll('_', '')) : null
}

/** The gold answers of a row of the benchmark, which has them as a Python list. */
export function goldOf(literal: string): string[] {
  const dates = [...literal.matchAll(/datetime\.date\((\d+), (\d+), (\d+)\)/g)]
  if (dates.length > 0) return dates.map(([, year, month, date]) => `${year}-${month}-${date}`)
  return [...literal.matchAll(/'((?:[^'\\]|\\.)*)'|"([^"]*)"|(-?\d+)/g)].map(
    ([, single, double, number]) => single ?? double ?? number ?? '',
  )
}
