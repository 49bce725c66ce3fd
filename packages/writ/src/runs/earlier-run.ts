import {
  defined,
  type EarlierRun,
  everyPartition,
  type Label,
  type Message,
  type Omitted,
  openingPath,
  type Partition,
  type RecordedFallbacks,
  type RecordedModel,
  WritError,
} from '@writ/contract'
import { canonicalJson, hex, leafHash, MerkleTree } from '@writ/evidence'
import { homeRun } from '../export/home-source.ts'
import { ContentReader, type RunSource, type Step } from '../export/index.ts'
import { type RunSteps, stepsOf } from '../export/steps/run-steps.ts'
import { Viewer, type ViewOptions } from '../export/view-access.ts'
import { requireNotErased } from '../files/erasures.ts'
import type { HomeServices } from '../home/home-services.ts'
import { EARLIER, type RunSetup } from '../kernel/index.ts'
import { retentionOf } from '../ledger/index.ts'

/** A finished run of the home that a question goes on from. */
export interface EarlierAnswer extends EarlierRun {
  /** What it answered, as text. */
  readonly text: string
  readonly label: Label
  /** What was said before it, its question, and its answer. */
  readonly messages: readonly Message[]
  readonly partitions: readonly Partition[]
  readonly omitted: readonly Omitted[]
  readonly models: readonly RecordedModel[]
  readonly fallbacks?: RecordedFallbacks
  readonly verifier?: readonly RecordedModel[]
  readonly setup: RunSetup
  /** Its retention class: what is said again is kept as long. */
  readonly retention: string | undefined
}

/**
 * Reads a run to go on from, for somebody who may see its answer under the policy in force. Rejects with `UNKNOWN_RUN`,
 * `NOT_ANSWERED`, `KEY_UNAVAILABLE` and `POLICY_DENIED`.
 */
export async function readEarlier(
  services: HomeServices,
  run: string,
  asker: ViewOptions,
): Promise<EarlierAnswer> {
  const { home } = services
  requireNotErased(home, run)
  const { source } = await homeRun(services, run)
  const steps = await stepsOf(source)
  const { closing, released } = requireAnswered(run, steps)
  const viewer = new Viewer(await services.policy(), everyPartition(steps.opening.det), asker)
  const withheld = await viewer.withheld(released.label, released.touched)
  if (withheld !== null)
    throw new WritError('POLICY_DENIED', `The run ${run} cannot be gone on from: ${withheld}.`, { run })
  const text = await answerOf(source, steps, released)
  const question = await beside(source, 'question')
  const before = steps.opening.det.earlier === undefined ? '[]' : await beside(source, EARLIER)
  await viewer.note(home, run, 'continue')
  return {
    run,
    ...(await treeOf(source)),
    text,
    label: closing.det.label,
    messages: [
      ...(JSON.parse(before) as readonly Message[]),
      { role: 'user', text: question },
      { role: 'assistant', text },
    ],
    partitions: JSON.parse(await beside(source, 'partitions')) as readonly Partition[],
    omitted: JSON.parse(await beside(source, 'omitted')) as readonly Omitted[],
    models: steps.opening.det.models,
    ...defined({ fallbacks: steps.opening.det.fallbacks, verifier: steps.opening.det.verifier }),
    setup: JSON.parse(await beside(source, 'setup')) as RunSetup,
    retention: retentionOf(home, run),
  }
}

function requireAnswered(
  run: string,
  { closing, abort, steps }: RunSteps,
): { readonly closing: NonNullable<RunSteps['closing']>; readonly released: Step } {
  const released = steps.find(
    ({ kind, lane, outcome }) => kind === 'output.release' && lane === '0' && outcome === 'ok',
  )
  if (closing !== undefined && released !== undefined) return { closing, released }
  const why =
    abort !== undefined ? 'was aborted' : closing === undefined ? 'has not ended' : 'released no answer'
  throw new WritError('NOT_ANSWERED', `There is nothing to go on from: the run ${run} ${why}.`, { run })
}

async function answerOf(source: RunSource, steps: RunSteps, released: Step): Promise<string> {
  const found = await new ContentReader(source, steps).released(released)
  if (found === null) throw gone(source.run)
  const { value } = found
  return typeof value === 'string' ? value : canonicalJson(value)
}

async function beside(source: RunSource, name: string): Promise<string> {
  const text = await source.text(openingPath(name))
  if (text === undefined) throw gone(source.run)
  return text
}

function gone(run: string): WritError {
  return new WritError(
    'KEY_UNAVAILABLE',
    `What the run ${run} asked and answered cannot be opened any more.`,
    { run },
  )
}

async function treeOf(source: RunSource): Promise<Pick<EarlierRun, 'root' | 'records'>> {
  const tree = new MerkleTree()
  for await (const record of source.records()) tree.append(leafHash(record))
  return { root: hex(tree.root()), records: tree.size }
}
