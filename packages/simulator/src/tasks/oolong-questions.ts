import type { AnswerType } from '@writ/contract'
import { Random } from '../random.ts'
import { LABELS, type QuestionLabel } from './labels.ts'
import type { OolongItem } from './oolong-window.ts'

/** Which items a question is about; all of them when nothing is said. */
export interface Selection {
  readonly users?: readonly number[]
  /** `2023-09`. */
  readonly month?: string
  /** Days, both of them included. */
  readonly from?: string
  readonly to?: string
}

/** A question about a window, as data: what is computed of it. */
export type OolongSpec =
  | { readonly kind: 'extreme-label'; readonly most: boolean; readonly over?: Selection }
  | {
      readonly kind: 'compare-labels'
      readonly a: QuestionLabel
      readonly b: QuestionLabel
      readonly over?: Selection
    }
  | { readonly kind: 'count-label'; readonly label: QuestionLabel; readonly over?: Selection }
  | { readonly kind: 'top-user'; readonly place: 1 | 2; readonly label?: QuestionLabel }
  | { readonly kind: 'compare-users'; readonly label: QuestionLabel; readonly a: number; readonly b: number }
  | { readonly kind: 'top-day'; readonly place: 1 | 2 }
  | { readonly kind: 'days-with'; readonly times: number }
  | { readonly kind: 'before-after'; readonly label: QuestionLabel; readonly day: string }
  | { readonly kind: 'first-month'; readonly a: QuestionLabel; readonly b: QuestionLabel }
  | { readonly kind: 'months-where'; readonly a: QuestionLabel; readonly b: QuestionLabel }

export interface OolongQuestion {
  readonly spec: OolongSpec
  readonly family: 'counting' | 'user' | 'timeline'
  readonly text: string
  readonly type: AnswerType
  /** The one answer that is right: questions whose answer is tied are not asked. */
  readonly gold: string
}

const WANTED = { counting: 9, user: 8, timeline: 8 } as const
/** Frequencies that differ by less than this share of all are not compared, unless they are equal. */
const CLEAR = 0.02
const SUBSET = 12

/** 25 questions about a window, of all three families. */
export function oolongQuestions(items: readonly OolongItem[], seed: string): OolongQuestion[] {
  const random = new Random(`questions\n${seed}\n${items.length}`)
  return (['counting', 'user', 'timeline'] as const).flatMap((family) => {
    const found: OolongQuestion[] = []
    for (const spec of CANDIDATES[family](items, random)) {
      if (found.length === WANTED[family]) break
      const answer = answerOf(spec, items)
      if (answer !== null) found.push({ spec, family, ...answer, text: wording(spec) })
    }
    if (found.length < WANTED[family]) throw new Error(`too few ${family} questions have one answer`)
    return found
  })
}

type Candidates = (items: readonly OolongItem[], random: Random) => Iterable<OolongSpec>

/** Specs without end or nearly so, the kinds in turn: those whose answer is tied are passed over. */
const CANDIDATES: Readonly<Record<keyof typeof WANTED, Candidates>> = {
  *counting(_, random) {
    yield { kind: 'extreme-label', most: true }
    yield { kind: 'extreme-label', most: false }
    for (const [a, b] of pairsOf(random)) {
      yield { kind: 'compare-labels', a, b }
      yield { kind: 'count-label', label: a }
    }
  },
  *user(items, random) {
    yield { kind: 'top-user', place: 1 }
    yield { kind: 'top-user', place: 2 }
    const users = [...new Set(items.map(({ user }) => user))]
    for (const [a, b] of pairsOf(random)) {
      const over = {
        users: random
          .shuffled(users)
          .slice(0, SUBSET)
          .sort((x, y) => x - y),
      }
      yield { kind: 'count-label', label: a, over }
      yield { kind: 'top-user', place: 1, label: a }
      yield { kind: 'compare-labels', a, b, over }
      const [one = 0, other = 0] = random.shuffled(users)
      yield { kind: 'compare-users', label: b, a: one, b: other }
      yield { kind: 'extreme-label', most: true, over }
    }
  },
  *timeline(items, random) {
    yield { kind: 'top-day', place: 1 }
    yield { kind: 'top-day', place: 2 }
    for (const [a, b] of pairsOf(random)) {
      const [from = '', to = ''] = [random.pick(items).day, random.pick(items).day].sort()
      yield { kind: 'days-with', times: 1 + random.below(3) }
      yield { kind: 'before-after', label: a, day: from }
      yield { kind: 'count-label', label: b, over: { month: to.slice(0, 7) } }
      yield { kind: 'first-month', a, b }
      yield { kind: 'months-where', a, b }
      yield { kind: 'count-label', label: a, over: { from, to } }
    }
  },
}

function pairsOf(random: Random): [QuestionLabel, QuestionLabel][] {
  return random.shuffled(
    LABELS.flatMap((a) => LABELS.filter((b) => b !== a).map((b): [QuestionLabel, QuestionLabel] => [a, b])),
  )
}

type Found = { readonly gold: string; readonly type: AnswerType } | null

/** The answer of a question; null where it has none, or more than one. */
function answerOf(spec: OolongSpec, items: readonly OolongItem[]): Found {
  switch (spec.kind) {
    case 'extreme-label': {
      const counted = tally(selected(items, spec.over).map(({ label }) => label))
      for (const label of LABELS) counted.set(label, counted.get(label) ?? 0)
      return named('LABEL', placed(counted, spec.most ? 1 : 'last'))
    }
    case 'compare-labels': {
      const chosen = selected(items, spec.over)
      return compared(countOf(chosen, spec.a), countOf(chosen, spec.b), chosen.length)
    }
    case 'count-label':
      return { type: 'NUMERIC', gold: String(countOf(selected(items, spec.over), spec.label)) }
    case 'top-user': {
      const chosen = items.filter(({ label }) => spec.label === undefined || label === spec.label)
      return named('USER', placed(tally(chosen.map(({ user }) => String(user))), spec.place))
    }
    case 'compare-users': {
      const [a, b] = [spec.a, spec.b].map((user) => countOf(selected(items, { users: [user] }), spec.label))
      return a === b ? null : { type: 'USER', gold: String((a ?? 0) > (b ?? 0) ? spec.a : spec.b) }
    }
    case 'top-day':
      return named('DATE', placed(tally(items.map(({ day }) => day)), spec.place))
    case 'days-with': {
      const days = [...tally(items.map(({ day }) => day)).values()].filter((times) => times === spec.times)
      return { type: 'NUMERIC', gold: String(days.length) }
    }
    case 'before-after': {
      const before = items.filter(({ day }) => day < spec.day)
      const after = items.filter(({ day }) => day > spec.day)
      if (before.length === 0 || after.length === 0) return null
      const [a, b] = [before, after].map((part) => countOf(part, spec.label) / part.length)
      return compared(a ?? 0, b ?? 0, 1)
    }
    case 'first-month': {
      const [month] = monthsWhere(items, spec.a, spec.b)
      return month === undefined ? null : { type: 'MONTH_YEAR', gold: month }
    }
    case 'months-where':
      return { type: 'NUMERIC', gold: String(monthsWhere(items, spec.a, spec.b).length) }
  }
}

const named = (type: AnswerType, gold: string | null): Found => (gold === null ? null : { type, gold })

function selected(items: readonly OolongItem[], over: Selection = {}): readonly OolongItem[] {
  const users = over.users === undefined ? null : new Set(over.users)
  return items.filter(
    ({ user, day }) =>
      (users === null || users.has(user)) &&
      (over.month === undefined || day.startsWith(over.month)) &&
      (over.from === undefined || day >= over.from) &&
      (over.to === undefined || day <= over.to),
  )
}

function countOf(items: readonly OolongItem[], label: QuestionLabel): number {
  return items.filter((item) => item.label === label).length
}

function tally(keys: readonly string[]): Map<string, number> {
  const counted = new Map<string, number>()
  for (const key of keys) counted.set(key, (counted.get(key) ?? 0) + 1)
  return counted
}

/** The key in first, second or last place; null where another one shares it. */
function placed(counted: ReadonlyMap<string, number>, place: 1 | 2 | 'last'): string | null {
  const order = [...counted].sort(([, a], [, b]) => b - a)
  const at = place === 'last' ? order.length - 1 : place - 1
  const [key, times] = order[at] ?? [null, 0]
  return order[at - 1]?.[1] === times || order[at + 1]?.[1] === times ? null : key
}

function compared(a: number, b: number, all: number): Found {
  if (a !== b && Math.abs(a - b) <= CLEAR * all) return null
  const gold = a > b ? 'more common than' : a < b ? 'less common than' : 'same frequency as'
  return { type: 'COMPARISON', gold }
}

function monthsWhere(items: readonly OolongItem[], a: QuestionLabel, b: QuestionLabel): string[] {
  const months = [...new Set(items.map(({ day }) => day.slice(0, 7)))].sort()
  return months.filter((month) => {
    const chosen = selected(items, { month })
    return countOf(chosen, a) > countOf(chosen, b)
  })
}

const LIST = LABELS.join(', ')

/** What is asked, in OOLONG's words where those are published. */
function wording(spec: OolongSpec): string {
  switch (spec.kind) {
    case 'extreme-label':
      return `${about(spec.over)}which of the labels is the ${spec.most ? 'most' : 'least'} common? Give your final answer in the form 'Label: answer' where answer is one of the labels: ${LIST}.`
    case 'compare-labels':
      return `${about(spec.over)}is label '${spec.a}' more common, less common, or the same frequency as label '${spec.b}'? Give your final answer in the form 'Answer: ${spec.a} is [X] ${spec.b}', where [X] is 'more common than', 'less common than', or 'same frequency as'.`
    case 'count-label':
      return `${about(spec.over)}how many data points should be classified as label '${spec.label}'? Give your final answer in the form 'Answer: number'.`
    case 'top-user':
      return spec.label === undefined
        ? `In the above data, which user is represented ${spec.place === 1 ? 'most' : 'second most'} often? Give your final answer in the form 'User: [X]', where [X] is the user ID.`
        : `In the above data, which user has the most instances with the label '${spec.label}'? Give your final answer in the form 'User: [X]', where [X] is the user ID.`
    case 'compare-users':
      return `In the above data, which of user ${spec.a} and user ${spec.b} has more instances with the label '${spec.label}'? Give your final answer in the form 'User: [X]', where [X] is the user ID.`
    case 'top-day':
      return `In the above data, which date is represented ${spec.place === 1 ? 'most' : 'second most'} often? Give your final answer in the form 'Date: [X]', where [X] is in the form MM/DD/YYYY.`
    case 'days-with':
      return `In the above data, how many dates are represented exactly ${spec.times} times? Give your final answer in the form 'Answer: number'.`
    case 'before-after':
      return `In the above data, was label '${spec.label}' more common, less common, or the same frequency before ${spec.day}, as compared with after? Give your final answer in the form 'Answer: ${spec.label} is [X] after', where [X] is 'more common than', 'less common than', or 'same frequency as'.`
    case 'first-month':
      return `In the above data, in which month did the label '${spec.a}' first occur more often than the label '${spec.b}'? Give your final answer in the form 'Answer: [X]', where [X] is in the form YYYY-MM.`
    case 'months-where':
      return `In the above data, for how many months does the label '${spec.a}' occur more often than the label '${spec.b}'? Give your final answer in the form 'Answer: number'.`
  }
}

function about({ users, month, from, to }: Selection = {}): string {
  if (users !== undefined)
    return `In the above data, only consider the subset of instances that are associated with user IDs ${users.join(', ')}. Among instances associated with these users, `
  if (month !== undefined) return `In the above data, only consider the instances dated in ${month}: `
  if (from !== undefined)
    return `In the above data, only consider the instances dated from ${from} to ${to ?? ''}: `
  return 'In the above data, '
}
