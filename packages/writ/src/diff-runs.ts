import type { RunView, StepView } from './show-run.ts'

/** A step as two runs are compared by. */
export type ComparedStep = Pick<StepView, 'n' | 'kind' | 'commandHash' | 'outcome'>

/** One lane of two runs: how many steps they share from the start, and the first where they part. */
export interface LaneDiff {
  readonly lane: string
  readonly shared: number
  /** Null when the lane is the same in both; a side is null where its lane has ended or never was. */
  readonly parts: { readonly a: ComparedStep | null; readonly b: ComparedStep | null } | null
}

/** Two runs, lane by lane. */
export interface RunDiff {
  readonly a: string
  readonly b: string
  readonly same: boolean
  readonly lanes: readonly LaneDiff[]
}

/** Aligns two runs by lane on (n, kind, command, outcome) and finds where each lane parts. */
export function diffRuns(a: RunView, b: RunView): RunDiff {
  const [left, right] = [byLane(a), byLane(b)]
  const lanes = [...new Set([...left.keys(), ...right.keys()])]
    .sort(inTreeOrder)
    .map((lane) => diffLane(lane, left.get(lane) ?? [], right.get(lane) ?? []))
  return { a: a.run, b: b.run, same: lanes.every(({ parts }) => parts === null), lanes }
}

function diffLane(lane: string, a: readonly ComparedStep[], b: readonly ComparedStep[]): LaneDiff {
  for (let shared = 0; shared < Math.max(a.length, b.length); shared += 1) {
    const [left, right] = [a[shared], b[shared]]
    if (left === undefined || right === undefined || !same(left, right))
      return { lane, shared, parts: { a: left ?? null, b: right ?? null } }
  }
  return { lane, shared: a.length, parts: null }
}

function same(a: ComparedStep, b: ComparedStep): boolean {
  return a.n === b.n && a.kind === b.kind && a.commandHash === b.commandHash && a.outcome === b.outcome
}

function byLane({ steps }: RunView): ReadonlyMap<string, readonly ComparedStep[]> {
  const lanes = new Map<string, ComparedStep[]>()
  for (const { lane, n, kind, commandHash, outcome } of steps) {
    const known = lanes.get(lane) ?? []
    lanes.set(lane, known)
    known.push({ n, kind, commandHash, outcome })
  }
  for (const known of lanes.values()) known.sort((a, b) => a.n - b.n)
  return lanes
}

/** `0.2` before `0.10`, and a frame before its children. */
function inTreeOrder(a: string, b: string): number {
  const [left, right] = [a.split('.'), b.split('.')]
  for (let level = 0; level < Math.min(left.length, right.length); level += 1) {
    const order = Number(left[level]) - Number(right[level])
    if (order !== 0) return order
  }
  return left.length - right.length
}
