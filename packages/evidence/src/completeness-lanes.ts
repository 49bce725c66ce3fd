import {
  type Amount,
  BOTTOM,
  type Det,
  everyPartition,
  type Label,
  mostTurns,
  NOTHING,
  type Outcome,
  roleOfProfile,
  type SpawnedScript,
} from '@writ/contract'
import type { FrameFacts } from './fold-run.ts'
import { MerkleTree } from './merkle.ts'
import { UsedNumbers } from './used-numbers.ts'
import { refuse } from './verdict.ts'

/** What is known of a call that was sent and has no result yet. */
export interface Pending {
  /** Retries recorded, in all and by item. */
  retries: number
  readonly retriesOf: Map<number, number>
  /** What the attempts described so far add up to, and the last of them. */
  told: Told
  /** Whether it was sent again since. */
  again: boolean
  /** Its items that came back one by one, and what they were charged. */
  readonly items: Map<number, ReturnedItem>
  returned: Amount
}

/** What the result of a batch is held against. */
interface ReturnedItem {
  readonly outcome: Outcome
  /** Absent in runs from before items named their requests. */
  readonly input?: string | undefined
  readonly output: string
}

interface Told {
  readonly attempts: number
  readonly charged: Amount
  readonly item: number
  readonly attempt: number
}

/** A call with requests that failed: another model may be asked for them, once. */
export interface FailedCall {
  readonly role: Det['model.call']['role']
  readonly failed: number
  /** The models that were asked or passed, also by the calls that it stood in for. */
  readonly tried: ReadonlySet<string>
}

/** A partition touched before any grant of it was recorded. */
export interface Wanted {
  readonly n: number
  readonly at: string
}

/** A label a frame is known to have had: every step of a higher number was asked for afterwards. */
export interface LabelMark {
  readonly n: number
  readonly label: Label
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
  /** Of its calls with requests that failed, by n, in a run with models that may be asked instead. */
  readonly failedCalls: Map<number, FailedCall>
  /** What it follows instead of taking turns; null for a frame that takes them, and for the root. */
  readonly script: SpawnedScript | null
  /** Requests of its sub-calls that were sent. */
  asked: number
  /** What was held back for one of its turns, and the record that says so; null until one does. */
  heldTurn: { readonly calls: number; readonly outputTokens: number; readonly seq: number } | null
  /** Turns that it may take. */
  readonly maxTurns: number
  /** Turns it asked for, and those that were sent. */
  turns: number
  turnsTaken: number
  /** Whether its latest turn came to nothing, whether one found no room, and whether the cell since named an answer. */
  turnFailed: boolean
  turnLimited: boolean
  final: boolean
  /** Numbers of its latest turns and cells: the steps of a cell are numbered from the one before it. */
  readonly cells: number[]
  /** What it and the frames it opened were charged. */
  charged: Amount
  /** Sub-calls it asked for, counting one that may have been asked twice as half, and children. */
  fannedOut: number
  /** Citations it made, and those that children it joined released. */
  cited: number
  inherited: number
  /** Whether a verifier it opened came back with a value since its latest release. */
  verified: boolean
  /** Voters it opened that came back with a value. */
  voted: number
  /** Whether validators were run over a value of it. */
  validated: boolean
  /** Lanes of blind children whose values it holds. */
  readonly sealed: Set<string>
}

/** Counts over all frames, and what of the opening record every frame is held against. */
export interface RunCounts {
  frames: number
  maxDepth: number
  /** Steps of frames that ended. */
  endedSteps: number
  /** Ids of every partition of the run: those it opened with, and texts given to children. */
  readonly partitions: Set<string>
  /** Undefined until the run has opened. */
  limits: Det['run.open']['limits'] | undefined
  /** Whether the run follows a script: then those that answer its question take no turns. */
  scripted: boolean
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
    failedCalls: new Map(),
    script: opening.kind === 'run.open' ? null : (opening.det.script ?? null),
    asked: 0,
    heldTurn: heldTurn(opening),
    maxTurns: counts.limits === undefined ? 0 : mostTurns(counts.limits, roleOfProfile(frame.profile)),
    turns: 0,
    turnsTaken: 0,
    turnFailed: false,
    turnLimited: false,
    final: false,
    cells: [],
    charged: NOTHING,
    fannedOut: 0,
    cited: 0,
    inherited: 0,
    verified: false,
    voted: 0,
    validated: false,
    sealed: new Set(),
  }
}

/** For a child two turns are held back, each alike; the root's strategy says what was for the root. */
function heldTurn({ kind, det, seq }: FrameFacts<Lane>['opening']): Lane['heldTurn'] {
  if (kind === 'run.open') return null
  return { calls: det.bound.calls / 2, outputTokens: det.bound.outputTokens / 2, seq }
}

/** Of the root all partitions of the run, those of notes included; of a child those its spawn names, and a text of its own with the spawn's label. */
function scopeOf(
  { kind, det }: FrameFacts<Lane>['opening'],
  parent: Lane['scope'] = new Map(),
): ReadonlyMap<string, Label> {
  return kind === 'run.open'
    ? new Map(everyPartition(det).map(({ id, label }) => [id, label]))
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
