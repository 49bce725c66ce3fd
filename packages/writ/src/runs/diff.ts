import type { RunView, StepView } from './run-view.ts'

/** What steps are compared by, and what tells them apart in words. */
export type ComparedStep = Pick<
  StepView,
  'n' | 'kind' | 'op' | 'commandHash' | 'outcome' | 'about' | 'error' | 'withheld'
>

/** What of a run two runs are compared by. */
export interface ComparedRun extends Pick<RunView, 'run' | 'status' | 'question'> {
  readonly steps: readonly (ComparedStep & Pick<StepView, 'lane'>)[]
}

/** One lane of two runs: how many steps they share from the start, and the first where they part. */
export interface LaneDiff {
  readonly lane: string
  readonly shared: number
  /** Of those, how many were compared without what they asked for, which whoever looks may not see. */
  readonly withheld: number
  /** Null when the lane is the same in both; a side is null where its lane has ended or never was. */
  readonly parts: { readonly a: ComparedStep | null; readonly b: ComparedStep | null } | null
}

/** Two runs, lane by lane. */
export interface RunDiff {
  readonly a: string
  readonly b: string
  readonly same: boolean
  /** Null where they were asked the same, or a question is withheld or gone. */
  readonly questions: { readonly a: string; readonly b: string } | null
  readonly lanes: readonly LaneDiff[]
}

/** Aligns two runs by lane on (n, kind, command, outcome) and finds where each lane parts. */
export function diffRuns(a: ComparedRun, b: ComparedRun): RunDiff {
  const [left, right] = [byLane(a), byLane(b)]
  const lanes = [...new Set([...left.keys(), ...right.keys()])]
    .sort(inTreeOrder)
    .map((lane) => diffLane(lane, left.get(lane) ?? [], right.get(lane) ?? []))
  const asked = a.question !== null && b.question !== null && a.question !== b.question
  const questions = asked ? { a: a.question, b: b.question } : null
  return { a: a.run, b: b.run, same: lanes.every(({ parts }) => parts === null), questions, lanes }
}

function diffLane(lane: string, a: readonly ComparedStep[], b: readonly ComparedStep[]): LaneDiff {
  let withheld = 0
  for (let shared = 0; shared < Math.max(a.length, b.length); shared += 1) {
    const [left, right] = [a[shared], b[shared]]
    if (left === undefined || right === undefined || !same(left, right))
      return { lane, shared, withheld, parts: { a: left ?? null, b: right ?? null } }
    if (left.withheld !== null || right.withheld !== null) withheld += 1
  }
  return { lane, shared: a.length, withheld, parts: null }
}

function same(a: ComparedStep, b: ComparedStep): boolean {
  const asked = a.withheld !== null || b.withheld !== null || a.commandHash === b.commandHash
  return a.n === b.n && a.kind === b.kind && a.op === b.op && asked && a.outcome === b.outcome
}

function byLane({ steps }: ComparedRun): ReadonlyMap<string, readonly ComparedStep[]> {
  const lanes = new Map<string, ComparedStep[]>()
  for (const { lane, n, kind, op, commandHash, outcome, about, error, withheld } of steps) {
    const known = lanes.get(lane) ?? []
    lanes.set(lane, known)
    known.push({ n, kind, op, commandHash, outcome, about, error, withheld })
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
