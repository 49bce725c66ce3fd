import { isObject, type Json } from '@writ/contract'

/** What kind of value a value is, for people. */
export function kindOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return isObject(value) ? 'object' : typeof value
}
