import { isIPv4, isIPv6 } from 'node:net'

/** Characters of a text that has a format: longer ones have none. */
const MOST_CHARS = 2_048

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: (text) => TIME.test(text),
  'date-time': (text) => /^.{10}T/i.test(text) && isDate(text.slice(0, 10)) && TIME.test(text.slice(11)),
  email: isEmail,
  uuid: (text) => UUID.test(text),
  uri: (text) => /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text),
  ipv4: isIPv4,
  ipv6: isIPv6,
}

export const KNOWN_FORMATS: readonly string[] = Object.keys(FORMATS)

/** Whether texts are held against a format of this name. */
export function isFormat(name: string): boolean {
  return Object.hasOwn(FORMATS, name)
}

/** Whether a text has a format; every text has one that is not known. */
export function hasFormat(text: string, name: string): boolean {
  const test = isFormat(name) ? FORMATS[name] : undefined
  return test === undefined || (text.length <= MOST_CHARS && test(text))
}

/** A day that the calendar has. */
function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? []
  if (day === undefined) return false
  const date = new Date(`${text}T00:00:00Z`)
  return (
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() + 1 === Number(month) &&
    date.getUTCDate() === Number(day)
  )
}

/** One @ with something around it, a dot behind it, and no spaces. */
function isEmail(text: string): boolean {
  const at = text.indexOf('@')
  const host = text.slice(at + 1)
  if (at < 1 || /[\s@]/.test(host) || /\s/.test(text)) return false
  const labels = host.split('.')
  return labels.length > 1 && labels.every((label) => label !== '')
}
