import {
  type Answer,
  type Clock,
  type ContextStore,
  type DecisionPoint,
  type Omitted,
  type Partition,
  type Reasoner,
  type Sandbox,
  type Signer,
  type TableQueries,
  WritError,
} from '@writ/contract'
import { closedModels } from '../basis/closed-models.ts'
import type { KernelPorts } from '../basis/ports.ts'
import type { Divergence } from '../journal/divergence.ts'
import type { RecordedStep } from '../journal/journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { ReplayJournal } from '../journal/replay-journal.ts'
import { Suspension } from '../journal/suspension.ts'
import { recordedPartitions, recordedRequest } from './recorded-request.ts'
import { recordedSandbox } from './recorded-sandbox.ts'
import { createState, runToClose } from './run.ts'
import { guestAbi, OPENING } from './run-records.ts'
import type { RunSetup } from './run-request.ts'

/** What a replay needs of the services: what shapes a frame, and nothing that reaches outside. */
export interface ReplayPorts {
  readonly clock: Clock
  readonly sandbox: Sandbox
  readonly reasoner: Reasoner
  /** Hash of the policy bundle to hold the run against; that of the record when there is none. */
  readonly bundle?: string
  readonly signal?: AbortSignal
}

/** What a replay came to. */
export interface ReplayReport {
  readonly outcome: 'IDENTICAL' | Divergence['outcome']
  /** Steps done again and found equal. */
  readonly steps: number
  /** Where it left its record, when it did. */
  readonly at: Divergence['at'] | null
}

/**
 * Does a recorded run again: its cells run, but those whose ending came from outside, and its prompts are built. Each step is
 * compared with its record, field by field, and answered from it. Nothing is decided, read, sent or written.
 */
export async function replayRun(recorded: RecordedRun, ports: ReplayPorts): Promise<ReplayReport> {
  return (await again(recorded, ports)).report
}

/** The answer of a run that has closed, taken from its record by doing it again. Rejects with `RESUME_MISMATCH`. */
export async function answerAgain(recorded: RecordedRun, ports: ReplayPorts): Promise<Answer> {
  const { run, records } = recorded
  const { report, answer } = await again(recorded, ports)
  if (answer === undefined || report.outcome !== 'IDENTICAL' || records.at(-1)?.kind !== 'run.close')
    throw new WritError(
      'RESUME_MISMATCH',
      `The answer of run ${run} cannot be made again: ${report.outcome}.`,
      {
        run,
        data: { ...report },
      },
    )
  return answer
}

async function again(
  recorded: RecordedRun,
  ports: ReplayPorts,
): Promise<{ readonly report: ReplayReport; readonly answer: Answer | undefined }> {
  const journal = new ReplayJournal(recorded)
  let answer: Answer | undefined
  try {
    answer = await replay(journal, recorded, ports)
  } catch (error) {
    // What ends a replay early is its divergence, which aborts whatever was under way.
    if (!journal.signal.aborted) throw error
  } finally {
    journal.rest()
  }
  ports.signal?.throwIfAborted()
  const { outcome, at } = journal.divergence() ?? ({ outcome: 'IDENTICAL', at: null } as const)
  return { report: { outcome, steps: journal.steps, at }, answer }
}

async function replay(journal: ReplayJournal, recorded: RecordedRun, ports: ReplayPorts): Promise<Answer> {
  const { run, key } = recorded
  const opening = await journal.recorded(OPENING, 'run.open')
  const { sandbox, reasoner } = ports
  journal.sameCode(OPENING, guestAbi(sandbox.confinement.guestAbi, reasoner.digest))
  if (key === undefined) return journal.gone(OPENING, 'the key of the run')
  const { signal: stop } = ports
  const signal = stop === undefined ? journal.signal : AbortSignal.any([journal.signal, stop])
  const models = closedModels(opening.det)
  const request = {
    ...(await recordedRequest(recorded, opening)),
    models,
    signal,
    elapsedMs: 0,
    setup: NO_SETUP,
  }
  const kernelPorts = await recordedPorts(opening, { ...recorded, key }, ports)
  const { epochMs } = opening.det
  const suspension = new Suspension(run)
  const state = createState(request, kernelPorts, { journal, suspension, epochMs, signal, halt: ignored })
  return (await runToClose(state, request, () => Promise.resolve())).answer
}

/** A replay ends where its record does. */
function ignored(): void {
  // What halted the run is in the record.
}

/** A replay reaches nothing outside, so it needs none. */
const NO_SETUP: RunSetup = Object.freeze({
  baseUrl: null,
  policy: null,
  evidence: '',
  witnesses: [],
  witnessQuorum: 0,
  notes: null,
})

/** The ports of a run that is done again: what shapes a frame is real, the world outside is as it was recorded. */
async function recordedPorts(
  opening: RecordedStep<'run.open'>,
  { run, key }: RecordedRun & { readonly key: Uint8Array },
  { clock, sandbox, reasoner, bundle = opening.det.bundle }: ReplayPorts,
): Promise<KernelPorts> {
  const { partitions, omitted } = await recordedPartitions(opening)
  return {
    clock,
    reasoner,
    sandbox: { ...recordedSandbox(sandbox, opening.det.confinement), sql: REPLAY_QUERIES },
    store: replayStore(partitions, omitted),
    policy: replayPolicy(bundle, opening.det.osUser),
    signer: CLOSED_SIGNER,
    callModel: () => outside('a model call'),
    countCalls: () => outside('a count of calls'),
    log: {
      run,
      key,
      append: () => outside('a record'),
      seal: () => outside('a seal'),
      finish: () => outside('an end'),
      records: () => closed('reading records'),
    },
    onEvent: () => undefined,
  }
}

const REPLAY_QUERIES: TableQueries = {
  names: () => outside('a query'),
  run: () => outside('a query'),
}

function replayStore(partitions: readonly Partition[], omitted: readonly Omitted[]): ContextStore {
  return {
    partitions,
    omitted,
    skipped: {},
    locate: () => closed('a document'),
    documents: () => closed('a listing'),
    select: () => outside('a selection'),
    firstDocuments: () => closed('a listing'),
    search: () => outside('a search'),
    grep: () => outside('a pattern'),
    read: () => outside('a read'),
    outline: () => outside('an outline'),
    dates: () => outside('dates'),
    amounts: () => outside('amounts'),
    similar: () => outside('a comparison'),
    references: () => outside('references'),
    messages: () => outside('messages'),
    tables: () => closed('a listing'),
    tableRows: () => outside('rows'),
    rowsAt: () => outside('rows'),
    symbols: () => outside('symbols'),
    links: () => outside('links'),
    origin: () => outside('an origin'),
    addTexts: () => outside('an ingestion'),
    close: () => Promise.resolve(),
  }
}

function replayPolicy(hash: string, osUser: string): DecisionPoint {
  return {
    bundle: { name: 'recorded', hash, files: {} },
    osUser,
    user: () => closed('a user'),
    confinement: undefined,
    halts: () => false,
    profile: () => closed('a profile'),
    sink: () => closed('a sink'),
    collection: () => closed('a collection'),
    model: () => closed('a model'),
    decide: () => outside('a decision'),
    close: () => Promise.resolve(),
  }
}

const CLOSED_SIGNER: Signer = {
  publicKey: () => closed('a key'),
  sign: () => outside('a signature'),
}

/** INVARIANT: a replay has no way out; whatever would reach outside is a fault of the gate. */
function closed(what: string): never {
  throw new WritError('INTERNAL', `A replay asked for ${what} that is not in its record.`)
}

function outside(what: string): Promise<never> {
  return Promise.resolve().then(() => closed(what))
}
