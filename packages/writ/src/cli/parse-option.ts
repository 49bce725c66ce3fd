import {
  type AskedCheck,
  type Label,
  LONGEST_TIMEOUT_MS,
  label,
  parseLabel,
  readChecks,
  WritError,
} from '@writ/contract'

/** A whole number of at least `least`. */
export function wholeNumber(name: string, least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new WritError('USAGE', `${name} takes a whole number of at least ${least}, not "${text}".`)
    return value
  }
}

/** Seconds, fractions allowed, as whole milliseconds. */
export function seconds(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    const ms = Math.round(value * 1000)
    if (!/^\d+(\.\d+)?$/.test(text) || ms < 1 || ms > LONGEST_TIMEOUT_MS)
      throw new WritError(
        'USAGE',
        `${name} takes a number of seconds from 0.001 to ${Math.floor(LONGEST_TIMEOUT_MS / 1000)}, not "${text}".`,
      )
    return ms
  }
}

/** USD as whole micro-USD, rounded down so that the limit is never above what was asked. */
export function usd(name: string): (text: string) => number {
  return (text) => {
    const match = /^(\d{1,9})(?:\.(\d+))?$/.exec(text)
    if (match === null)
      throw new WritError('USAGE', `${name} takes an amount in USD such as 0.25, not "${text}".`)
    const [, whole = '0', fraction = ''] = match
    return Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6))
  }
}

/** A label for documents; they are untrusted unless a rule says otherwise. */
export function documentLabel(text: string): Label {
  const parsed = parseLabel(text)
  if (parsed === undefined) throw new WritError('BAD_LABEL', `"${text}" is no label.`)
  return label(parsed.level, parsed.categories, true)
}

/** Checks, separated by commas. Throws `USAGE`. */
export function askedChecks(text: string): readonly AskedCheck[] {
  const asked = text.split(',').map((check) => check.trim())
  readChecks(asked)
  return asked as readonly AskedCheck[]
}

/** An option that may be given more than once: all its values. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text]
}
