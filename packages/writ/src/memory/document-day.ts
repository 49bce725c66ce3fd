const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/** The day of a moment as ISO 8601; undefined for one that no calendar of four digits has. */
export function dayOf(ms: number): string | undefined {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  return year >= 1 && year <= 9999 ? date.toISOString().slice(0, 10) : undefined
}

/** The day that the header `Date` of a message says, in the zone of its sender. Its text begins with its headers. */
export function dayOfMessage(text: string): string | undefined {
  const end = text.indexOf('\n\n')
  const head = end === -1 ? text : text.slice(0, end)
  const said = /^Date: (.{0,200})$/m.exec(head)?.[1] ?? ''
  const [, day, name = '', year] = /^(?:[A-Za-z]{3}, ?)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) /.exec(said) ?? []
  const month = MONTHS.indexOf(name.toLowerCase())
  if (month === -1) return undefined
  const iso = dayOf(Date.UTC(Number(year), month, Number(day)))
  // No calendar has the 31st of February, and the year 12 is not 1912: what it says is no day.
  return iso?.startsWith(`${year}-`) && Number(iso.slice(8)) === Number(day) ? iso : undefined
}

/** The day on which a commit was made, in the zone of who made it. */
export function dayOfCommit(commit: string): string | undefined {
  const head = commit.split('\n\n', 1)[0] ?? ''
  const [, seconds, sign, hours, minutes] = /^committer .*> (\d{1,12}) ([+-])(\d\d)(\d\d)$/m.exec(head) ?? []
  if (seconds === undefined) return undefined
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1)
  return dayOf((Number(seconds) + ahead) * 1000)
}
