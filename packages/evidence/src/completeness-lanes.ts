import { type Amount, BOTTOM, type Det, joinLabels, type Label, type RunRecord } from '@writ/contract'
import { checkGrants, childScope, type Wanted } from './completeness-context.ts'
import { type LabelMark, refuseFall } from './completeness-labels.ts'
import { hex } from './encoding.ts'
import { MerkleTree } from './merkle.ts'
import type { AnyRecord } from './record.ts'
import { UsedNumbers } from './used-numbers.ts'
import { refuse } from './verdict.ts'

/** A command of an outside effect that has no result yet. */
export type Command = (RunRecord<'model.call'> | RunRecord<'frame.spawn'>) & {
  /** Retries recorded, in all and by item. */
  retries: number
  readonly retriesOf: Map<number, number>
  /** Attempts described so far. */
  readonly told: Told
}

/** What the attempts of a command that were described add up to, and the last of them. */
export interface Told {
  attempts: number
  charged: Amount
  item: number
  attempt: number
}

/** A frame as its records show it. */
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
  /** Commands without a result, by n: a second result of one finds none. */
  readonly commands: Map<number, Command>
}

/**
 * The frames of a run, followed through its records: numbering, spawn and join, scopes, labels, open commands. Keeps
 * the frames that are open; of those that ended only their counts, and their names as numbers their parents used.
 */
export class Lanes {
  /** The open frames. INVARIANT: the parent of an open frame is open. */
  readonly #lanes: Map<string, Lane>
  /** Ids of every partition of the run: those it opened with, and texts given to children. */
  readonly #partitions: Set<string>
  #count = 1
  #maxDepth = 0
  #endedSteps = 0

  constructor(opened: readonly Det['run.open']['partitions'][number][]) {
    const scope = new Map(opened.map(({ id, label }) => [id, label]))
    this.#partitions = new Set(scope.keys())
    this.#lanes = new Map([['0', newLane('0', BOTTOM, scope)]])
  }

  get partitions(): ReadonlySet<string> {
    return this.#partitions
  }

  /** Frames in all. */
  get count(): number {
    return this.#count
  }

  get maxDepth(): number {
    return this.#maxDepth
  }

  /** Distinct (lane, n). */
  get steps(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.steps.size, this.#endedSteps)
  }

  /** Every command without a result, in the order of lanes. */
  openCommands(): readonly Command[] {
    return [...this.#lanes.values()].flatMap((lane) => [...lane.commands.values()])
  }

  /** No frame still open touched what it cannot have been granted. */
  checkGrants(): void {
    for (const lane of this.#lanes.values()) checkGrants(lane)
  }

  /** The open lane of a record. */
  of(record: AnyRecord, at: string): Lane {
    const lane = this.#lanes.get(record.lane)
    if (lane === undefined) {
      const why = 'was not spawned or has been joined'
      refuse('LANE_NOT_OPEN', `Record ${record.seq} is of lane ${record.lane}, which ${why}.`, `${at}/lane`)
    }
    return lane
  }

  spawn(parent: Lane, record: RunRecord<'frame.spawn'>, maxDepth: number, at: string): void {
    const { child } = record.det
    const last = child.slice(parent.name.length + 1)
    if (!child.startsWith(`${parent.name}.`) || !/^(0|[1-9][0-9]{0,14})$/.test(last)) {
      refuse('BAD_SPAWN', `Lane ${parent.name} cannot spawn '${child}'.`, `${at}/det/child`)
    }
    if (parent.children.has(Number(last)))
      refuse('BAD_SPAWN', `Lane ${child} is spawned twice.`, `${at}/det/child`)
    // A goal carries its frame's label, so a child begins where its parent is now.
    const lane = newLane(child, parent.label, childScope(parent, record.det, this.#partitions, at))
    if (lane.depth > maxDepth) {
      refuse('LIMIT_EXCEEDED', `Lane ${child} is deeper than ${maxDepth}.`, `${at}/det/child`)
    }
    parent.children.add(Number(last))
    this.#lanes.set(child, lane)
    this.#count += 1
    this.#maxDepth = Math.max(this.#maxDepth, lane.depth)
  }

  /** Ends a child. When its value was taken over, the parent has its label from then on. */
  join(parent: Lane, record: RunRecord<'frame.join'>, command: RunRecord<'frame.spawn'>, at: string): void {
    const { child, label, outcome } = record.det
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
    checkGrants(lane)
    const { childRoot, childRecords } = record.obs
    if (childRecords !== lane.tree.size || childRoot !== hex(lane.tree.root())) {
      refuse(
        'CHILD_MISMATCH',
        `The join has ${childRecords} records under ${childRoot}; ${child} has ${lane.tree.size} under ${hex(lane.tree.root())}.`,
        `${at}/obs/childRoot`,
      )
    }
    refuseFall(lane, label, at)
    this.#lanes.delete(child)
    this.#endedSteps += lane.steps.size
    if (outcome === 'ok') parent.label = joinLabels(parent.label, label)
  }
}

function newLane(name: string, label: Label, scope: ReadonlyMap<string, Label>): Lane {
  return {
    name,
    depth: name.split('.').length - 1,
    steps: new UsedNumbers(),
    children: new UsedNumbers(),
    start: label,
    label,
    marks: [],
    celled: false,
    scope,
    grants: new Set(),
    wanted: new Map(),
    tree: new MerkleTree(),
    commands: new Map(),
  }
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
