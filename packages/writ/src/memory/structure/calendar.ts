/** Months by the names that open a date, in English also cut short. Other languages only where a year follows. */
const ENGLISH = [
  'jan(?:uary)?',
  'feb(?:ruary)?',
  'mar(?:ch)?',
  'apr(?:il)?',
  'may',
  'june?',
  'july?',
  'aug(?:ust)?',
  'sept?(?:ember)?',
  'oct(?:ober)?',
  'nov(?:ember)?',
  'dec(?:ember)?',
]
const OTHERS = [
  'januar|jänner|janvier|enero|gennaio',
  'februar|février|febrero|febbraio',
  'märz|mars|marzo',
  'avril|abril|aprile',
  'mai|mayo|maggio',
  'juni|juin|junio|giugno',
  'juli|juillet|julio|luglio',
  'août|agosto',
  'septembre|septiembre|settembre',
  'oktober|octobre|octubre|ottobre',
  'novembre|noviembre',
  'dezember|décembre|diciembre|dicembre',
]

export const ENGLISH_MONTH: string = `(?:${ENGLISH.join('|')})`
export const ANY_MONTH: string = `(?:${[...ENGLISH, ...OTHERS].join('|')})`

const BY_NAME = ENGLISH.map((name, at) => new RegExp(`^(?:${name}|${OTHERS[at]})$`, 'iu'))
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
export const WEEKDAY = '(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?'

/** The number of a month by its name; 0 for what is none. */
export function monthOf(name: string): number {
  return BY_NAME.findIndex((pattern) => pattern.test(name)) + 1
}

/** A day as ISO 8601; undefined where the calendar has no such day. Years are those that texts of our time speak of. */
export function isoDay(year: number, month: number, day: number): string | undefined {
  if (year < 1000 || year > 2999 || month < 1 || month > 12 || day < 1) return undefined
  if (day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return undefined
  return `${year}-${twoDigits(month)}-${twoDigits(day)}`
}

/** A day of no known year; the 29th of February is one. */
export function yearlessDay(month: number, day: number): string | undefined {
  return isoDay(2000, month, day)?.replace(/^2000/, '-')
}

/** Whether a day is the day of the week that stands beside it. */
export function isWeekday(iso: string, named: string): boolean {
  const at = WEEKDAYS.indexOf(named.slice(0, 3).toLowerCase())
  return new Date(`${iso.slice(0, 10)}T00:00:00Z`).getUTCDay() === at
}

export function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
