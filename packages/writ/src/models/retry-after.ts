/** No provider means a wait of more than a day; a larger figure is a mistake and is cut. */
const LONGEST_MS = 86_400_000

const HTTP_DATE = /^\s*[A-Za-z]{3,9},? /

/**
 * Milliseconds a provider asks to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date); null when it
 * does not say. A date is measured against the reply's own `date`, so that skewed clocks cancel out.
 */
export function retryAfterMs(
  headers: Readonly<Record<string, string>> | undefined,
  nowMs: number,
): number | null {
  if (headers === undefined) return null
  const inMs = amount(headers['retry-after-ms'], 1)
  if (inMs !== null) return inMs
  const value = headers['retry-after']
  const inSeconds = amount(value, 1000)
  if (value === undefined || inSeconds !== null) return inSeconds
  if (!HTTP_DATE.test(value)) return null // Date.parse reads nearly anything as a date
  const until = Date.parse(value)
  if (Number.isNaN(until)) return null
  const served = Date.parse(headers.date ?? '')
  return bounded(until - (Number.isNaN(served) ? nowMs : served))
}

function amount(text: string | undefined, unit: number): number | null {
  if (text === undefined || !/^\s*\d{1,15}(\.\d{1,9})?\s*$/.test(text)) return null
  return bounded(Math.ceil(Number(text) * unit))
}

function bounded(ms: number): number {
  return Math.min(Math.max(0, ms), LONGEST_MS)
}
