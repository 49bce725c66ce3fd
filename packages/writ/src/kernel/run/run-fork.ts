import { defined, type Reasoner, type Sandbox } from '@writ/contract'
import type { KernelPorts, RunModels } from '../basis/ports.ts'
import type { StepId } from '../basis/step-id.ts'
import { CommitmentMap } from '../journal/commitment-map.ts'
import { ForkJournal } from '../journal/fork-journal.ts'
import type { LiveJournal } from '../journal/live-journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import type { Fork } from '../state/fork.ts'
import { forkAt } from './fork-at.ts'
import { fromHistory } from './from-history.ts'
import { recordedRequest } from './recorded-request.ts'
import { executeRun, type RunResult } from './run.ts'
import type { RunRequest } from './run-request.ts'
import { beginning, type RunStart } from './run-start.ts'

/** Where a run is forked. */
export interface ForkPoint {
  /** The first step done anew. */
  readonly at: StepId
  /** Said there: a sub-call is asked this instead, a turn is told it in addition. */
  readonly prompt?: string
}

/** What is opened for a fork: a run of its own, with models to send to, and the services. */
export interface OpenedFork extends Pick<RunRequest, 'run' | 'version' | 'setup' | 'profiles'> {
  readonly models: RunModels
  readonly ports: Omit<KernelPorts, 'sandbox' | 'reasoner'>
}

/** What a fork needs before it can open the rest. */
export interface ForkPorts extends Pick<RunRequest, 'signal' | 'suspend'> {
  readonly sandbox: Sandbox
  readonly reasoner: Reasoner
  open(began: RunStart, fork: Fork): Promise<OpenedFork>
}

/**
 * Runs a new run that is another one up to a step: what that recorded is done again, compared, and recorded anew under
 * the new run's key, with its decisions, results and charges; nothing of it is sent. From the step on the new run goes
 * its own way. Rejects with `BAD_FORK`, `KEY_UNAVAILABLE` and `RESUME_MISMATCH`; then nothing was sent.
 */
export async function forkRun(recorded: RecordedRun, point: ForkPoint, ports: ForkPorts): Promise<RunResult> {
  const { shared, fork } = await forkAt(recorded, point.at, point.prompt ?? null)
  const { key } = shared
  const commitments = new CommitmentMap(key, shared.opening.det)
  return await fromHistory({ recorded: shared, commitments }, ports, async (opening, history, sandbox) => {
    const { reasoner, signal, suspend } = ports
    const { ports: services, ...opened } = await ports.open(await beginning(opening), fork)
    const request = {
      ...(await recordedRequest(shared, opening)),
      ...opened,
      fork,
      signal,
      ...defined({ suspend }),
      elapsedMs: 0,
    }
    const earlier = {
      journal: (anew: LiveJournal) => new ForkJournal(history, anew, commitments),
      endedBy: (asked: AbortSignal) => history.endedBy(asked),
      epochMs: opening.det.epochMs,
      records: [],
    }
    return await executeRun(request, { ...services, sandbox, reasoner }, earlier)
  })
}
