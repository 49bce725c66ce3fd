import { type Amount, addAmounts, type Det, NOTHING, totalTokens, withinLimits } from '@writ/contract'
import { canonicalJson } from './canonical.ts'
import {
  answersCommand,
  checkCommand,
  newPending,
  pendingCall,
  takeDetail,
  takeResult,
  takeRetry,
} from './completeness-commands.ts'
import { checkContext, checkGrants, checkScope } from './completeness-context.ts'
import { checkAllowed, checkDepth, checkSubject } from './completeness-decisions.ts'
import { checkTaintCovers, checkTaintWithin, heldAt, markLabel, raiseLabel } from './completeness-labels.ts'
import {
  beginStep,
  checkChild,
  checkDense,
  endChild,
  type Lane,
  openLane,
  type RunCounts,
} from './completeness-lanes.ts'
import { RECORDS } from './evidence-layout.ts'
import {
  type FrameFacts,
  type RecordOf,
  type RecordPlace,
  type RecordVisitor,
  RunFold,
  type RunFrame,
  type RunVisitor,
} from './fold-run.ts'
import { modelsAt } from './fork.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

/**
 * COMPLETENESS: whether the records are a whole run, from the records alone: nothing missing, repeated or out of order;
 * every effect with a recorded decision that allows that action on that resource, at its frame's depth, begun again in
 * the order of its attempts, and answered once; only declared models; partitions touched only in scope, under a grant,
 * and with their labels taken on; children within their parents and accounted for; labels never falling; charges within
 * what was begun, adding up within the limits; the release last.
 *
 * Records of one frame that overlap do not tell in which order things happened. So a grant may come in a later record
 * of a step asked for earlier; and the label a call or spawn was decided for is only known to include what the frame
 * held when a cell before it ended (or, before the first cell, at its turn). Whether decisions are right is POLICY's.
 */
export class Completeness {
  readonly #walk = new RunWalk()
  readonly #fold = new RunFold<Lane, void>(this.#walk)

  /** Takes the next record with its leaf hash. `isLast`: no other follows. Ends with a refusal, and then for good. */
  accept(record: AnyRecord, leaf: Uint8Array, isLast: boolean): void {
    this.#walk.next(record, leaf, this.#fold.size, isLast)
    this.#fold.visit(record)
    if (isLast) this.#walk.end(record, this.#fold.frames, `${RECORDS}#/${record.seq}`)
  }

  /** What a complete run was, once its last record was accepted. */
  summary(): string {
    if (this.#fold.size === 0) refuse('NOT_OPENED', 'There is no record that opens a run.', `${RECORDS}#/0`)
    return `${this.#fold.size} records, ${this.#walk.summary(this.#fold.frames)}`
  }
}

type Place = RecordPlace<Lane>

/** Follows a run record by record; the first thing wrong ends it. */
class RunWalk implements RunVisitor<Lane, void> {
  readonly #counts: RunCounts = { frames: 0, maxDepth: 0, endedSteps: 0, partitions: new Set() }
  #opening: Det['run.open'] | undefined
  #leaf: Uint8Array = new Uint8Array(0)
  #charged: Amount = NOTHING
  #releasedAt: number | null = null

  /** Looks at a record before its visit: its number, and what may begin or end a run. */
  next(record: AnyRecord, leaf: Uint8Array, place: number, isLast: boolean): void {
    const at = `${RECORDS}#/${place}`
    if (place === 0 && record.kind !== 'run.open') refuse('NOT_OPENED', 'The first record opens no run.', at)
    if (record.seq !== place) refuse('SEQ_GAP', `Record ${place} has the number ${record.seq}.`, `${at}/seq`)
    this.#leaf = leaf
    this.#checkEnds(record, place, isLast, at)
  }

  opened(frame: FrameFacts<Lane>): Lane {
    return openLane(frame, this.#counts)
  }

  stray(record: AnyRecord, at: string): never {
    const why = 'was not spawned or has been joined'
    refuse('LANE_NOT_OPEN', `Record ${record.seq} is of lane ${record.lane}, which ${why}.`, `${at}/lane`)
  }

  before(record: AnyRecord, { frame, at }: Place): void {
    if (!answersCommand(record)) beginStep(frame.own, record.n, at)
    frame.own.tree.append(this.#leaf)
  }

  readonly records: RecordVisitor<Lane, void> = {
    'run.open': (record, { frame, at }) => {
      this.#opening = record.det
      checkFork(record.det)
      for (const { id } of record.det.partitions) this.#counts.partitions.add(id)
      raiseLabel(frame.own, record.det.questionLabel, at)
      markLabel(frame.own, record.n)
    },
    'strategy.chosen': () => undefined,
    'context.search': (record, { frame, at }) => checkContext(frame.own, record, this.#counts.partitions, at),
    'context.read': (record, { frame, at }) => checkContext(frame.own, record, this.#counts.partitions, at),
    local: () => undefined,
    'model.call': (record, place) => this.#call(record, place),
    'model.attempt': takeRetry,
    'model.usage': takeDetail,
    'model.result': (record, place) => this.#result(record, place),
    cell: (record, { frame }) => {
      // A cell has its number only when its record is written.
      markLabel(frame.own, record.n)
      frame.own.celled = true
    },
    'frame.spawn': (record, place) => this.#spawn(record, place),
    'frame.join': (record, { frame, command, child, at }) => {
      const spawn = checkCommand(record, command, 'frame.spawn', at)
      endChild(frame.own, child, spawn, record, this.#counts, at)
    },
    'output.release': (record, place) => this.#release(record, place),
    'run.close': () => undefined,
    'run.abort': () => undefined,
  }

  /** Looks at what is left open once the last record was visited. */
  end(record: AnyRecord, frames: readonly RunFrame<Lane>[], at: string): void {
    if (record.kind === 'run.close') {
      this.#close(record, frames, at)
      return
    }
    for (const { own } of frames) checkGrants(own)
    // What an aborted run has in doubt was sent at least once; what more it may have cost, only its result would tell.
    const begun = frames.flatMap(({ own }) => [...own.pending.values()])
    const calls = begun.reduce((sum, { retries }) => sum + 1 + retries, 0)
    this.#checkLimits(addAmounts(this.#charged, { ...NOTHING, calls }), at)
  }

  summary(frames: readonly RunFrame<Lane>[]): string {
    const fork = this.#opening?.fork
    const shared =
      fork === undefined ? '' : ` The first ${fork.records} records were taken over from run ${fork.run}.`
    const { frames: count } = this.#counts
    return `${this.#steps(frames)} steps in ${count} frames, ${this.#charged.calls} model requests.${shared}`
  }

  #checkEnds(record: AnyRecord, place: number, isLast: boolean, at: string): void {
    if ((record.kind === 'run.open') !== (place === 0)) {
      refuse('NOT_OPENED', `Record ${place} opens the run a second time.`, at)
    }
    const ends = record.kind === 'run.close' || record.kind === 'run.abort'
    if (ends !== isLast) {
      refuse('NOT_CLOSED', ends ? `Records follow the end at ${place}.` : 'The last record ends no run.', at)
    }
    if (!ends && this.#releasedAt !== null) {
      const release = this.#releasedAt
      refuse(
        'RELEASE_MISPLACED',
        `Record ${place} follows the release at ${release}.`,
        `${RECORDS}#/${release}`,
      )
    }
    if ((ends || place === 0) && record.lane !== '0') {
      refuse(ends ? 'NOT_CLOSED' : 'NOT_OPENED', `${record.kind} is of lane ${record.lane}.`, `${at}/lane`)
    }
  }

  #call(record: RecordOf<'model.call'>, { frame: { own: lane }, at }: Place): void {
    const { decision, model, outcome, role } = record.det
    checkDepth(lane, decision, at)
    checkSubject(decision, 'model::call', `model:${model}`, at)
    this.#checkModel(model, record.seq, at)
    if (outcome !== 'ok') return
    checkAllowed(lane, decision, at)
    const alone = role === 'turn' && !lane.celled
    checkTaintCovers(decision, alone ? lane.label : heldAt(lane, record.n), at)
    if (alone) markLabel(lane, record.n)
    lane.pending.set(record.n, newPending())
  }

  #spawn(record: RecordOf<'frame.spawn'>, { frame: { own: lane }, at }: Place): void {
    const { child, decision, label, model, outcome, profile } = record.det
    raiseLabel(lane, label, at)
    checkDepth(lane, decision, at)
    checkSubject(decision, 'recursion::spawn', `profile:${profile}`, at)
    if (outcome !== 'ok') return
    checkAllowed(lane, decision, at)
    checkTaintCovers(decision, heldAt(lane, record.n), at)
    checkTaintWithin(decision, label, at)
    this.#checkModel(model, record.seq, at)
    checkChild(lane, child, this.#run.limits.maxDepth, at)
    checkScope(lane, record.det, this.#counts.partitions, at)
  }

  #checkModel(model: string, seq: number, at: string): void {
    if (modelsAt(this.#run, seq).some(({ id }) => id === model)) return
    refuse('UNKNOWN_MODEL', `The run has no model ${model} at record ${seq}.`, `${at}/det/model`)
  }

  #result(record: RecordOf<'model.result'>, place: Place): void {
    const { call } = pendingCall(record, place)
    const { frame, at } = place
    takeResult(record, place)
    this.#charged = addAmounts(this.#charged, record.det.charged)
    this.#checkLimits(this.#charged, at)
    raiseLabel(frame.own, record.det.label, at)
    checkTaintWithin(call.det.decision, record.det.label, at)
  }

  #release(record: RecordOf<'output.release'>, { frame: { own: lane }, at }: Place): void {
    const { decision, label, outcome } = record.det
    if (decision !== null) {
      checkDepth(lane, decision, at)
      checkSubject(decision, 'output::release', 'sink:', at)
    }
    raiseLabel(lane, label, at)
    if (outcome !== 'ok') return
    // A child's release goes to its parent and may need no decision; the root's leaves the run.
    if (lane.name !== '0' && decision === null) return
    checkAllowed(lane, decision, at)
    if (decision !== null) {
      // A frame releases when all else it asked for is done, so nothing rises between decision and record.
      checkTaintCovers(decision, label, at)
      checkTaintWithin(decision, label, at)
    }
    if (lane.name === '0') this.#releasedAt = record.seq
  }

  #close(record: RecordOf<'run.close'>, frames: readonly RunFrame<Lane>[], at: string): void {
    const [open] = frames.flatMap(({ commands }) => [...commands.values()])
    if (open !== undefined) refuse('UNANSWERED', `Command ${open.seq} (${open.kind}) has no result.`, at)
    for (const { own } of frames) {
      checkDense(own, at)
      checkGrants(own)
      raiseLabel(own, record.det.label, at)
    }
    const { det, seq } = record
    const { fork } = this.#run
    if (fork !== undefined && (fork.records === 0 || fork.records > seq)) {
      const place = `${RECORDS}#/0/det/fork/records`
      refuse('BAD_FORK', `The run shares ${fork.records} records and closes with record ${seq}.`, place)
    }
    if (det.status === 'complete' && this.#releasedAt === null) {
      refuse('RELEASE_MISPLACED', 'The run is complete without a release.', `${at}/det/status`)
    }
    for (const key of ['calls', 'inputTokens', 'outputTokens', 'costMicroUsd'] as const) {
      const sum = this.#charged[key]
      if (det.charged[key] === sum) continue
      refuse(
        'SPENDING_MISMATCH',
        `The results charge ${sum} ${key}; the close says ${det.charged[key]}.`,
        `${at}/det/charged/${key}`,
      )
    }
    const { frames: opened, maxDepth } = this.#counts
    const counted = { frames: opened, maxDepth, steps: this.#steps(frames) }
    for (const key of ['frames', 'maxDepth', 'steps'] as const) {
      if (det[key] === counted[key]) continue
      refuse(
        'COUNT_MISMATCH',
        `The records have ${key} ${counted[key]}; the close says ${det[key]}.`,
        `${at}/det/${key}`,
      )
    }
  }

  /** Distinct (lane, n). */
  #steps(frames: readonly RunFrame<Lane>[]): number {
    return frames.reduce((sum, { own }) => sum + own.steps.size, this.#counts.endedSteps)
  }

  /** What `run.open` says. */
  get #run(): Det['run.open'] {
    return this.#opening ?? refuse('NOT_OPENED', 'There is no record that opens a run.', `${RECORDS}#/0`)
  }

  #checkLimits(amount: Amount, at: string): void {
    if (withinLimits(amount, this.#run.limits)) return
    const { calls, costMicroUsd } = amount
    refuse(
      'LIMIT_EXCEEDED',
      `${calls} calls, ${totalTokens(amount)} tokens and ${costMicroUsd} micro-USD exceed the run's limits.`,
      at,
    )
  }
}

/** A model keeps what it is through a fork: policy sees it by its name. */
function checkFork({ fork, models }: Det['run.open']): void {
  const other = fork?.models.find((model) => {
    const now = models.find(({ id }) => id === model.id)
    return now !== undefined && canonicalJson(now) !== canonicalJson(model)
  })
  if (other !== undefined)
    refuse(
      'BAD_FORK',
      `The model ${other.id} is not the same in both parts.`,
      `${RECORDS}#/0/det/fork/models`,
    )
}
