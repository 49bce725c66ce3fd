import { formatLabel, type Outcome, type SpawnMode } from '@writ/contract'
import type { FrameFacts, OpenCommand, RecordOf } from '@writ/evidence'
import { rootOutcome } from '../steps/root-outcome.ts'

/** A stretch of a frame's time, in claimed milliseconds since the epoch. */
export interface Stretch {
  readonly kind: 'turn' | 'leaf' | 'cell' | 'read' | 'refused'
  readonly from: number
  readonly to: number
}

/** A frame as its records tell it. */
export interface FrameSummary {
  readonly lane: string
  readonly parent: string | null
  readonly depth: number
  readonly model: string
  /** Null for the root. */
  readonly mode: SpawnMode | null
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

/** The summary of a frame as it opens; what it was asked is null where that is closed or gone. */
export function beginFrame(
  { lane, parent, depth, model, mode, opening }: FrameFacts<FrameSummary>,
  goal: string | null,
): FrameSummary {
  const { at } = opening.obs
  const counts = { turns: 0, subCalls: 0, cells: 0, reads: 0, refused: 0 }
  const place = { lane, parent: parent?.lane ?? null, depth, model, mode, goal, from: at, to: at }
  return { ...place, ...counts, outcome: 'in-doubt', label: '', stretches: [] }
}

/** In tree order: a frame before its children, children as they were opened. */
export function inTreeOrder(frames: Iterable<FrameSummary>): readonly FrameSummary[] {
  const below = Map.groupBy(frames, ({ parent }) => parent)
  const ordered = (parent: string | null): FrameSummary[] =>
    (below.get(parent) ?? []).flatMap((frame) => [frame, ...ordered(frame.lane)])
  return ordered(null)
}

export function addCall(frame: FrameSummary, { det, obs }: RecordOf<'model.call'>): void {
  if (det.outcome !== 'ok') addRefusal(frame, obs.at)
  // What is asked of another model instead is the same turn, or the same sub-call.
  else if (det.instead !== undefined) return
  else if (det.role === 'turn') frame.turns += 1
  else frame.subCalls += det.items
}

export function addResult(
  frame: FrameSummary,
  { obs }: RecordOf<'model.result'>,
  command: OpenCommand | undefined,
): void {
  if (command?.kind !== 'model.call') return
  frame.stretches.push({ kind: command.det.role, from: command.obs.at, to: obs.at })
}

export function addCell(frame: FrameSummary, { obs }: RecordOf<'cell'>): void {
  frame.cells += 1
  frame.stretches.push({ kind: 'cell', from: obs.at - obs.tookMs, to: obs.at })
}

export function addRead(
  frame: FrameSummary,
  { det, obs }: RecordOf<'context.search' | 'context.read'>,
): void {
  const { at, tookMs } = obs
  frame.reads += 1
  frame.stretches.push({ kind: 'read', from: at - tookMs, to: at })
  if (det.decisions.some(({ verdict }) => verdict !== 'allow')) addRefusal(frame, at)
}

export function addRefusal(frame: FrameSummary, at: number): void {
  frame.refused += 1
  frame.stretches.push({ kind: 'refused', from: at, to: at })
}

export function addJoin(child: FrameSummary, { det, obs }: RecordOf<'frame.join'>): void {
  child.to = Math.max(child.to, obs.at)
  child.outcome = det.outcome
  child.label = formatLabel(det.label)
}

export function addClose(frame: FrameSummary, { det }: RecordOf<'run.close'>): void {
  frame.outcome = rootOutcome(det)
  frame.label = formatLabel(det.label)
}
