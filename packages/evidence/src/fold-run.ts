import type { Det, Limits, RecordKind, Share, SpawnMode } from '@writ/contract'
import { RECORDS } from './evidence-layout.ts'
import type { AnyRecord } from './record.ts'

/** A record of one kind. */
export type RecordOf<K extends RecordKind> = Extract<AnyRecord, { readonly kind: K }>

/** A command that waits for its result: a call that was sent, or a child frame that was opened. */
export type OpenCommand = RecordOf<'model.call'> | RecordOf<'frame.spawn'>

/** What a frame and its `shared` children may spend together. */
export interface RunShare {
  /** The frame it belongs to; `0` for that of the whole run. */
  readonly lane: string
  readonly limits: Share
  /** What it was taken from; null for that of the run. */
  readonly above: RunShare | null
}

/** A frame as the record that opened it tells it. */
export interface FrameFacts<Own> {
  readonly lane: string
  readonly parent: RunFrame<Own> | null
  readonly depth: number
  /** Null for the root. */
  readonly mode: SpawnMode | null
  /** The share it draws on. */
  readonly share: RunShare
  readonly profile: string
  readonly model: string
  readonly opening: RecordOf<'run.open'> | RecordOf<'frame.spawn'>
}

/** An open frame, with what the visitor keeps of it. */
export interface RunFrame<Own> extends FrameFacts<Own> {
  readonly own: Own
  /** Its commands without a result, by n. */
  readonly commands: ReadonlyMap<number, OpenCommand>
}

/** Where a record stands among the frames. */
export interface RecordPlace<Own> {
  readonly frame: RunFrame<Own>
  /** `records.ndjson#/17`. */
  readonly at: string
  /** The open command of the same frame and n. */
  readonly command: OpenCommand | undefined
  /** The open frame that a join names. */
  readonly child: RunFrame<Own> | undefined
}

/** What is done with the records of each kind: a kind that is left out does not compile. */
export type RecordVisitor<Own, Result> = {
  readonly [K in RecordKind]: (record: RecordOf<K>, place: RecordPlace<Own>) => Result
}

/** One who reads a run by its frames. */
export interface RunVisitor<Own, Result> {
  /** What it keeps of a frame that opens. */
  opened(frame: FrameFacts<Own>): Own
  /** A record whose frame was never opened, or has ended. */
  stray(record: AnyRecord, at: string): Result
  /** What is done with every record of an open frame first. */
  before?(record: AnyRecord, place: RecordPlace<Own>): void
  readonly records: RecordVisitor<Own, Result>
}

/** The profile of the root; a child has the one its spawn names. */
const ROOT_PROFILE = 'orchestrator'

/**
 * Follows the frames of a run through its records. What a record opens or ends is open or ended after its visit. Holds
 * the open frames and their commands, nothing else; judges nothing.
 */
export class RunFold<Own, Result> {
  readonly #visitor: RunVisitor<Own, Result>
  /** INVARIANT: the parent of an open frame is open. */
  readonly #frames = new Map<string, FoldedFrame<Own>>()
  #size = 0
  #settle: () => void = nothing

  constructor(visitor: RunVisitor<Own, Result>) {
    this.#visitor = visitor
  }

  /** Records visited. */
  get size(): number {
    return this.#size
  }

  /** The frames that are open, parents first. */
  get frames(): readonly RunFrame<Own>[] {
    this.#takeEffect()
    return [...this.#frames.values()]
  }

  /** Takes the next record. A visit that gives a promise has to end before the next. */
  visit(record: AnyRecord): Result {
    this.#takeEffect()
    const at = `${RECORDS}#/${this.#size}`
    this.#size += 1
    if (record.kind === 'run.open' && this.#frames.size === 0) this.#open(rootFacts(record))
    const frame = this.#frames.get(record.lane)
    if (frame === undefined) return this.#visitor.stray(record, at)
    const child = record.kind === 'frame.join' ? this.#frames.get(record.det.child) : undefined
    this.#settle = () => this.#follow(record, frame)
    const place = { frame, at, command: frame.commands.get(record.n), child }
    this.#visitor.before?.(record, place)
    return dispatch(this.#visitor.records, record, place)
  }

  #takeEffect(): void {
    const settle = this.#settle
    this.#settle = nothing
    settle()
  }

  #follow(record: AnyRecord, frame: FoldedFrame<Own>): void {
    switch (record.kind) {
      case 'model.call':
        if (record.det.outcome === 'ok') frame.commands.set(record.n, record)
        return
      case 'frame.spawn':
        if (record.det.outcome !== 'ok') return
        frame.commands.set(record.n, record)
        if (!this.#frames.has(record.det.child)) this.#open(childFacts(record, frame))
        return
      case 'model.result':
        frame.commands.delete(record.n)
        return
      case 'frame.join':
        frame.commands.delete(record.n)
        if (record.det.child !== ROOT) this.#frames.delete(record.det.child)
        return
      default:
    }
  }

  #open(facts: FrameFacts<Own>): void {
    this.#frames.set(facts.lane, { ...facts, own: this.#visitor.opened(facts), commands: new Map() })
  }
}

interface FoldedFrame<Own> extends RunFrame<Own> {
  readonly commands: Map<number, OpenCommand>
}

const ROOT = '0'

function nothing(): void {
  // Nothing waits to take effect.
}

/** Visits every record of a run in order. */
export async function foldRun<Own>(
  records: AsyncIterable<AnyRecord> | Iterable<AnyRecord>,
  visitor: RunVisitor<Own, Promise<void> | void>,
): Promise<RunFold<Own, Promise<void> | void>> {
  const fold = new RunFold(visitor)
  for await (const record of records) await fold.visit(record)
  return fold
}

function rootFacts<Own>(opening: RecordOf<'run.open'>): FrameFacts<Own> {
  const { limits, models } = opening.det
  const share = { lane: ROOT, limits: shareOf(limits), above: null }
  const model = models[0]?.id ?? ''
  return { lane: ROOT, parent: null, depth: 0, mode: null, share, profile: ROOT_PROFILE, model, opening }
}

function childFacts<Own>(opening: RecordOf<'frame.spawn'>, parent: RunFrame<Own>): FrameFacts<Own> {
  const { child, mode, profile, model } = opening.det
  const limits: Det['frame.spawn']['share'] = opening.det.share
  const share = limits === null ? parent.share : { lane: child, limits, above: parent.share }
  return { lane: child, parent, depth: parent.depth + 1, mode, share, profile, model, opening }
}

/** The share of the root: the limits of the run. */
export function shareOf(limits: Limits): Share {
  const { maxCalls, maxTokens, maxCostMicroUsd, frameSteps, frameReadBytes } = limits
  return {
    calls: maxCalls,
    tokens: maxTokens,
    costMicroUsd: maxCostMicroUsd,
    steps: frameSteps,
    readBytes: frameReadBytes,
  }
}

function dispatch<Own, Result>(
  visitor: RecordVisitor<Own, Result>,
  record: AnyRecord,
  place: RecordPlace<Own>,
): Result {
  switch (record.kind) {
    case 'run.open':
      return visitor['run.open'](record, place)
    case 'strategy.chosen':
      return visitor['strategy.chosen'](record, place)
    case 'context.search':
      return visitor['context.search'](record, place)
    case 'context.read':
      return visitor['context.read'](record, place)
    case 'local':
      return visitor.local(record, place)
    case 'memory.write':
      return visitor['memory.write'](record, place)
    case 'model.call':
      return visitor['model.call'](record, place)
    case 'model.attempt':
      return visitor['model.attempt'](record, place)
    case 'model.usage':
      return visitor['model.usage'](record, place)
    case 'model.item':
      return visitor['model.item'](record, place)
    case 'model.result':
      return visitor['model.result'](record, place)
    case 'cell':
      return visitor.cell(record, place)
    case 'frame.spawn':
      return visitor['frame.spawn'](record, place)
    case 'frame.join':
      return visitor['frame.join'](record, place)
    case 'output.release':
      return visitor['output.release'](record, place)
    case 'run.close':
      return visitor['run.close'](record, place)
    case 'run.abort':
      return visitor['run.abort'](record, place)
    default:
      return record satisfies never
  }
}
