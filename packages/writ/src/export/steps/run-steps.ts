import {
  type Amount,
  addAmounts,
  cachedInputTokens,
  joinLabels,
  type Label,
  NOTHING,
  type Outcome,
  RESULT_OF,
  type RecordedCheck,
  type RecordedDecision,
  type SpawnMode,
  type Unsent,
  WritError,
} from '@writ/contract'
import {
  type AnyRecord,
  allModels,
  decodeRecord,
  type FrameFacts,
  type RecordOf,
  type RecordPlace,
  type RecordVisitor,
  RunFold,
} from '@writ/evidence'
import type { RunSource } from '../run-source.ts'
import { rootOutcome } from './root-outcome.ts'

/** A step of a run as its records tell it: its command and what came of it. Nothing of it is content. */
export interface Step {
  readonly seq: number
  readonly lane: string
  readonly n: number
  readonly kind: AnyRecord['kind']
  /** What is done, by its name in the REPL or that of the kind: `search`, `turn`, `leaf`, `cell`. */
  readonly op: string
  /** `in-doubt` for a command without a result. */
  outcome: Outcome
  /** Code of the error; null when there is none. */
  code: string | null
  /** What the step and whatever came of it are labelled. */
  label: Label
  /** Partitions whose text may be in it. */
  touched: ReadonlySet<string>
  /** Partitions it read or searched itself. */
  readonly partitions: readonly string[]
  readonly decisions: readonly RecordedDecision[]
  readonly model: string | null
  /** The step whose failed requests a model call asks of another model; null for a call of its own. */
  readonly instead: number | null
  /** Requests that a model call sent, and what it did not send since an equal one was answered. */
  readonly items: number | null
  /** Those of a batch that have records of their own: they came back. */
  returned: number
  readonly unsent: Unsent | null
  /** The frame it opened. */
  readonly child: string | null
  /** What it, or the frame it opened, was charged; null while that is not known. */
  charged: Amount | null
  /** Input tokens of it that were charged as cached by the provider. */
  cachedInputTokens: number
  /** Whether any of that is the worst case, since the server did not say what was used. */
  bound: boolean
  readonly at: number
  tookMs: number | null
  /** Taken over from the run this one was forked from. */
  readonly shared: boolean
}

/** A frame of a run as its records tell it. */
export interface Frame {
  readonly lane: string
  readonly parent: string | null
  readonly depth: number
  readonly model: string
  readonly mode: SpawnMode | null
  /** The step that opened it. */
  readonly opened: { readonly lane: string; readonly n: number }
  turns: number
  /** `in-doubt` while nothing says how it ended. */
  outcome: Outcome
  label: Label
  charged: Amount | null
  readonly from: number
  to: number
}

/** A run as its records tell it. */
export interface RunSteps {
  readonly opening: RecordOf<'run.open'>
  readonly strategy: RecordOf<'strategy.chosen'> | undefined
  readonly closing: RecordOf<'run.close'> | undefined
  /** What the checks of what was released came to. */
  readonly checks: readonly RecordedCheck[]
  readonly abort: RecordOf<'run.abort'> | undefined
  readonly records: number
  /** In the order they were opened. */
  readonly frames: readonly Frame[]
  /** In the order of their commands. */
  readonly steps: readonly Step[]
}

/** What is kept of an open frame: what it may hold, and so whoever looks at it sees. */
interface Held {
  label: Label
  touched: ReadonlySet<string>
  /** What the values of its blind children hold. */
  readonly sealed: Map<string, { readonly label: Label; readonly touched: ReadonlySet<string> }>
}

type Place = RecordPlace<Held>

/** Reads the steps of a run. Undefined when its records do not begin with its opening. */
export async function readSteps(source: Pick<RunSource, 'records'>): Promise<RunSteps | undefined> {
  const reader = new StepReader()
  for await (const bytes of source.records()) reader.take(decodeRecord(bytes))
  return reader.result
}

/** Reads the steps of a run. Rejects with `UNKNOWN_RUN` for one whose opening was never recorded. */
export async function stepsOf(source: RunSource): Promise<RunSteps> {
  const steps = await readSteps(source)
  if (steps !== undefined) return steps
  throw new WritError('UNKNOWN_RUN', `Nothing of the run ${source.run} is recorded.`, { run: source.run })
}

class StepReader {
  readonly #frames = new Map<string, Frame>()
  readonly #steps = new Map<string, Step>()
  #opening: RecordOf<'run.open'> | undefined
  #strategy: RecordOf<'strategy.chosen'> | undefined
  #closing: RecordOf<'run.close'> | undefined
  #checks: readonly RecordedCheck[] = []
  #abort: RecordOf<'run.abort'> | undefined

  readonly #fold: RunFold<Held, void>

  constructor() {
    const records: RecordVisitor<Held, void> = {
      'run.open': (record, place) => {
        this.#opening ??= record
        this.#begin(record, place, { op: 'open' })
      },
      'strategy.chosen': (record, place) => {
        this.#strategy = record
        this.#begin(record, place, { op: record.det.strategy })
      },
      'context.search': (record, place) => this.#read(record, place),
      'context.read': (record, place) => this.#read(record, place),
      local: (record, place) => this.#begin(record, place, { op: record.det.op }),
      'memory.write': (record, place) => {
        const { decision } = record.det
        this.#begin(record, place, { op: 'note', decisions: decision === null ? [] : [decision] })
      },
      'model.call': (record, place) => this.#call(record, place),
      'model.attempt': nothing,
      'model.usage': (record) => this.#usage(record),
      'model.item': (record, place) => this.#item(record, place),
      'model.result': (record, place) => this.#result(record, place),
      cell: (record, place) => this.#begin(record, place, { op: 'cell', tookMs: record.obs.tookMs }),
      'frame.spawn': (record, place) =>
        this.#begin(record, place, {
          op: record.det.script === undefined ? 'spawn' : `script ${record.det.script.name}`,
          model: record.det.model,
          child: record.det.child,
          decisions: [record.det.decision, ...record.det.ceiling],
        }),
      'frame.join': (record, place) => this.#join(record, place),
      'output.release': (record, place) => this.#release(record, place),
      'run.close': (record, place) => this.#close(record, place),
      'run.abort': (record, place) => {
        this.#abort = record
        this.#begin(record, place, { op: 'abort' })
      },
    }
    this.#fold = new RunFold({
      opened: (frame) => this.#open(frame),
      stray: nothing,
      before: (record, { frame: { own, lane } }) => {
        if ('label' in record.det && record.kind !== 'frame.join')
          own.label = joinLabels(own.label, record.det.label)
        const frame = this.#frames.get(lane)
        if (frame === undefined) return
        frame.label = own.label
        frame.to = Math.max(frame.to, record.obs.at)
      },
      records,
    })
  }

  take(record: AnyRecord): void {
    this.#fold.visit(record)
  }

  get result(): RunSteps | undefined {
    if (this.#opening === undefined) return undefined
    return {
      opening: this.#opening,
      strategy: this.#strategy,
      closing: this.#closing,
      checks: this.#checks,
      abort: this.#abort,
      records: this.#fold.size,
      frames: [...this.#frames.values()],
      steps: [...this.#steps.values()],
    }
  }

  #open({ lane, parent, depth, model, mode, opening }: FrameFacts<Held>): Held {
    const at = opening.obs.at
    const held = heldBy(parent?.own, opening)
    const opened = { lane: opening.lane, n: opening.n }
    const counts = { turns: 0, outcome: 'in-doubt', charged: null } as const
    const facts = { lane, parent: parent?.lane ?? null, depth, model, mode, opened }
    this.#frames.set(lane, { ...facts, ...counts, label: held.label, from: at, to: at })
    return held
  }

  #begin(record: AnyRecord, { frame: { own } }: Place, more: Partial<Step> & { readonly op: string }): void {
    const { seq, lane, n, kind, det, obs } = record
    const recorded = 'outcome' in det ? det.outcome : 'ok'
    const open = RESULT_OF[kind] !== undefined && recorded === 'ok'
    this.#steps.set(`${lane}/${n}`, {
      seq,
      lane,
      n,
      kind,
      outcome: open ? 'in-doubt' : recorded,
      code: 'code' in det && typeof det.code === 'string' && kind !== 'cell' ? det.code : null,
      label: own.label,
      touched: own.touched,
      partitions: [],
      decisions: [],
      model: null,
      instead: null,
      items: null,
      returned: 0,
      unsent: null,
      child: null,
      charged: null,
      cachedInputTokens: 0,
      bound: false,
      at: obs.at,
      tookMs: null,
      shared: seq < (this.#opening?.det.fork?.records ?? 0),
      ...more,
    })
  }

  #read(record: RecordOf<'context.search'> | RecordOf<'context.read'>, place: Place): void {
    const { op, partitions, decisions } = record.det
    const { own } = place.frame
    own.touched = union(own.touched, partitions)
    this.#begin(record, place, { op, partitions, decisions, tookMs: record.obs.tookMs })
  }

  #call(record: RecordOf<'model.call'>, place: Place): void {
    const { role, model, items, decision, reused = [], merged = 0 } = record.det
    const { passed = [], instead = null } = record.det
    const unsent = reused.length + merged === 0 ? null : { reused, merged }
    const decisions = [...passed.flatMap((one) => one.decision ?? []), decision]
    this.#begin(record, place, { op: role, model, instead, items, unsent, decisions })
    const frame = this.#frames.get(record.lane)
    // A turn that is asked of another model instead is the same turn.
    if (role === 'turn' && instead === null && frame !== undefined) frame.turns += 1
  }

  #usage({ lane, n, obs }: RecordOf<'model.usage'>): void {
    const step = this.#steps.get(`${lane}/${n}`)
    if (step === undefined) return
    // A call that was sent again after a restart begins its list anew.
    const before = obs.first === 0 ? 0 : step.cachedInputTokens
    step.cachedInputTokens = before + cachedInputTokens(obs.detail)
    step.bound ||= obs.detail.some(({ chargedAs }) => chargedAs === 'bound')
  }

  /** While its batch has no result, the step shows what came back of it. */
  #item({ lane, n, det, obs }: RecordOf<'model.item'>, { frame: { own } }: Place): void {
    const step = this.#steps.get(`${lane}/${n}`)
    if (step === undefined) return
    step.returned += 1
    step.label = own.label
    step.charged = addAmounts(step.charged ?? NOTHING, det.charged)
    step.cachedInputTokens += cachedInputTokens(obs.detail)
    step.bound ||= obs.detail.some(({ chargedAs }) => chargedAs === 'bound')
  }

  #result({ lane, n, det, obs }: RecordOf<'model.result'>, { frame: { own } }: Place): void {
    const step = this.#steps.get(`${lane}/${n}`)
    if (step === undefined) return
    step.outcome = det.outcome
    step.code = det.code
    step.label = own.label
    step.charged = det.charged
    if (obs.detail.length === obs.attempts) step.cachedInputTokens = cachedInputTokens(obs.detail)
    step.bound ||= obs.detail.some(({ chargedAs }) => chargedAs === 'bound')
    step.tookMs = obs.tookMs
  }

  #join({ lane, n, det, obs }: RecordOf<'frame.join'>, { frame: { own }, child }: Place): void {
    const inner = child?.own
    const touched = union(own.touched, inner?.touched ?? [])
    const label = joinLabels(own.label, det.label)
    const step = this.#steps.get(`${lane}/${n}`)
    if (step !== undefined) {
      // What it came to is the child's, whether its parent may see it or not.
      Object.assign(step, { outcome: det.outcome, code: det.code, label, touched })
      step.charged = det.charged
      step.tookMs = obs.tookMs
    }
    const frame = this.#frames.get(det.child)
    if (frame !== undefined)
      Object.assign(frame, { outcome: det.outcome, charged: det.charged, label: det.label })
    if (det.delivered === 'sealed') {
      own.sealed.set(det.child, { label, touched: unionOf(touched, inner?.sealed) })
      return
    }
    own.label = label
    own.touched = touched
    for (const [held, value] of inner?.sealed ?? []) own.sealed.set(held, value)
  }

  #release(record: RecordOf<'output.release'>, place: Place): void {
    const { decision, sealed, outcome, checks = [] } = record.det
    if (outcome === 'ok') this.#checks = checks
    const { own } = place.frame
    const touched = sealed.reduce((sum, lane) => union(sum, own.sealed.get(lane)?.touched ?? []), own.touched)
    const decisions = decision === null ? [] : [decision]
    this.#begin(record, place, { op: 'release', decisions, touched, tookMs: record.obs.tookMs })
    const frame = this.#frames.get(record.lane)
    if (frame !== undefined) frame.outcome = record.det.outcome
  }

  #close(record: RecordOf<'run.close'>, place: Place): void {
    this.#closing = record
    const { basis, charged } = record.det
    this.#begin(record, place, { op: 'close', tookMs: record.obs.tookMs, charged })
    const frame = this.#frames.get(record.lane)
    if (frame === undefined) return
    frame.charged = charged
    if (basis === null) frame.outcome = rootOutcome(record.det)
  }
}

/** What a frame may hold when it opens: what its parent held, and whatever is sealed in it, for it may be handed that. */
function heldBy(parent: Held | undefined, opening: RecordOf<'run.open'> | RecordOf<'frame.spawn'>): Held {
  const sealed = new Map<string, never>()
  if (opening.kind === 'run.open') return { label: opening.det.questionLabel, touched: new Set(), sealed }
  const { label, mode } = opening.det
  const touched = parent?.touched ?? new Set<string>()
  return { label, touched: mode === 'blind' ? unionOf(touched, parent?.sealed) : touched, sealed }
}

function unionOf(touched: ReadonlySet<string>, sealed: Held['sealed'] | undefined): ReadonlySet<string> {
  return [...(sealed?.values() ?? [])].reduce((sum, value) => union(sum, value.touched), touched)
}

/** The same set where nothing is added: steps by the thousand share it. */
function union(touched: ReadonlySet<string>, more: Iterable<string>): ReadonlySet<string> {
  const added = [...more].filter((one) => !touched.has(one))
  return added.length === 0 ? touched : new Set([...touched, ...added])
}

function nothing(): void {
  // Tells nothing that is shown.
}

/** Whether a model has a known price; with none named, whether all of the run have. */
export function isCostKnown({ det }: RunSteps['opening'], model: string | null): boolean {
  const models = allModels(det)
  const asked = models.filter(({ id }) => model === null || id === model)
  return asked.every(({ inputNanoUsd, outputNanoUsd }) => inputNanoUsd !== null && outputNanoUsd !== null)
}
