import type { Tunings } from '@writ/contract'
import type { RunModels } from '../kernel/index.ts'
import { type ProfileTable, profileOf } from '../models/index.ts'

/** The profiles of the models that frames are opened with; none of a model that has the usual one. */
export function profilesOf({ root, sub }: RunModels, table: ProfileTable | undefined): Tunings {
  const ids = [...new Set([root.id, sub.id])]
  return Object.fromEntries(
    ids.flatMap((id) => {
      const found = profileOf(id, table)
      return found === undefined ? [] : [[id, found.tuning]]
    }),
  )
}
