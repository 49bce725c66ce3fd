import {
  type Amount,
  addAmounts,
  isWritError,
  type Ledger,
  NOTHING,
  type Outcome,
  RESULT_OF,
  type RecordedFork,
  type RecordedPartition,
  type Status,
  WritError,
} from '@writ/contract'
import { type AnyRecord, decodeRecord } from '@writ/evidence'

/** A frame as its records show it. */
export interface FrameView {
  readonly lane: string
  readonly depth: number
  readonly parent: string | null
  /** Null once the run's key is gone. */
  readonly goal: string | null
  readonly turns: number
}

/** A step: its command and what came of it. */
export interface StepView {
  readonly seq: number
  readonly lane: string
  readonly n: number
  readonly kind: string
  /** The same for the same request in any run; null for steps that ask for nothing, or once the run's key is gone. */
  readonly commandHash: string | null
  /** `in-doubt` for a command without a result. */
  readonly outcome: Outcome
  /** Taken over from the run this one was forked from. */
  readonly shared: boolean
}

/** What a forked run shares. */
export interface ForkView extends Pick<RecordedFork, 'run' | 'at' | 'records'> {
  /** Charged for the shared steps: paid once, by the other run, and counted in the limits of both. */
  readonly charged: Amount
}

/** A run as `writ show` gives it. */
export interface RunView {
  readonly run: string
  readonly status: Status | 'open' | 'aborted'
  readonly question: string | null
  readonly frames: readonly FrameView[]
  readonly steps: readonly StepView[]
  /** Null for a run of its own. */
  readonly fork: ForkView | null
}

/** What a run could read, as its opening record declares it; nothing where that was not written. Rejects with `UNKNOWN_RUN`. */
export async function partitionsOf(ledger: Ledger, run: string): Promise<readonly RecordedPartition[]> {
  for await (const bytes of ledger.records(run)) {
    const record = decodeRecord(bytes)
    return record.kind === 'run.open' ? record.det.partitions : []
  }
  return []
}

/** Reads a run back from the ledger. Rejects with `UNKNOWN_RUN`. */
export async function showRun(ledger: Ledger, run: string): Promise<RunView> {
  const head = (await ledger.runs()).find((candidate) => candidate.run === run)
  if (head === undefined) throw new WritError('UNKNOWN_RUN', `There is no run ${run} in this home.`)
  // A question is never empty: this one does not open any more.
  const question = head.question === '' ? null : head.question
  const steps = new Map<string, StepView>()
  const frames = new Map<string, FrameView>([
    ['0', { lane: '0', depth: 0, parent: null, goal: question, turns: 0 }],
  ])
  let fork: ForkView | null = null
  for await (const bytes of ledger.records(run)) {
    const record = decodeRecord(bytes)
    fork = forkView(record, fork)
    await note(ledger, run, record, { steps, frames, shared: record.seq < (fork?.records ?? 0) })
  }
  return {
    run,
    status: head.status,
    question,
    frames: [...frames.values()],
    steps: [...steps.values()],
    fork,
  }
}

function forkView(record: AnyRecord, known: ForkView | null): ForkView | null {
  if (record.kind === 'run.open' && record.det.fork !== undefined) {
    const { run, at, records } = record.det.fork
    return { run, at, records, charged: NOTHING }
  }
  if (record.kind !== 'model.result' || known === null || record.seq >= known.records) return known
  return { ...known, charged: addAmounts(known.charged, record.det.charged) }
}

async function note(
  ledger: Ledger,
  run: string,
  record: AnyRecord,
  {
    steps,
    frames,
    shared,
  }: {
    readonly steps: Map<string, StepView>
    readonly frames: Map<string, FrameView>
    readonly shared: boolean
  },
): Promise<void> {
  const { seq, lane, n, kind } = record
  const key = `${lane}/${n}`
  const known = steps.get(key)
  if (known !== undefined) {
    // A retry says nothing of the outcome; a result does.
    if ('outcome' in record.det) steps.set(key, { ...known, outcome: record.det.outcome })
    return
  }
  const open = RESULT_OF[kind] !== undefined && 'outcome' in record.det && record.det.outcome === 'ok'
  const outcome = open ? 'in-doubt' : 'outcome' in record.det ? record.det.outcome : 'ok'
  steps.set(key, {
    seq,
    lane,
    n,
    kind,
    commandHash: await stored(ledger, run, `${key}/${kind}/hash`),
    outcome,
    shared,
  })
  const frame = frames.get(lane)
  if (record.kind === 'model.call' && record.det.role === 'turn' && frame !== undefined)
    frames.set(lane, { ...frame, turns: frame.turns + 1 })
  if (record.kind === 'frame.spawn' && record.det.outcome === 'ok') {
    const { child } = record.det
    const goal = await stored(ledger, run, `${key}/${kind}/goal`)
    frames.set(child, { lane: child, depth: child.split('.').length - 1, parent: lane, goal, turns: 0 })
  }
}

async function stored(ledger: Ledger, run: string, path: string): Promise<string | null> {
  try {
    const bytes = await ledger.payload(run, path)
    return bytes === undefined ? null : Buffer.from(bytes).toString('utf8')
  } catch (error) {
    if (isWritError(error)) return null
    throw error
  }
}
