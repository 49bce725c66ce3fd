import { type Det, defined, openingPath, WritError } from '@writ/contract'
import { type AnyRecord, canonicalJson, type RecordOf } from '@writ/evidence'
import { closedModels } from '../basis/closed-models.ts'
import { guestSeed } from '../basis/guest-seed.ts'
import { type StepId, stepKey } from '../basis/step-id.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { CHANGES, type Fork, type ForkChanges } from '../state/fork.ts'

/** What a run was before a step: its records up to there. */
export interface SharedRun extends RecordedRun {
  readonly key: Uint8Array
  readonly opening: RecordOf<'run.open'>
}

/** Kinds that begin or end a run: nothing can be done anew at them. */
const ENDS: ReadonlySet<string> = new Set([
  'run.open',
  'strategy.chosen',
  'output.release',
  'run.close',
  'run.abort',
])

/**
 * What a run recorded before a step, without the calls that had no result by then: they are made anew, too. Rejects with
 * `BAD_FORK` where it cannot be forked, and `KEY_UNAVAILABLE` once it was erased.
 */
export async function forkAt(
  recorded: RecordedRun,
  at: StepId,
  prompt: string | null,
): Promise<{ readonly shared: SharedRun; readonly fork: Fork }> {
  const { run, key, records } = recorded
  const [opening] = records
  const first = records.findIndex(({ lane, n }) => lane === at.lane && n === at.n)
  const step = records[first]
  if (opening?.kind !== 'run.open' || step === undefined || ENDS.has(step.kind))
    throw badFork(run, `it has no step ${at.lane}/${at.n} that can be done anew`)
  if (prompt !== null && (step.kind !== 'model.call' || step.det.items !== 1))
    throw badFork(run, `${at.lane}/${at.n} does not ask a model one thing, so it has no prompt to change`)
  if (key === undefined) throw new WritError('KEY_UNAVAILABLE', `The key of the run ${run} is gone.`, { run })
  const kept = answered(records.slice(0, first))
  const models = closedModels(sharedModels(run, opening.det, step.seq))
  const seeds = await seedsOf(recorded, key, kept)
  const shares = amongSteps(kept)
  return {
    shared: { run, key, opening, records: kept, payload: (path) => recorded.payload(path) },
    fork: { run, at, records: kept.length, models, changes: { prompt, seeds }, shares },
  }
}

/** The fork that an opening record tells of; undefined for a run that was not forked. */
export async function readFork(
  { records }: RecordedRun,
  opening: RecordedStep<'run.open'>,
): Promise<Fork | undefined> {
  const { fork } = opening.det
  if (fork === undefined) return undefined
  return {
    ...fork,
    models: closedModels(fork),
    changes: JSON.parse(await opening.text(CHANGES)) as ForkChanges,
    shares: amongSteps(records.slice(0, fork.records)),
  }
}

function amongSteps(records: readonly AnyRecord[]): (id: StepId) => boolean {
  const steps = new Set(records.map(stepKey))
  return (id) => steps.has(stepKey(id))
}

/** Records without the commands to models that had no result. */
function answered(records: readonly AnyRecord[]): readonly AnyRecord[] {
  const open = new Set<string>()
  for (const record of records) {
    if (record.kind === 'model.call' && record.det.outcome === 'ok') open.add(stepKey(record))
    if (record.kind === 'model.result') open.delete(stepKey(record))
  }
  return records.filter((record) => !open.has(stepKey(record)))
}

/** A run that changed models at a fork of its own has one set of them before it and another after. */
function sharedModels(run: string, opening: Det['run.open'], end: number): ListedModels {
  const { fork } = opening
  const own = listed(opening)
  if (fork === undefined || canonicalJson(listed(fork)) === canonicalJson(own)) return own
  if (end <= fork.records) return listed(fork)
  throw badFork(run, `it changed its models at its own fork from ${fork.run}, which lies before that step`)
}

type ListedModels = Pick<Det['run.open'], 'models' | 'fallbacks' | 'verifier'>

function listed({ models, fallbacks, verifier }: ListedModels): ListedModels {
  return { models, ...defined({ fallbacks, verifier }) }
}

async function seedsOf(
  recorded: RecordedRun,
  key: Uint8Array,
  records: readonly AnyRecord[],
): Promise<ForkChanges['seeds']> {
  const stored = await recorded.payload(openingPath(CHANGES))
  const known = stored === undefined ? {} : (JSON.parse(Buffer.from(stored).toString()) as ForkChanges).seeds
  const lanes = [...new Set(records.map(({ lane }) => lane))]
  return Object.fromEntries(lanes.map((lane) => [lane, known[lane] ?? guestSeed(key, lane)]))
}

function badFork(run: string, why: string): WritError {
  return new WritError('BAD_FORK', `The run ${run} cannot be forked there: ${why}.`, { run })
}
