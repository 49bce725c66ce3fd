export type AnswerType = 'LABEL' | 'NUMERIC' | 'COMPARISON' | 'USER' | 'DATE' | 'MONTH_YEAR'

const COMPARISONS = ['more common', 'less common', 'same frequency']
const SHORT = 20
const BASE = 0.75
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

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
  if (type === 'DATE') return dayOf(candidate) !== null && dayOf(candidate) === dayOf(first) ? 1 : 0
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
  return found === null || wanted === null ? 0 : BASE ** Math.abs(found - wanted)
}

/** What Python's `int` reads; null for what it refuses. */
function integer(text: string): number | null {
  return /^[+-]?\d+(?:_\d+)*$/.test(text.trim()) ? Number(text.trim().replaceAll('_', '')) : null
}

/** A day as `year-month-day`, of `09/06/2023`, `2023-09-06` or `Sep 06, 2023`; null for anything else. */
function dayOf(text: string): string | null {
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text)
  if (american !== null) return day(american[3], american[1], american[2])
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text)
  if (iso !== null) return day(iso[1], iso[2], iso[3])
  const words = /^([A-Za-z]{3})[a-z]* (\d{1,2}),? (\d{4})$/.exec(text)
  const month = MONTHS.indexOf(words?.[1]?.toLowerCase() ?? '')
  return words === null || month < 0 ? null : day(words[3], String(month + 1), words[2])
}

function day(year = '', month = '', date = ''): string {
  return [Number(year), Number(month), Number(date)].join('-')
}

/** The gold answers of a row of the benchmark, which has them as a Python list. */
export function goldOf(literal: string): string[] {
  const dates = [...literal.matchAll(/datetime\.date\((\d+), (\d+), (\d+)\)/g)]
  if (dates.length > 0) return dates.map(([, year, month, date]) => `${year}-${month}-${date}`)
  return [...literal.matchAll(/'((?:[^'\\]|\\.)*)'|"([^"]*)"|(-?\d+)/g)].map(
    ([, single, double, number]) => single ?? double ?? number ?? '',
  )
}
