import type { DuckDBValue } from '@duckdb/node-api'
import type { Json } from '@writ/contract'

/** A value of a result as JSON. A number that a JSON number does not hold exactly is a text of its digits. */
export function jsonOf(value: DuckDBValue): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'bigint') return numberOr(String(value))
  if ('items' in value) return value.items.map(jsonOf)
  if ('entries' in value) {
    const { entries } = value
    if (Array.isArray(entries))
      return entries.map(({ key, value: held }) => ({ key: jsonOf(key), value: jsonOf(held) }))
    return Object.fromEntries(Object.entries(entries).map(([name, held]) => [name, jsonOf(held)]))
  }
  if ('scale' in value) return numberOr(String(value))
  return String(value)
}

/** The number of a text of digits, when it is exactly that. */
function numberOr(digits: string): Json {
  const number = Number(digits)
  return plain(String(number)) === plain(digits) ? number : digits
}

/** Without zeros that say nothing. */
function plain(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits
}
