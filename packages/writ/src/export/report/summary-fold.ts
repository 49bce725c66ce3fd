import { payloadPath, type RecordedDecision } from '@writ/contract'
import type { AnyRecord, FrameFacts, RecordOf, RecordPlace, RecordVisitor, RunVisitor } from '@writ/evidence'
import type { RunSource } from '../run-source.ts'
import { passagesIn } from '../steps/passages.ts'
import {
  addCall,
  addCell,
  addClose,
  addJoin,
  addRead,
  addRefusal,
  addResult,
  beginFrame,
  type FrameSummary,
} from './frames.ts'
import type { Quotes } from './quotes.ts'
import { Reading } from './reading.ts'
import { refusalsIn } from './refusals.ts'

type Told = Promise<void> | void

/** Gathers what a report tells of the frames of a run: what they did, were handed and were refused. */
export class SummaryFold implements RunVisitor<FrameSummary, Told> {
  readonly #source: RunSource
  readonly #quotes: Quotes
  /** What children are asked, known before they open. */
  readonly #goals = new Map<string, string | null>()
  readonly frames: Map<string, FrameSummary> = new Map()
  readonly reading: Reading = new Reading()
  readonly refusals: RecordedDecision[] = []
  /** Steps that a limit refused. */
  limited = 0

  constructor(source: RunSource, quotes: Quotes) {
    this.#source = source
    this.#quotes = quotes
  }

  opened(facts: FrameFacts<FrameSummary>): FrameSummary {
    const summary = beginFrame(facts, this.#goals.get(facts.lane) ?? null)
    this.frames.set(facts.lane, summary)
    return summary
  }

  /** What is of no frame has no place in a report; the verifier is who says so. */
  stray(): void {}

  before(record: AnyRecord, { frame }: RecordPlace<FrameSummary>): void {
    frame.own.to = Math.max(frame.own.to, record.obs.at)
    this.refusals.push(...refusalsIn(record))
    if ('outcome' in record.det && record.det.outcome === 'limit' && record.kind !== 'frame.join')
      this.limited += 1
  }

  readonly records: RecordVisitor<FrameSummary, Told> = {
    'run.open': ({ det }) => this.reading.declare(det.partitions),
    'strategy.chosen': nothing,
    'context.search': (record, { frame }) => this.#read(frame.own, record),
    'context.read': (record, { frame }) => this.#read(frame.own, record),
    local: nothing,
    'memory.write': ({ det, obs }, { frame }) => {
      if (det.outcome === 'denied') addRefusal(frame.own, obs.at)
    },
    'model.call': (record, { frame }) => addCall(frame.own, record),
    'model.attempt': nothing,
    'model.usage': nothing,
    'model.item': nothing,
    'model.result': (record, { frame, command }) => addResult(frame.own, record, command),
    cell: (record, { frame }) => addCell(frame.own, record),
    'frame.spawn': async (record, { frame }) => {
      const { child, outcome } = record.det
      if (outcome === 'ok') this.#goals.set(child, (await this.#source.text(pathOf(record, 'goal'))) ?? null)
      else addRefusal(frame.own, record.obs.at)
    },
    'frame.join': (record, { child }) => {
      if (child !== undefined) addJoin(child.own, record)
    },
    'output.release': nothing,
    'run.close': (record, { frame }) => addClose(frame.own, record),
    'run.abort': nothing,
  }

  async #read(frame: FrameSummary, record: RecordOf<'context.search' | 'context.read'>): Promise<void> {
    addRead(frame, record)
    this.reading.step(record)
    if (!this.#source.keyed || record.det.outcome !== 'ok') return
    const output = await this.#source.text(pathOf(record, 'output'))
    if (output === undefined) return
    const passages = passagesIn(output)
    this.reading.handed(passages)
    this.#quotes.handed(passages)
  }
}

function nothing(): void {
  // Tells nothing of its frame that its time does not.
}

/** Where what a record commits to is kept or laid open. */
export function pathOf(record: AnyRecord, name: string): string {
  return payloadPath(record, record.kind, name)
}
