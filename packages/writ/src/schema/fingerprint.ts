import type { Json, JsonObject } from '@writ/contract'

/** A text that two JSON values share exactly when they are equal: members in the order of their names. */
export function fingerprint(value: Json | undefined): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null)
  if (Array.isArray(value)) return `[${value.map((item) => fingerprint(item as Json)).join(',')}]`
  const members = Object.entries(value as JsonObject).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${fingerprint(item)}`).join(',')}}`
}
