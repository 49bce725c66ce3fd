import { everyPartition, joinLabels, type Label, type ModelRole } from '@writ/contract'
import { type FrameFacts, modelsAt, type RecordOf, type RecordPlace, type RunFrame } from '@writ/evidence'
import { LaneLabel } from './lane-label.ts'
import { ShareLabel } from './share-label.ts'

/** What a sealed value's label is at least and at most: which of the values that its child held are in it, no record says. */
export interface SealedLabel {
  readonly least: Label
  readonly most: Label
}

/** What the audit keeps of an open frame. */
export interface Audited {
  /** Which of the run's models it has. */
  readonly role: ModelRole
  /** The plan that it is part of: that of its script, else its parent's. */
  readonly planHash: string | undefined
  readonly scope: ReadonlySet<string>
  readonly label: LaneLabel
  /** Labels of who drew on the share it draws on. */
  readonly share: ShareLabel
  /** Values of blind children that it holds, by lane. */
  readonly sealed: Map<string, SealedLabel>
  /** Whether a cell was recorded. Before its first cell ends a frame takes a turn only when all else is done. */
  celled: boolean
  /** Whether a cell may be running, whose steps overlap: from its first turn on, and all along where it is part of a plan. */
  overlapping: boolean
}

export type AuditedFrame = RunFrame<Audited>
export type AuditedPlace = RecordPlace<Audited>

/** Begins to keep a frame: a child has its parent's label of that moment. */
export function openFrame(
  { lane, parent, share, opening }: FrameFacts<Audited>,
  run: RecordOf<'run.open'>['det'],
): Audited {
  const own = parent !== null && share.lane !== lane ? parent.own.share : new ShareLabel()
  const planHash = opening.det.script?.planHash ?? parent?.own.planHash
  const overlapping = planHash !== undefined
  const kept = { share: own, planHash, sealed: new Map(), celled: false, overlapping }
  if (opening.kind === 'run.open') {
    const scope = new Set(everyPartition(opening.det).map(({ id }) => id))
    return { ...kept, role: 'root', scope, label: new LaneLabel(lane, opening.det.questionLabel, own) }
  }
  const { det, seq } = opening
  const role = roleOf(run, seq, det)
  return { ...kept, role, scope: new Set(det.scope), label: new LaneLabel(lane, det.label, own) }
}

/** Which of the run's models a child was opened with. */
export function roleOf(
  run: RecordOf<'run.open'>['det'],
  seq: number,
  { model, profile }: Pick<RecordOf<'frame.spawn'>['det'], 'model' | 'profile'>,
): ModelRole {
  if (profile === 'verifier') return 'verifier'
  return modelsAt(run, seq).at(-1)?.id === model ? 'sub' : 'root'
}

/** A blind child ended: its parent holds what it came to. */
export function keepSealed(parent: Audited, child: Audited, { det }: RecordOf<'frame.join'>): void {
  const held = [...child.sealed.values()].map(({ most }) => most)
  parent.sealed.set(det.child, { least: det.label, most: held.reduce(joinLabels, det.label) })
}
