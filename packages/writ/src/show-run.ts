import {
  type Amount,
  addAmounts,
  isWritError,
  type Ledger,
  NOTHING,
  type Outcome,
  RESULT_OF,
  type RecordedFork,
  type Status,
  WritError,
} from '@writ/contract'
import {
  type AnyRecord,
  decodeRecord,
  type FrameFacts,
  foldRun,
  type RecordVisitor,
  type RunVisitor,
} from '@writ/evidence'

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

/** Reads a run back from the ledger. Rejects with `UNKNOWN_RUN`. */
export async function showRun(ledger: Ledger, run: string): Promise<RunView> {
  const head = (await ledger.runs()).find((candidate) => candidate.run === run)
  if (head === undefined) throw new WritError('UNKNOWN_RUN', `There is no run ${run} in this home.`)
  // A question is never empty: this one does not open any more.
  const question = head.question === '' ? null : head.question
  const showing = new Showing(ledger, run, question)
  await foldRun(recordsOf(ledger, run), showing)
  const { frames, steps, fork } = showing
  return {
    run,
    status: head.status,
    question,
    frames: [...frames.values()],
    steps: [...steps.values()],
    fork,
  }
}

async function* recordsOf(ledger: Ledger, run: string): AsyncGenerator<AnyRecord> {
  for await (const bytes of ledger.records(run)) yield decodeRecord(bytes)
}

/** A frame whose turns are being counted. */
type CountedFrame = { -readonly [K in keyof FrameView]: FrameView[K] }

/** Gathers the frames and steps of a run. */
class Showing implements RunVisitor<CountedFrame, Promise<void> | void> {
  readonly #ledger: Ledger
  readonly #run: string
  /** What frames are asked, known before they open. */
  readonly #goals: Map<string, string | null>
  readonly frames: Map<string, CountedFrame> = new Map()
  readonly steps: Map<string, StepView> = new Map()
  fork: ForkView | null = null

  constructor(ledger: Ledger, run: string, question: string | null) {
    this.#ledger = ledger
    this.#run = run
    this.#goals = new Map([['0', question]])
  }

  opened({ lane, depth, parent }: FrameFacts<CountedFrame>): CountedFrame {
    const goal = this.#goals.get(lane) ?? null
    const frame = { lane, depth, parent: parent?.lane ?? null, goal, turns: 0 }
    this.frames.set(lane, frame)
    return frame
  }

  /** What is of no frame is still a step that was recorded. */
  stray(record: AnyRecord): Promise<void> {
    return this.#begin(record, outcomeIn(record))
  }

  readonly records: RecordVisitor<CountedFrame, Promise<void> | void> = {
    'run.open': (record) => {
      const { fork } = record.det
      if (fork !== undefined)
        this.fork = { run: fork.run, at: fork.at, records: fork.records, charged: NOTHING }
      return this.#begin(record, 'ok')
    },
    'strategy.chosen': (record) => this.#begin(record, 'ok'),
    'context.search': (record) => this.#begin(record, record.det.outcome),
    'context.read': (record) => this.#begin(record, record.det.outcome),
    local: (record) => this.#begin(record, record.det.outcome),
    'model.call': (record, { frame }) => {
      if (record.det.role === 'turn') frame.own.turns += 1
      return this.#begin(record, outcomeIn(record))
    },
    // A retry says nothing of the outcome; a result does.
    'model.attempt': () => undefined,
    'model.usage': () => undefined,
    'model.result': (record) => {
      this.#end(record, record.det.outcome)
      if (this.fork !== null && record.seq < this.fork.records)
        this.fork = { ...this.fork, charged: addAmounts(this.fork.charged, record.det.charged) }
    },
    cell: (record) => this.#begin(record, record.det.outcome),
    'frame.spawn': async (record) => {
      const { child } = record.det
      const goal = await stored(this.#ledger, this.#run, `${record.lane}/${record.n}/${record.kind}/goal`)
      this.#goals.set(child, goal)
      await this.#begin(record, outcomeIn(record))
    },
    'frame.join': (record) => this.#end(record, record.det.outcome),
    'output.release': (record) => this.#begin(record, record.det.outcome),
    'run.close': (record) => this.#begin(record, 'ok'),
    'run.abort': (record) => this.#begin(record, 'ok'),
  }

  async #begin({ seq, lane, n, kind }: AnyRecord, outcome: Outcome): Promise<void> {
    const key = `${lane}/${n}`
    const commandHash = await stored(this.#ledger, this.#run, `${key}/${kind}/hash`)
    const shared = seq < (this.fork?.records ?? 0)
    this.steps.set(key, { seq, lane, n, kind, commandHash, outcome, shared })
  }

  #end({ lane, n }: AnyRecord, outcome: Outcome): void {
    const key = `${lane}/${n}`
    const known = this.steps.get(key)
    if (known !== undefined) this.steps.set(key, { ...known, outcome })
  }
}

/** How a step stands once its first record is written: a command that was sent is in doubt until its result. */
function outcomeIn({ kind, det }: AnyRecord): Outcome {
  const outcome = 'outcome' in det ? det.outcome : 'ok'
  return RESULT_OF[kind] !== undefined && outcome === 'ok' ? 'in-doubt' : outcome
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
