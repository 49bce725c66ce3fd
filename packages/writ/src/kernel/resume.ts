import {
  defined,
  type Limits,
  type Omitted,
  type Partition,
  type Reasoner,
  type RecordedModel,
  type Sandbox,
  WritError,
} from '@writ/contract'
import { encodeRecord } from '@writ/evidence'
import { type Parting, Past, type RecordOf } from './past.ts'
import type { KernelPorts, RunModels } from './ports.ts'
import { recordedPartitions, recordedRequest } from './recorded-request.ts'
import type { RecordedRun } from './recorded-run.ts'
import { executeRun, type RunResult } from './run.ts'
import { guestAbi, OPENING, type RunSetup } from './run-records.ts'

/** What a run began with, as its opening record and what lies beside it tell. */
export interface Began {
  readonly question: string
  readonly limits: Limits
  readonly bundle: string
  readonly models: readonly RecordedModel[]
  readonly partitions: readonly Partition[]
  readonly omitted: readonly Omitted[]
  readonly setup: RunSetup
}

/** The same again, in another process: models to send to, and the rooms. */
export interface Reopened {
  readonly models: RunModels
  readonly ports: Omit<KernelPorts, 'sandbox' | 'reasoner'>
}

/** What a resume needs before it can open the rest. */
export interface ResumePorts {
  readonly sandbox: Sandbox
  readonly reasoner: Reasoner
  /** Opens what the run began with. Rejects with `RESUME_MISMATCH` when it is not what it was. */
  reopen(began: Began): Promise<Reopened>
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
  const past = new Past(recorded, 'goes on')
  try {
    const opening = past.at(OPENING, 'run.open')
    past.sameCode(opening, guestAbi(ports.sandbox.confinement.guestAbi, ports.reasoner.digest))
    checkShared(run, opening, records.length)
    const began = await beginning(past, opening)
    const { models, ports: rooms } = await ports.reopen(began)
    const { signal, suspend, sandbox, reasoner } = ports
    const request = {
      ...(await recordedRequest(past, opening)),
      models,
      signal,
      ...defined({ suspend }),
      elapsedMs: last.obs.at - opening.obs.at,
      setup: began.setup,
    }
    const { epochMs } = opening.det
    const earlier = { past, epochMs, records: records.map(leafOf) }
    const result = await executeRun(request, { ...rooms, sandbox, reasoner }, earlier)
    return { ...result, answer: asRecorded(result.answer, last), path: began.setup.evidence }
  } catch (error) {
    const parting = past.signal.aborted ? past.parting() : undefined
    throw parting === undefined ? error : mismatch(run, parting)
  } finally {
    past.rest()
  }
}

/** A fork that was cut off before all it shares was recorded has nothing to take the rest from. */
function checkShared(run: string, { det }: RecordOf<'run.open'>, records: number): void {
  if (det.fork === undefined || records >= det.fork.records) return
  const from = `${det.fork.run} at ${det.fork.at.lane}/${det.fork.at.n}`
  throw new WritError(
    'RESUME_MISMATCH',
    `The run ${run} was cut off while it took over what it shares with ${from}; nothing was sent: fork again.`,
    { run },
  )
}

/** What a run began with. */
export async function beginning(past: Past, opening: RecordOf<'run.open'>): Promise<Began> {
  const { bundle, models, limits } = opening.det
  const question = await past.text(opening, 'question')
  const setup = JSON.parse(await past.text(opening, 'setup')) as RunSetup
  return { question, limits, bundle, models, setup, ...(await recordedPartitions(past, opening)) }
}

function leafOf(record: RecordedRun['records'][number]): { lane: string; bytes: Uint8Array } {
  return { lane: record.lane, bytes: encodeRecord(record) }
}

/** A run that had closed took as long as its close says. */
function asRecorded(answer: RunResult['answer'], last: RecordedRun['records'][number]): RunResult['answer'] {
  if (last.kind !== 'run.close') return answer
  return { ...answer, usage: { ...answer.usage, wallMs: last.obs.tookMs } }
}

/** The error of a run that does not follow its record. */
export function mismatch(run: string, { outcome, at }: Parting): WritError {
  const where = `lane ${at.lane}, step ${at.n} ${at.pointer}`
  const what = `expected ${JSON.stringify(at.expected)}, found ${JSON.stringify(at.found)}`
  return new WritError(
    'RESUME_MISMATCH',
    `The run ${run} does not follow its record: ${outcome} at ${where}: ${what}.`,
    {
      run,
      data: { outcome, at },
    },
  )
}
