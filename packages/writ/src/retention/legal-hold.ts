import { resolve } from 'node:path'
import { WritError } from '@writ/contract'
import { erasedRuns } from '../files/erasures.ts'
import { withLedger } from '../files/with-ledger.ts'
import { type Hold, recordHold } from '../ledger/index.ts'

export { type Hold, listHolds } from '../ledger/index.ts'

/** Holds a run of the home, or releases it. Rejects with `UNKNOWN_RUN`, and `USAGE` when it is so already or nothing is left to hold. */
export async function orderHold(
  home: string,
  run: string,
  action: 'hold' | 'release',
  reason: string,
): Promise<Hold> {
  const known = await withLedger(resolve(home), (ledger) => ledger.runs())
  if (!known.some((head) => head.run === run))
    throw new WritError('UNKNOWN_RUN', `There is no run ${run} in this home.`, { run })
  if (action === 'hold' && erasedRuns(home).has(run))
    throw new WritError(
      'USAGE',
      `The run ${run} was erased: its content is gone, and its records stay anyway.`,
      {
        run,
      },
    )
  return await recordHold(home, run, action, reason)
}
