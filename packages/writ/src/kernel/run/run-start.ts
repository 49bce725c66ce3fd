import {
  defined,
  type Limits,
  type Omitted,
  type Partition,
  type RecordedFallbacks,
  type RecordedModel,
  type Tunings,
  WritError,
} from '@writ/contract'
import type { Divergence } from '../journal/divergence.ts'
import type { RecordedStep } from '../journal/journal.ts'
import { recordedPartitions, recordedProfiles } from './recorded-request.ts'
import type { RunSetup } from './run-request.ts'

/** What a run began with, as its opening record and what lies beside it tell. */
export interface RunStart {
  readonly question: string
  readonly limits: Limits
  readonly bundle: string
  readonly models: readonly RecordedModel[]
  readonly fallbacks?: RecordedFallbacks
  readonly verifier?: readonly RecordedModel[]
  readonly profiles: Tunings
  readonly partitions: readonly Partition[]
  readonly omitted: readonly Omitted[]
  readonly setup: RunSetup
}

/** What a run began with. */
export async function beginning(opening: RecordedStep<'run.open'>): Promise<RunStart> {
  const { bundle, models, fallbacks, verifier, limits } = opening.det
  const question = await opening.text('question')
  const setup = JSON.parse(await opening.text('setup')) as RunSetup
  const profiles = await recordedProfiles(opening)
  return {
    question,
    limits,
    bundle,
    models,
    profiles,
    setup,
    ...defined({ fallbacks, verifier }),
    ...(await recordedPartitions(opening)),
  }
}

/** The error of a run that does not follow its record. */
export function mismatch(run: string, { outcome, at }: Divergence): WritError {
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
