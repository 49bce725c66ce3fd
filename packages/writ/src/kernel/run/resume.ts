import { defined, type Reasoner, type Sandbox, WritError } from '@writ/contract'
import { encodeRecord } from '@writ/evidence'
import type { KernelPorts, RunModels } from '../basis/ports.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { LiveJournal } from '../journal/live-journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { ResumeJournal } from '../journal/resume-journal.ts'
import { fromHistory } from './from-history.ts'
import { recordedRequest } from './recorded-request.ts'
import { executeRun, type RunResult } from './run.ts'
import { beginning, type RunStart } from './run-start.ts'

/** The same again, in another process: models to send to, and the services. */
export interface Reopened {
  readonly models: RunModels
  readonly ports: Omit<KernelPorts, 'sandbox' | 'reasoner'>
}

/** What a resume needs before it can open the rest. */
export interface ResumePorts {
  readonly sandbox: Sandbox
  readonly reasoner: Reasoner
  /** Opens what the run began with. Rejects with `RESUME_MISMATCH` when it is not what it was. */
  reopen(began: RunStart): Promise<Reopened>
  readonly signal: AbortSignal
  readonly suspend?: AbortSignal
}

/**
 * Goes on with a run whose process ended: what is recorded is done again and compared, then the run goes on where its
 * record ends. What was in doubt is sent again under the same idempotency key; nothing with a result is. Rejects with
 * `RUN_NOT_OPENED`, `RUN_ENDED` for an aborted run, and `RESUME_MISMATCH`; then nothing was sent and nothing recorded.
 */
export async function resumeRun(
  recorded: RecordedRun,
  ports: ResumePorts,
): Promise<RunResult & { readonly path: string }> {
  const { run, records } = recorded
  const last = records.at(-1)
  if (last === undefined) throw new WritError('RUN_NOT_OPENED', `The run ${run} has no records.`, { run })
  if (last.kind === 'run.abort') throw new WritError('RUN_ENDED', `The run ${run} was aborted.`, { run })
  return await fromHistory({ recorded }, ports, async (opening, history, sandbox) => {
    checkShared(run, opening, records.length)
    const began = await beginning(opening)
    const { models, ports: services } = await ports.reopen(began)
    const { signal, suspend, reasoner } = ports
    const request = {
      ...(await recordedRequest(recorded, opening)),
      models,
      signal,
      ...defined({ suspend }),
      elapsedMs: last.obs.at - opening.obs.at,
      setup: began.setup,
    }
    const earlier = {
      journal: (anew: LiveJournal) => new ResumeJournal(history, anew),
      endedBy: (asked: AbortSignal) => history.endedBy(asked),
      epochMs: opening.det.epochMs,
      records: records.map(leafOf),
    }
    const result = await executeRun(request, { ...services, sandbox, reasoner }, earlier)
    return { ...result, path: began.setup.evidence }
  })
}

/** A fork that was cut off before all it shares was recorded has nothing to take the rest from. */
function checkShared(run: string, { det }: RecordedStep<'run.open'>, records: number): void {
  if (det.fork === undefined || records >= det.fork.records) return
  const from = `${det.fork.run} at ${det.fork.at.lane}/${det.fork.at.n}`
  throw new WritError(
    'RESUME_MISMATCH',
    `The run ${run} was cut off while it took over what it shares with ${from}; nothing was sent: fork again.`,
    { run },
  )
}

function leafOf(record: RecordedRun['records'][number]): { lane: string; bytes: Uint8Array } {
  return { lane: record.lane, bytes: encodeRecord(record) }
}
