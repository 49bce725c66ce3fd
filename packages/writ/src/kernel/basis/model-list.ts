import type { ModelProfile } from '@writ/contract'

/** The models that are asked for a role, in order: the first is asked, the others stand in for it. */
export type ModelList = readonly [ModelProfile, ...ModelProfile[]]

/** What tells lists apart. */
export function listKey(list: ModelList): string {
  return JSON.stringify(list.map(({ id }) => id))
}
