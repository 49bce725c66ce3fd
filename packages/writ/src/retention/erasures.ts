import type { Erasure } from '@writ/evidence'
import { erasedRuns, lastErasure } from '../files/erasures.ts'
import type { HomeServices } from '../home/home-services.ts'
import { isErasable } from './erase.ts'

/** What was erased of a home. */
export interface Erasures {
  /** Ids of the runs that were erased. */
  runs(): Promise<ReadonlySet<string>>
  /** What the last erasure of a run reached; undefined when there was none, or its statement is damaged. */
  last(run: string): Promise<Erasure | undefined>
  /** Whether anything of a run is left that an erasure reaches. Rejects with `UNKNOWN_RUN`. */
  isLeft(run: string): Promise<boolean>
}

export function erasuresOf(services: HomeServices): Erasures {
  const { home } = services
  return {
    runs: () => Promise.resolve(erasedRuns(home)),
    last: (run) => Promise.resolve(lastErasure(home, run)),
    isLeft: (run) => isErasable(services, run),
  }
}
