import { type Det, mostFanOut, type Outcome, roleOfProfile } from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import type { RecordOf, RecordPlace } from './fold-run.ts'
import { refuse } from './verdict.ts'

type Limits = Det['run.open']['limits']

/** A frame takes no more turns than it may; one that found no room and its last one, taken instead, count as one. */
export function checkTurn({ det }: RecordOf<'model.call'>, lane: Lane, at: string): void {
  const { maxTurns } = lane
  if (det.role !== 'turn') return
  // A turn that is asked of another model instead is the same turn.
  if (det.instead === undefined) {
    lane.turns += 1
    if (det.outcome === 'ok') lane.turnsTaken += 1
  }
  markTurn(lane, det.outcome)
  if (lane.turnsTaken <= maxTurns && lane.turns <= maxTurns + 1) return
  refuse('LIMIT_EXCEEDED', `Lane ${lane.name} takes turn ${lane.turns}; ${maxTurns} are allowed.`, at)
}

/**
 * A frame asks for no more sub-calls and children than the profile of the model it was opened with allows, and its role. A
 * sub-call with a schema may be asked twice, and no record tells which was; a script is bound by its own text, and frames
 * that check an answer the host opens.
 */
export function checkFanOut(
  record: RecordOf<'model.call'> | RecordOf<'frame.spawn'>,
  { frame, at }: RecordPlace<Lane>,
  { profiles = [], models, fork, script, limits }: Det['run.open'],
): void {
  const { det } = record
  const scripted = frame.parent === null ? script !== undefined : frame.own.script !== null
  if (det.outcome !== 'ok' || scripted) return
  if ('role' in det && (det.role === 'turn' || det.instead !== undefined)) return
  if ('profile' in det && roleOfProfile(det.profile) !== 'worker') return
  const lane = frame.own
  lane.fannedOut += 'role' in det ? det.items / 2 : 1
  const opened = frame.parent === null ? [models[0]?.id, fork?.models[0]?.id] : [frame.model]
  const ceilings = opened
    .filter((id) => id !== undefined)
    .map((id) => profiles.find(({ model }) => model === id)?.fanOut ?? Number.POSITIVE_INFINITY)
  const ofRole = mostFanOut(limits, roleOfProfile(frame.profile)) ?? Number.POSITIVE_INFINITY
  const most = Math.min(ofRole, Math.max(...ceilings))
  if (lane.fannedOut <= most) return
  refuse(
    'LIMIT_EXCEEDED',
    `Lane ${lane.name} asks for more sub-calls and children than the ${most} it may.`,
    at,
  )
}

/** Notes how a turn stands: refused, sent, or what came of it. */
export function markTurn(lane: Lane, outcome: Outcome): void {
  lane.turnFailed = outcome !== 'ok'
  lane.turnLimited ||= outcome === 'limit'
  lane.final = false
}

/** Whether a frame may have used its last turn: it has had as many as it may, or one found no room. */
export function mayHaveEnded(lane: Lane): boolean {
  return lane.turnsTaken >= lane.maxTurns || lane.turnLimited
}

type GuestStep = RecordOf<
  'context.search' | 'context.read' | 'local' | 'memory.write' | 'model.call' | 'frame.spawn'
>

/**
 * A cell asks for no more steps than one may, and a frame takes no more: what goes beyond is refused. The steps of a cell are
 * numbered from that of the turn or cell before it. Frames that check an answer the host opens.
 */
export function checkSteps(
  { n, det }: GuestStep,
  { frame, at }: RecordPlace<Lane>,
  { cellSteps }: Limits,
): void {
  if (det.outcome !== 'ok' || ('role' in det && det.role === 'turn')) return
  if ('profile' in det && roleOfProfile(det.profile) !== 'worker') return
  const lane = frame.own
  if (isPartOfTurn(lane, n, det)) return
  const before = lane.cells.findLast((boundary) => boundary < n)
  if (before !== undefined && n - before > cellSteps)
    refuse(
      'LIMIT_EXCEEDED',
      `Step ${n} of lane ${lane.name} is one too many for its cell; ${cellSteps} are allowed.`,
      at,
    )
  const { steps } = frame.share.limits
  if (n >= steps) refuse('LIMIT_EXCEEDED', `Lane ${lane.name} takes step ${n}; ${steps} are allowed.`, at)
}

/** A step in which no other model was asked for a turn is part of that turn: the steps of its cells come after. */
export function markFallback(lane: Lane, { n, det }: RecordOf<'local'>): void {
  if (isPartOfTurn(lane, n, det)) markCell(lane, n)
}

function isPartOfTurn({ cells }: Lane, n: number, det: GuestStep['det']): boolean {
  return 'op' in det && det.op === 'fallback' && cells.includes(n - 1)
}

/** Notes where the steps of the next cell begin. Of those before, only the last is still needed: late steps refer to it. */
export function markCell(lane: Lane, n: number): void {
  lane.cells.push(n)
  if (lane.cells.length > 3) lane.cells.shift()
}

/** What left the run is no larger than it may be. */
export function checkReleased(
  { det }: RecordOf<'output.release'>,
  { maxOutputBytes }: Limits,
  at: string,
): void {
  if (det.outcome !== 'ok' || det.bytes <= maxOutputBytes) return
  refuse(
    'LIMIT_EXCEEDED',
    `${det.bytes} bytes were released; ${maxOutputBytes} are allowed.`,
    `${at}/det/bytes`,
  )
}

/** What `budget()` gave counts down from the limits: depth and turns exactly, the rest at most what is left of them. */
export function checkBudget(
  { n, det }: RecordOf<'local'>,
  { frame, at }: RecordPlace<Lane>,
  { maxDepth }: Limits,
): void {
  const { budget, op, outcome } = det
  if ((budget !== null) !== (op === 'budget' && outcome === 'ok'))
    refuse(
      'BUDGET_MISMATCH',
      `A ${op} that ended ${outcome} ${budget === null ? 'has no' : 'has a'} budget.`,
      `${at}/det/budget`,
    )
  if (budget === null) return
  const derived = {
    depth: maxDepth - frame.depth,
    turns: Math.max(0, frame.own.maxTurns - frame.own.turns),
    steps: Math.max(0, frame.share.limits.steps - n - 1),
  }
  for (const key of ['depth', 'turns', 'steps'] as const) {
    const [found, most] = [budget[key], derived[key]]
    // Steps asked for at the same time may have been counted already.
    if (key === 'steps' ? found <= most : found === most) continue
    refuse(
      'BUDGET_MISMATCH',
      `The budget has ${found} ${key} left; the records leave ${most}.`,
      `${at}/det/budget/${key}`,
    )
  }
}
