import { WritError } from '@writ/contract'
import { erasedRuns } from '../files/erasures.ts'
import type { HomeServices } from '../home/home-services.ts'
import { type Hold, listHolds, recordHold } from '../ledger/index.ts'

/** Legal holds: a held run cannot be erased. */
export interface Holds {
  list(): Promise<readonly Hold[]>
  /** Rejects with `UNKNOWN_RUN`, and with `USAGE` when it is held already or nothing is left to hold. */
  set(run: string, reason: string): Promise<Hold>
  /** Rejects with `UNKNOWN_RUN`, and with `USAGE` when it is not held. */
  release(run: string, reason: string): Promise<Hold>
}

export function holdsOf(services: HomeServices): Holds {
  return {
    list: () => listHolds(services.home),
    set: (run, reason) => order(services, run, 'hold', reason),
    release: (run, reason) => order(services, run, 'release', reason),
  }
}

async function order(
  { home, ledger }: HomeServices,
  run: string,
  action: 'hold' | 'release',
  reason: string,
): Promise<Hold> {
  const known = await (await ledger()).runs()
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
