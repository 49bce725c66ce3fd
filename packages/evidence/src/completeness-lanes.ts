import { type Amount, BOTTOM, joinLabels, type Label, MAX_CATEGORIES } from '@writ/contract'
import { checkGrants, type Wanted } from './completeness-context.ts'
import { type LabelMark, refuseFall } from './completeness-labels.ts'
import { hex } from './encoding.ts'
import type { FrameFacts, RecordOf, RunFrame } from './fold-run.ts'
import { MerkleTree } from './merkle.ts'
import { UsedNumbers } from './used-numbers.ts'
import { refuse } from './verdict.ts'

/** What is known of a call that was sent and has no result yet. */
export interface Pending {
  /** Retries recorded, in all and by item. */
  retries: number
  readonly retriesOf: Map<number, number>
  /** What the attempts described so far add up to, and the last of them. */
  told: {
    readonly attempts: number
    readonly charged: Amount
    readonly item: number
    readonly attempt: number
  }
}

/** What COMPLETENESS keeps of an open frame. */
export interface Lane {
  readonly name: string
  readonly depth: number
  /** Numbers of the steps begun. A step has its number when it is asked for, so records may come in another order. */
  readonly steps: UsedNumbers
  /** The last parts of the names of the frames it spawned. */
  readonly children: UsedNumbers
  /** What it was opened with. */
  readonly start: Label
  /** INVARIANT: never falls. */
  label: Label
  /** When the label was known to have risen, oldest first. */
  readonly marks: LabelMark[]
  /** Whether a cell was recorded. Before its first cell ends a frame takes a turn only when all else is done. */
  celled: boolean
  /** Partitions it may touch, with their labels. */
  readonly scope: ReadonlyMap<string, Label>
  /** What it was allowed, each `action partition:id`. */
  readonly grants: Set<string>
  /** What it touched before a grant was recorded, by the same keys: the touch of the lowest step. */
  readonly wanted: Map<string, Wanted>
  /** Over the lane's own records. */
  readonly tree: MerkleTree
  /** Of its calls without a result, by n. */
  readonly pending: Map<number, Pending>
}

/** Counts over all frames, and the partitions of the run: those it opened with, and texts given to children. */
export interface RunCounts {
  frames: number
  maxDepth: number
  /** Steps of frames that ended. */
  endedSteps: number
  readonly partitions: Set<string>
}

/** Begins to keep a frame. A goal carries its frame's label, so a child begins where its parent is. */
export function openLane(frame: FrameFacts<Lane>, counts: RunCounts): Lane {
  const { lane: name, depth, parent, opening } = frame
  counts.frames += 1
  counts.maxDepth = Math.max(counts.maxDepth, depth)
  const start = parent === null ? BOTTOM : parent.own.label
  return {
    name,
    depth,
    steps: new UsedNumbers(),
    children: new UsedNumbers(),
    start,
    label: start,
    marks: [],
    celled: false,
    scope: scopeOf(opening, parent?.own.scope),
    grants: new Set(),
    wanted: new Map(),
    tree: new MerkleTree(),
    pending: new Map(),
  }
}

/** Of the root all partitions of the run; of a child those its spawn names, and a text of its own with the spawn's label. */
function scopeOf(
  { kind, det }: FrameFacts<Lane>['opening'],
  parent: Lane['scope'] = new Map(),
): ReadonlyMap<string, Label> {
  return kind === 'run.open'
    ? new Map(det.partitions.map(({ id, label }) => [id, label]))
    : new Map(det.scope.map((id) => [id, parent.get(id) ?? det.label]))
}

/** Names the child a spawn opens: one of its parent's, not used before, not too deep. */
export function checkChild(lane: Lane, child: string, maxDepth: number, at: string): void {
  const last = child.slice(lane.name.length + 1)
  if (!child.startsWith(`${lane.name}.`) || !/^(0|[1-9][0-9]{0,14})$/.test(last)) {
    refuse('BAD_SPAWN', `Lane ${lane.name} cannot spawn '${child}'.`, `${at}/det/child`)
  }
  if (lane.children.has(Number(last)))
    refuse('BAD_SPAWN', `Lane ${child} is spawned twice.`, `${at}/det/child`)
  if (lane.depth + 1 > maxDepth) {
    refuse('LIMIT_EXCEEDED', `Lane ${child} is deeper than ${maxDepth}.`, `${at}/det/child`)
  }
  lane.children.add(Number(last))
}

/** Ends a child: all it began has ended, and the join is over its own records. */
export function endChild(
  parent: Lane,
  child: RunFrame<Lane> | undefined,
  spawn: RecordOf<'frame.spawn'>,
  record: RecordOf<'frame.join'>,
  counts: RunCounts,
  at: string,
): void {
  const { label, delivered } = record.det
  if (child === undefined || record.det.child !== spawn.det.child) {
    refuse(
      'CHILD_MISMATCH',
      `The join of ${record.det.child} answers the spawn of ${spawn.det.child}.`,
      `${at}/det/child`,
    )
  }
  const lane = child.own
  const [open] = child.commands.values()
  if (open !== undefined) {
    refuse('UNANSWERED', `Command ${open.seq} of ${lane.name} has no result at the join.`, at)
  }
  checkDense(lane, at)
  checkGrants(lane)
  const { childRoot, childRecords } = record.obs
  if (childRecords !== lane.tree.size || childRoot !== hex(lane.tree.root())) {
    refuse(
      'CHILD_MISMATCH',
      `The join has ${childRecords} records under ${childRoot}; ${lane.name} has ${lane.tree.size} under ${hex(lane.tree.root())}.`,
      `${at}/obs/childRoot`,
    )
  }
  refuseFall(lane, label, at)
  counts.endedSteps += lane.steps.size
  if (delivered === 'sealed') return
  parent.label = joinLabels(parent.label, label)
  if (parent.label.categories.length > MAX_CATEGORIES)
    refuse(
      'LABEL_FELL',
      `Lane ${parent.name} was brought more categories than a label has.`,
      `${at}/det/label`,
    )
}

/** Begins a step, whose number is its own. */
export function beginStep(lane: Lane, n: number, at: string): void {
  if (lane.steps.has(n)) refuse('N_GAP', `Step ${n} of lane ${lane.name} occurs twice.`, `${at}/n`)
  lane.steps.add(n)
}

/** A lane that ends has every step from 0 on. */
export function checkDense(lane: Lane, at: string): void {
  const { dense, size } = lane.steps
  if (dense === size) return
  refuse('N_GAP', `Lane ${lane.name} ends without step ${dense}.`, at)
}
