import {
  BOTTOM,
  flowsTo,
  formatLabel,
  type Label,
  type RecordedDecision,
  type RunRecord,
} from '@writ/contract'
import { hex } from './encoding.ts'
import { MerkleTree } from './merkle.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

/** A command of an outside effect that has no result yet. */
export type Command = (RunRecord<'model.call'> | RunRecord<'frame.spawn'>) & { retries: number }

/** A frame as its records show it. */
export interface Lane {
  readonly name: string
  readonly depth: number
  /** Numbers of the steps begun. A step has its number when it is asked for, so records may come in another order. */
  readonly steps: Set<number>
  /** INVARIANT: never falls. */
  label: Label
  /** Over the lane's own records. */
  readonly tree: MerkleTree
  /** Commands without a result, by n: a second result of one finds none. */
  readonly commands: Map<number, Command>
  ended: boolean
}

/** The frames of a run, followed through its records: numbering, spawn and join, labels, open commands. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>([['0', newLane('0', BOTTOM)]])

  get count(): number {
    return this.#lanes.size
  }

  get maxDepth(): number {
    return [...this.#lanes.values()].reduce((deepest, lane) => Math.max(deepest, lane.depth), 0)
  }

  /** Distinct (lane, n). */
  get steps(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.steps.size, 0)
  }

  /** Every command without a result, in the order of lanes. */
  openCommands(): readonly Command[] {
    return [...this.#lanes.values()].flatMap((lane) => [...lane.commands.values()])
  }

  /** The open lane of a record. */
  of(record: AnyRecord, at: string): Lane {
    const lane = this.#lanes.get(record.lane)
    if (lane === undefined || lane.ended) {
      const why = lane === undefined ? 'was not spawned' : 'has been joined'
      refuse('LANE_NOT_OPEN', `Record ${record.seq} is of lane ${record.lane}, which ${why}.`, `${at}/lane`)
    }
    return lane
  }

  spawn(parent: Lane, record: RunRecord<'frame.spawn'>, maxDepth: number, at: string): void {
    const { child } = record.det
    if (
      !child.startsWith(`${parent.name}.`) ||
      !/^(0|[1-9][0-9]{0,14})$/.test(child.slice(parent.name.length + 1))
    ) {
      refuse('BAD_SPAWN', `Lane ${parent.name} cannot spawn '${child}'.`, `${at}/det/child`)
    }
    if (this.#lanes.has(child)) refuse('BAD_SPAWN', `Lane ${child} is spawned twice.`, `${at}/det/child`)
    // A goal carries its frame's label, so a child begins where its parent is now.
    const lane = newLane(child, parent.label)
    if (lane.depth > maxDepth) {
      refuse('LIMIT_EXCEEDED', `Lane ${child} is deeper than ${maxDepth}.`, `${at}/det/child`)
    }
    this.#lanes.set(child, lane)
  }

  join(record: RunRecord<'frame.join'>, command: RunRecord<'frame.spawn'>, at: string): void {
    const { child, label } = record.det
    const lane = this.#lanes.get(child)
    if (lane === undefined || child !== command.det.child) {
      refuse(
        'CHILD_MISMATCH',
        `The join of ${child} answers the spawn of ${command.det.child}.`,
        `${at}/det/child`,
      )
    }
    const [open] = lane.commands.values()
    if (open !== undefined) {
      refuse('UNANSWERED', `Command ${open.seq} of ${child} has no result at the join.`, at)
    }
    checkDense(lane, at)
    const { childRoot, childRecords } = record.obs
    if (childRecords !== lane.tree.size || childRoot !== hex(lane.tree.root())) {
      refuse(
        'CHILD_MISMATCH',
        `The join has ${childRecords} records under ${childRoot}; ${child} has ${lane.tree.size} under ${hex(lane.tree.root())}.`,
        `${at}/obs/childRoot`,
      )
    }
    refuseFall(lane, label, at)
    lane.ended = true
  }
}

function newLane(name: string, label: Label): Lane {
  return {
    name,
    depth: name.split('.').length - 1,
    steps: new Set(),
    label,
    tree: new MerkleTree(),
    commands: new Map(),
    ended: false,
  }
}

/** Begins a step, whose number is its own. */
export function beginStep(lane: Lane, n: number, at: string): void {
  if (lane.steps.has(n)) refuse('N_GAP', `Step ${n} of lane ${lane.name} occurs twice.`, `${at}/n`)
  lane.steps.add(n)
}

/** A lane that ends has every step from 0 on. */
export function checkDense(lane: Lane, at: string): void {
  for (let n = 0; n < lane.steps.size; n++) {
    if (!lane.steps.has(n)) refuse('N_GAP', `Lane ${lane.name} ends without step ${n}.`, at)
  }
}

/** The label a record gives its frame is never below what the frame already had. */
export function raiseLabel(lane: Lane, label: Label, at: string): void {
  refuseFall(lane, label, at)
  lane.label = label
}

function refuseFall(lane: Lane, label: Label, at: string): void {
  if (flowsTo(lane.label, label)) return
  const fall = `${formatLabel(lane.label)} to ${formatLabel(label)}`
  refuse('LABEL_FELL', `The label of lane ${lane.name} falls from ${fall}.`, `${at}/det/label`)
}

/** A step that happened was allowed. */
export function checkAllowed(lane: Lane, decision: RecordedDecision | null, at: string): void {
  if (decision?.verdict === 'allow') return
  const verdict = decision === null ? 'no decision' : `the verdict ${decision.verdict}`
  refuse('NOT_ALLOWED', `A step of lane ${lane.name} happened with ${verdict}.`, `${at}/det/decision`)
}

/** A decision was taken for the depth of the frame that asked. */
export function checkDecision(lane: Lane, decision: RecordedDecision, at: string): void {
  if (decision.depth === lane.depth) return
  refuse(
    'DEPTH_MISMATCH',
    `A decision for lane ${lane.name} was taken for depth ${decision.depth}, not ${lane.depth}.`,
    `${at}/det`,
  )
}
