import type { Reasoner, Sandbox } from '@writ/contract'
import type { CommitmentMap } from '../journal/commitment-map.ts'
import { History } from '../journal/history.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { guestAbi, OPENING } from './run-records.ts'
import { mismatch } from './run-start.ts'

/**
 * Runs a run that begins with what another one, or it itself in another process, has recorded. `work` is given the opening,
 * once what shapes frames is known to be the same as then. Rejects with `RESUME_MISMATCH` where the run leaves its history.
 */
export async function fromHistory<T>(
  { recorded, commitments }: { readonly recorded: RecordedRun; readonly commitments?: CommitmentMap },
  { sandbox, reasoner }: { readonly sandbox: Sandbox; readonly reasoner: Reasoner },
  work: (opening: RecordedStep<'run.open'>, history: History) => Promise<T>,
): Promise<T> {
  const history = new History(recorded, commitments)
  try {
    const opening = history.step(OPENING, 'run.open')
    history.sameCode(OPENING, guestAbi(sandbox.confinement.guestAbi, reasoner.digest))
    return await work(opening, history)
  } catch (error) {
    const divergence = history.signal.aborted ? history.divergence() : undefined
    throw divergence === undefined ? error : mismatch(recorded.run, divergence)
  } finally {
    history.rest()
  }
}
