import {
  type Amount,
  addAmounts,
  type Det,
  type Limits,
  NOTHING,
  type RunRecord,
  totalTokens,
  withinLimits,
} from '@writ/contract'
import { canonicalJson } from './canonical.ts'
import {
  answersCommand,
  checkAttempts,
  checkCharged,
  commandOf,
  newCommand,
  takeCommand,
  takeDetail,
  takeRetry,
} from './completeness-commands.ts'
import { checkContext, checkGrants } from './completeness-context.ts'
import { checkAllowed, checkDepth, checkSubject } from './completeness-decisions.ts'
import { checkTaintCovers, checkTaintWithin, heldAt, markLabel, raiseLabel } from './completeness-labels.ts'
import { beginStep, checkDense, type Lane, Lanes } from './completeness-lanes.ts'
import { RECORDS } from './evidence-layout.ts'
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
  #walk: RunWalk | undefined
  #size = 0

  /** Takes the next record with its leaf hash. `isLast`: no other follows. Ends with a refusal, and then for good. */
  accept(record: AnyRecord, leaf: Uint8Array, isLast: boolean): void {
    if (this.#walk === undefined) {
      if (record.kind !== 'run.open') refuse('NOT_OPENED', 'The first record opens no run.', `${RECORDS}#/0`)
      this.#walk = new RunWalk(record.det)
    }
    this.#walk.accept(record, leaf, this.#size, isLast)
    this.#size += 1
  }

  /** What a complete run was, once its last record was accepted. */
  summary(): string {
    if (this.#walk === undefined)
      refuse('NOT_OPENED', 'There is no record that opens a run.', `${RECORDS}#/0`)
    return `${this.#size} records, ${this.#walk.summary()}`
  }
}

/** Follows a run record by record; the first thing wrong ends it. */
class RunWalk {
  readonly #lanes: Lanes
  readonly #opened: Det['run.open']
  readonly #limits: Limits
  #charged: Amount = NOTHING
  #releasedAt: number | null = null

  constructor(opened: Det['run.open']) {
    this.#lanes = new Lanes(opened.partitions)
    this.#opened = opened
    this.#limits = opened.limits
    checkFork(opened)
  }

  accept(record: AnyRecord, leaf: Uint8Array, place: number, isLast: boolean): void {
    const at = `${RECORDS}#/${place}`
    if (record.seq !== place) refuse('SEQ_GAP', `Record ${place} has the number ${record.seq}.`, `${at}/seq`)
    this.#checkEnds(record, place, isLast, at)
    const lane = this.#lanes.of(record, at)
    if (!answersCommand(record)) beginStep(lane, record.n, at)
    this.#step(record, lane, at)
    lane.tree.append(leaf)
  }

  summary(): string {
    const { count, steps } = this.#lanes
    const { fork } = this.#opened
    const shared =
      fork === undefined ? '' : ` The first ${fork.records} records were taken over from run ${fork.run}.`
    return `${steps} steps in ${count} frames, ${this.#charged.calls} model requests.${shared}`
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

  #step(record: AnyRecord, lane: Lane, at: string): void {
    switch (record.kind) {
      case 'run.open':
        raiseLabel(lane, record.det.questionLabel, at)
        markLabel(lane, record.n)
        break
      case 'context.search':
      case 'context.read':
        checkContext(lane, record, this.#lanes.partitions, at)
        break
      case 'model.call':
        this.#call(record, lane, at)
        break
      case 'model.attempt':
        this.#attempt(record, lane, at)
        break
      case 'model.usage':
        takeDetail(record, commandOf(record, lane, 'model.call', at), at)
        break
      case 'model.result':
        this.#result(record, lane, at)
        break
      case 'frame.spawn':
        this.#spawn(record, lane, at)
        break
      case 'frame.join':
        this.#lanes.join(lane, record, takeCommand(record, lane, 'frame.spawn', at), at)
        break
      case 'output.release':
        this.#release(record, lane, at)
        break
      case 'run.close':
        this.#close(record, lane, at)
        break
      case 'run.abort':
        this.#lanes.checkGrants()
        this.#checkLimits(this.#inDoubt(), at)
        break
      case 'cell':
        // A cell has its number only when its record is written.
        markLabel(lane, record.n)
        lane.celled = true
        break
      case 'strategy.chosen':
      case 'local':
        break
    }
  }

  #call(record: RunRecord<'model.call'>, lane: Lane, at: string): void {
    const { decision, model, outcome, role } = record.det
    checkDepth(lane, decision, at)
    checkSubject(decision, 'model::call', `model:${model}`, at)
    this.#checkModel(model, record.seq, at)
    if (outcome !== 'ok') return
    checkAllowed(lane, decision, at)
    const alone = role === 'turn' && !lane.celled
    checkTaintCovers(decision, alone ? lane.label : heldAt(lane, record.n), at)
    if (alone) markLabel(lane, record.n)
    lane.commands.set(record.n, newCommand(record))
  }

  #spawn(record: RunRecord<'frame.spawn'>, lane: Lane, at: string): void {
    const { decision, label, model, outcome, profile } = record.det
    raiseLabel(lane, label, at)
    checkDepth(lane, decision, at)
    checkSubject(decision, 'recursion::spawn', `profile:${profile}`, at)
    if (outcome !== 'ok') return
    checkAllowed(lane, decision, at)
    checkTaintCovers(decision, heldAt(lane, record.n), at)
    checkTaintWithin(decision, label, at)
    this.#checkModel(model, record.seq, at)
    lane.commands.set(record.n, newCommand(record))
    this.#lanes.spawn(lane, record, this.#limits.maxDepth, at)
  }

  #checkModel(model: string, seq: number, at: string): void {
    if (modelsAt(this.#opened, seq).some(({ id }) => id === model)) return
    refuse('UNKNOWN_MODEL', `The run has no model ${model} at record ${seq}.`, `${at}/det/model`)
  }

  #attempt(record: RunRecord<'model.attempt'>, lane: Lane, at: string): void {
    takeRetry(record, commandOf(record, lane, 'model.call', at), at)
  }

  #result(record: RunRecord<'model.result'>, lane: Lane, at: string): void {
    const command = takeCommand(record, lane, 'model.call', at)
    const { charged } = record.det
    checkCharged(charged, command, at)
    checkAttempts(record, command, at)
    this.#charged = addAmounts(this.#charged, charged)
    this.#checkLimits(this.#charged, at)
    raiseLabel(lane, record.det.label, at)
    checkTaintWithin(command.det.decision, record.det.label, at)
  }

  #release(record: RunRecord<'output.release'>, lane: Lane, at: string): void {
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

  #close(record: RunRecord<'run.close'>, lane: Lane, at: string): void {
    const [open] = this.#lanes.openCommands()
    if (open !== undefined) refuse('UNANSWERED', `Command ${open.seq} (${open.kind}) has no result.`, at)
    checkDense(lane, at)
    checkGrants(lane)
    const { det, seq } = record
    const { fork } = this.#opened
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
    const counted = { frames: this.#lanes.count, maxDepth: this.#lanes.maxDepth, steps: this.#lanes.steps }
    for (const key of ['frames', 'maxDepth', 'steps'] as const) {
      if (det[key] === counted[key]) continue
      refuse(
        'COUNT_MISMATCH',
        `The records have ${key} ${counted[key]}; the close says ${det[key]}.`,
        `${at}/det/${key}`,
      )
    }
    raiseLabel(lane, det.label, at)
  }

  /** What was charged, and the bound of every call whose result never came. */
  #inDoubt(): Amount {
    return this.#lanes
      .openCommands()
      .filter((command) => command.kind === 'model.call')
      .reduce((sum, command) => addAmounts(sum, command.det.bound), this.#charged)
  }

  #checkLimits(amount: Amount, at: string): void {
    if (withinLimits(amount, this.#limits)) return
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
