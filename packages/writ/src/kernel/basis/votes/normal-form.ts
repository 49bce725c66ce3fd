import { isObject, type Json } from '@writ/contract'
import { canonicalJson } from '@writ/evidence'

/**
 * What a value is compared by; null where it says nothing. Texts are equal when they differ in white space and case only; numbers
 * are exact, and a number is not its text. The order of a list does not count. A null is as if it were left out.
 */
export function normalForm(value: Json | undefined): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string') return JSON.stringify(value.trim().replace(/\s+/gu, ' ').toLowerCase())
  if (Array.isArray(value)) return `[${value.map(normalForm).filter(isSaid).sort().join()}]`
  if (!isObject(value)) return canonicalJson(value)
  const members = Object.entries(value).map(([name, member]) => {
    const said = normalForm(member)
    return said === null ? null : `${JSON.stringify(name)}:${said}`
  })
  return `{${members.filter(isSaid).sort().join()}}`
}

function isSaid(said: string | null): said is string {
  return said !== null
}
