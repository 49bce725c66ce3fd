import { isoDay, isWeekday, monthOf, yearlessDay } from './calendar.ts'
import { DATE_FORMS, type DateForm } from './date-forms.ts'

/** A date in a text: where it stands, in characters, and all that it may say. */
export interface ReadDate {
  readonly start: number
  readonly end: number
  readonly date: string | null
  readonly readings: readonly string[]
}

type Parts = Readonly<Record<string, string | undefined>>

const WORDS: Readonly<Record<string, string>> = { first: '1', second: '2', third: '3', fourth: '4' }

/** All dates of a text, in order. Takes time that grows with its length and no faster. */
export function readDates(text: string): ReadDate[] {
  const forms = Object.entries(DATE_FORMS) as [DateForm, RegExp][]
  const found = forms.flatMap(([form, pattern], rank) => {
    const dates: (ReadDate & { readonly rank: number })[] = []
    for (const match of text.matchAll(pattern)) {
      const readings = readingsOf(form, match.groups ?? {})
      if (readings === undefined) continue
      const [start, end] = [match.index, match.index + match[0].length]
      dates.push({ start, end, rank, ...settled(readings, match.groups?.weekday) })
    }
    return dates
  })
  found.sort((a, b) => a.start - b.start || b.end - a.end || a.rank - b.rank)
  const kept: ReadDate[] = []
  for (const { rank: _rank, ...one } of found) if (one.start >= (kept.at(-1)?.end ?? 0)) kept.push(one)
  return kept
}

/** A day of the week tells readings apart. One that fits none of them leaves the date open. */
function settled(
  readings: readonly string[],
  weekday: string | undefined,
): Pick<ReadDate, 'date' | 'readings'> {
  const days = weekday === undefined ? readings : readings.filter((day) => isWeekday(day, weekday))
  const left = days.length === 0 ? readings : days
  const [only, other] = left
  const open = days.length === 0 || other !== undefined || only === undefined || only.startsWith('-')
  return { date: open ? null : only, readings: left }
}

/** What a date of a form may say; undefined for what is none. */
function readingsOf(form: DateForm, parts: Parts): readonly string[] | undefined {
  const number = (name: string): number => Number(parts[name] ?? 0)
  switch (form) {
    case 'iso':
      return some([timed(isoDay(number('year'), number('month'), number('day')), parts)])
    case 'yearFirst':
      return some([isoDay(number('year'), number('month'), number('day'))])
    case 'numbers':
      return some(bothWays(number('year'), number('a'), number(parts.b === undefined ? 'dotted' : 'b')))
    case 'short':
      return some(centuries(number('year')).flatMap((year) => bothWays(year, number('a'), number('b'))))
    case 'dayFirst':
      return named([timed(isoDay(number('year'), monthNumber(parts), number('day')), parts)])
    case 'dayFirstShort':
      return named(centuries(number('year')).map((year) => isoDay(year, monthNumber(parts), number('day'))))
    case 'monthFirst':
      return named([isoDay(number('year'), monthNumber(parts), number('day'))])
    case 'quarter':
    case 'quarterLast':
      return quarter(parts)
    case 'month':
      return some([isoDay(number('year'), monthNumber(parts), 1)?.slice(0, 7)])
    default:
      // "may" and "march" are words, too.
      return /^\p{Lu}/u.test(parts.name ?? '')
        ? some([yearlessDay(monthNumber(parts), number('day'))])
        : undefined
  }
}

function monthNumber({ name = '' }: Parts): number {
  return monthOf(name)
}

/** Two numbers of which nobody knows which is the month. */
function bothWays(year: number, a: number, b: number): (string | undefined)[] {
  return [isoDay(year, b, a), isoDay(year, a, b)]
}

/** A year of two digits is one of this century or of the last. */
function centuries(year: number): number[] {
  return [2000 + year, 1900 + year]
}

/** A day with its time, where the zone is known or none is said. */
function timed(day: string | undefined, { time, zone }: Parts): string | undefined {
  if (day === undefined || time === undefined) return day
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  if (hours > 23 || minutes > 59 || seconds > 60) return day
  if (zone !== undefined && Number(/^[+-](\d{2})/.exec(zone)?.[1] ?? 0) > 14) return day
  const offset = zone === undefined ? '' : /^[+-]/.test(zone) ? zone.replace(/^(...):?/, '$1:') : 'Z'
  return `${day}T${time}${offset}`
}

/** Quarters of a calendar year; of a business year nobody knows when it begins. */
function quarter({ q, word = '', year = '', fiscal }: Parts): readonly string[] | undefined {
  if (Number(year) < 1000 || Number(year) > 2999) return undefined
  if (fiscal !== undefined) return []
  const number = q ?? WORDS[word.toLowerCase()] ?? word.slice(0, 1)
  return [`${year}-Q${number}`]
}

/** Numbers that no calendar has are no date. */
function some(readings: readonly (string | undefined)[]): readonly string[] | undefined {
  const days = distinct(readings)
  return days.length === 0 ? undefined : days
}

/** A month that is named makes it a date, even one that no calendar has. */
function named(readings: readonly (string | undefined)[]): readonly string[] {
  return distinct(readings)
}

function distinct(readings: readonly (string | undefined)[]): string[] {
  return [...new Set(readings.filter((day) => day !== undefined))].sort()
}
