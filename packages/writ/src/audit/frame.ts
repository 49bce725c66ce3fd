import type { RunRecord } from '@writ/contract'
import { type AnyRecord, refuse } from '@writ/evidence'
import { LaneLabel } from './lane-label.ts'

/** The profile of the root; a child has the one its spawn names. */
const ROOT_PROFILE = 'orchestrator'

/** Which of a run's models: its first, or its last, which may be the same. */
export type ModelRole = 'root' | 'sub'

/** A frame as its records show it: who asks, for what label, of which lineage. */
export interface Frame {
  readonly lane: string
  readonly depth: number
  readonly profile: string
  /** Whether it has the root's model or that of sub-calls. */
  readonly role: ModelRole
  readonly scope: ReadonlySet<string>
  readonly label: LaneLabel
  /** Whether a cell was recorded. Before its first cell ends a frame takes a turn only when all else is done. */
  celled: boolean
  /** Commands without a result, by n. */
  readonly calls: Map<number, RunRecord<'model.call'>>
  readonly spawns: Map<number, string>
}

/** The frames of a run that are open, and where each comes from. */
export class Frames {
  readonly #open = new Map<string, Frame>()

  get size(): number {
    return this.#open.size
  }

  root({ det }: RunRecord<'run.open'>): Frame {
    const scope = new Set(det.partitions.map(({ id }) => id))
    return this.#add('0', ROOT_PROFILE, 'root', scope, det.questionLabel)
  }

  of({ lane }: AnyRecord, at: string): Frame {
    return (
      this.#open.get(lane) ??
      refuse('LINEAGE_NOT_DERIVED', `The frame ${lane} is not open here.`, `${at}/lane`)
    )
  }

  /** A child has its parent's label of that moment, and of its parent's scope a part beside a text of its own. */
  spawn(
    parent: Frame,
    { n, det }: RunRecord<'frame.spawn'>,
    role: ModelRole,
    text: string | undefined,
    at: string,
  ): void {
    const { child, scope, label, profile } = det
    const foreign = scope.find((id) => id !== text && !parent.scope.has(id))
    if (foreign !== undefined)
      refuse('LINEAGE_NOT_DERIVED', `${child} may read ${foreign}, its parent may not.`, `${at}/det/scope`)
    if (this.#open.has(child) || parentOf(child) !== parent.lane)
      refuse('LINEAGE_NOT_DERIVED', `${parent.lane} cannot open ${child}.`, `${at}/det/child`)
    parent.spawns.set(n, child)
    this.#add(child, profile, role, new Set(scope), label)
  }

  /** Ends a child; its label has to be all it read and joined. */
  join(parent: Frame, { n, det }: RunRecord<'frame.join'>, at: string): void {
    const frame = this.#open.get(det.child)
    if (frame === undefined || parent.spawns.get(n) !== det.child)
      refuse(
        'LINEAGE_NOT_DERIVED',
        `${parent.lane} joins ${det.child}, which it did not open there.`,
        `${at}/det/child`,
      )
    parent.spawns.delete(n)
    frame.label.end(det.label, `${at}/det/label`)
    this.#open.delete(det.child)
  }

  #add(
    lane: string,
    profile: string,
    role: ModelRole,
    scope: ReadonlySet<string>,
    label: Frame['label']['held'],
  ): Frame {
    const frame: Frame = {
      lane,
      depth: lane.split('.').length - 1,
      profile,
      role,
      scope,
      label: new LaneLabel(lane, label),
      celled: false,
      calls: new Map(),
      spawns: new Map(),
    }
    this.#open.set(lane, frame)
    return frame
  }
}

function parentOf(lane: string): string {
  return lane.slice(0, lane.lastIndexOf('.'))
}
