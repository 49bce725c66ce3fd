import type { Reasoner, Sandbox } from '@writ/contract'
import type { CommitmentMap } from '../journal/commitment-map.ts'
import { History } from '../journal/history.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { sandboxGoingOn } from './recorded-sandbox.ts'
import { guestAbi, OPENING } from './run-records.ts'
import { mismatch } from './run-start.ts'

/**
 * Does a run whose first steps are recorded, by a process that ended or by the run it was forked from. `work` opens the rest
 * and goes on. It is called only if what shapes frames is as it was then and guest code is no less confined; it gets the
 * recorded opening, the history and the sandbox to run in. Rejects with `RESUME_MISMATCH` otherwise, and where the run
 * leaves its history.
 */
export async function fromHistory<T>(
  { recorded, commitments }: { readonly recorded: RecordedRun; readonly commitments?: CommitmentMap },
  { sandbox, reasoner }: { readonly sandbox: Sandbox; readonly reasoner: Reasoner },
  work: (opening: RecordedStep<'run.open'>, history: History, sandbox: Sandbox) => Promise<T>,
): Promise<T> {
  const history = new History(recorded, commitments)
  try {
    const opening = history.step(OPENING, 'run.open')
    history.sameCode(OPENING, guestAbi(sandbox.confinement.guestAbi, reasoner.digest))
    return await work(opening, history, sandboxGoingOn(recorded.run, sandbox, opening.det.confinement))
  } catch (error) {
    const divergence = history.signal.aborted ? history.divergence() : undefined
    throw divergence === undefined ? error : mismatch(recorded.run, divergence)
  } finally {
    history.rest()
  }
}
