const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** A day as `year-month-day`, of `09/06/2023`, `2023-09-06` or `Sep 06, 2023`; null for anything else. */
export function calendarDay(text: string): string | null {
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
