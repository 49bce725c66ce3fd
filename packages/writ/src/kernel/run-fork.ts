import { defined, type Reasoner, type Sandbox } from '@writ/contract'
import { type Fork, forkAt } from './fork.ts'
import type { Place } from './journal.ts'
import { Past } from './past.ts'
import type { KernelPorts, RunModels } from './ports.ts'
import { recordedRequest } from './recorded-request.ts'
import type { RecordedRun } from './recorded-run.ts'
import { Renewal } from './renewal.ts'
import { type Began, beginning, mismatch } from './resume.ts'
import { executeRun, type RunRequest, type RunResult } from './run.ts'
import { guestAbi } from './run-records.ts'

/** Where a run is forked. */
export interface ForkPoint {
  /** The first step done anew. */
  readonly at: Place
  /** Said there: a sub-call is asked this instead, a turn is told it in addition. */
  readonly prompt?: string
}

/** What is opened for a fork: a run of its own, with models to send to, and the rooms. */
export interface OpenedFork extends Pick<RunRequest, 'run' | 'version' | 'setup'> {
  readonly models: RunModels
  readonly ports: Omit<KernelPorts, 'sandbox' | 'reasoner'>
}

/** What a fork needs before it can open the rest. */
export interface ForkPorts extends Pick<RunRequest, 'signal' | 'suspend'> {
  readonly sandbox: Sandbox
  readonly reasoner: Reasoner
  open(began: Began, fork: Fork): Promise<OpenedFork>
}

/**
 * Runs a new run that is another one up to a step: what that recorded is done again, compared, and recorded anew under
 * the new run's key, with its decisions, results and charges; nothing of it is sent. From the step on the new run goes
 * its own way. Rejects with `BAD_FORK`, `KEY_UNAVAILABLE` and `RESUME_MISMATCH`; then nothing was sent.
 */
export async function forkRun(recorded: RecordedRun, point: ForkPoint, ports: ForkPorts): Promise<RunResult> {
  const { shared, fork } = await forkAt(recorded, point.at, point.prompt ?? null)
  const { opening, key, run } = shared
  const renewal = new Renewal(key, opening.det)
  const past = new Past(shared, 'goes on', renewal)
  try {
    const { sandbox, reasoner, signal, suspend } = ports
    past.sameCode(opening, guestAbi(sandbox.confinement.guestAbi, reasoner.digest))
    const { ports: rooms, ...opened } = await ports.open(await beginning(past, opening), fork)
    const request = {
      ...(await recordedRequest(past, opening)),
      ...opened,
      fork,
      signal,
      ...defined({ suspend }),
      elapsedMs: 0,
    }
    const { epochMs } = opening.det
    const earlier = { past, renewal, epochMs, records: [] }
    return await executeRun(request, { ...rooms, sandbox, reasoner }, earlier)
  } catch (error) {
    const parting = past.signal.aborted ? past.parting() : undefined
    throw parting === undefined ? error : mismatch(run, parting)
  } finally {
    past.rest()
  }
}
