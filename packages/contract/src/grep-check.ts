import { isObject, type Json, type JsonObject } from './json.ts'

/** A grep that counts again what a count counted, but for the paths it is to look into. */
export interface GrepCheck {
  readonly command: string
  /** The documents counted in; null for all of the corpus. */
  readonly docs: readonly string[] | null
}

/** The greps that a released value offers as its check. They are for programs, which know where its documents are. */
export function grepChecks({ check }: JsonObject): readonly GrepCheck[] {
  return isGrepChecks(check) ? (check as unknown as readonly GrepCheck[]) : []
}

/** Whether a member holds greps and nothing else. */
export function isGrepChecks(member: Json | undefined): boolean {
  return Array.isArray(member) && member.length > 0 && (member as readonly Json[]).every(isGrep)
}

function isGrep(item: Json): boolean {
  if (!isObject(item)) return false
  const { command, docs, ...others } = item
  const isOfAll = docs === null
  const isOfSome = Array.isArray(docs) && (docs as readonly Json[]).every((doc) => typeof doc === 'string')
  return (
    typeof command === 'string' &&
    command.startsWith('grep ') &&
    (isOfAll || isOfSome) &&
    Object.keys(others).length === 0
  )
}
