import { formatLabel, type Outcome } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'

/** A stretch of a frame's time, in claimed milliseconds since the epoch. */
export interface Stretch {
  readonly kind: 'turn' | 'leaf' | 'cell' | 'read' | 'refused'
  readonly from: number
  readonly to: number
}

/** A frame as its records tell it. */
export interface FrameStory {
  readonly lane: string
  readonly parent: string | null
  readonly depth: number
  readonly model: string
  /** Null once what it was asked is closed or gone. */
  goal: string | null
  readonly from: number
  to: number
  /** `in-doubt` while nothing says how it ended. */
  outcome: Outcome
  turns: number
  subCalls: number
  cells: number
  reads: number
  refused: number
  label: string
  readonly stretches: Stretch[]
}

/** Grows the frames of a run from its records. */
export class Frames {
  readonly #frames = new Map<string, FrameStory>()
  readonly #commands = new Map<number, { readonly at: number; readonly role: 'turn' | 'leaf' }>()

  /** In tree order: a frame before its children, children as they were opened. */
  get all(): readonly FrameStory[] {
    const below = Map.groupBy(this.#frames.values(), ({ parent }) => parent)
    const ordered = (parent: string | null): FrameStory[] =>
      (below.get(parent) ?? []).flatMap((frame) => [frame, ...ordered(frame.lane)])
    return ordered(null)
  }

  get(lane: string): FrameStory | undefined {
    return this.#frames.get(lane)
  }

  add(record: AnyRecord): void {
    const { lane, obs } = record
    if (record.kind === 'run.open')
      this.#open({ lane: '0', parent: null, model: record.det.models[0]?.id ?? '', at: obs.at })
    const frame = this.#frames.get(lane)
    if (frame === undefined) return
    frame.to = Math.max(frame.to, obs.at)
    switch (record.kind) {
      case 'model.call':
        this.#call(frame, record)
        return
      case 'model.result':
        this.#result(frame, record)
        return
      case 'cell':
        frame.cells += 1
        frame.stretches.push({ kind: 'cell', from: obs.at - record.obs.tookMs, to: obs.at })
        return
      case 'context.search':
      case 'context.read':
        read(frame, record)
        return
      case 'frame.spawn':
        if (record.det.outcome === 'ok')
          this.#open({ lane: record.det.child, parent: lane, model: record.det.model, at: obs.at })
        else refuse(frame, obs.at)
        return
      case 'frame.join': {
        const child = this.#frames.get(record.det.child)
        if (child === undefined) return
        child.to = Math.max(child.to, obs.at)
        child.outcome = record.det.outcome
        child.label = formatLabel(record.det.label)
        return
      }
      case 'run.close':
        frame.outcome =
          record.det.status === 'complete' ? 'ok' : record.det.status === 'denied' ? 'denied' : 'error'
        if (record.det.status === 'incomplete') frame.outcome = 'limit'
        frame.label = formatLabel(record.det.label)
        return
      default:
    }
  }

  #open(opened: { lane: string; parent: string | null; model: string; at: number }): void {
    const { lane, parent, model, at } = opened
    const counts = { turns: 0, subCalls: 0, cells: 0, reads: 0, refused: 0 }
    const depth = lane.split('.').length - 1
    const place = { lane, parent, depth, model, goal: null, from: at, to: at }
    this.#frames.set(lane, { ...place, ...counts, outcome: 'in-doubt', label: '', stretches: [] })
  }

  #call(frame: FrameStory, record: Extract<AnyRecord, { readonly kind: 'model.call' }>): void {
    const { det, obs, seq } = record
    if (det.outcome !== 'ok') {
      refuse(frame, obs.at)
      return
    }
    this.#commands.set(seq, { at: obs.at, role: det.role })
    if (det.role === 'turn') frame.turns += 1
    else frame.subCalls += det.items
  }

  #result(frame: FrameStory, record: Extract<AnyRecord, { readonly kind: 'model.result' }>): void {
    const command = this.#commands.get(record.obs.command)
    if (command === undefined) return
    this.#commands.delete(record.obs.command)
    frame.stretches.push({ kind: command.role, from: command.at, to: record.obs.at })
  }
}

function read(
  frame: FrameStory,
  record: Extract<AnyRecord, { readonly kind: 'context.search' | 'context.read' }>,
): void {
  const { at, tookMs } = record.obs
  frame.reads += 1
  frame.stretches.push({ kind: 'read', from: at - tookMs, to: at })
  if (record.det.decisions.some(({ verdict }) => verdict !== 'allow')) refuse(frame, at)
}

function refuse(frame: FrameStory, at: number): void {
  frame.refused += 1
  frame.stretches.push({ kind: 'refused', from: at, to: at })
}
