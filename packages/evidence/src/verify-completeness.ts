import {
  type Amount,
  addAmounts,
  counted,
  type Det,
  everyPartition,
  isVerifier,
  NOTHING,
} from '@writ/contract'
import { checkAsked, checkChecks } from './completeness-checks.ts'
import { Ending } from './completeness-close.ts'
import {
  answersCommand,
  certainlyBegun,
  certainlySent,
  checkCommand,
  newPending,
  pendingCall,
  takeDetail,
  takeResult,
  takeRetry,
} from './completeness-commands.ts'
import { checkContext, checkGrants, checkScope } from './completeness-context.ts'
import { checkConversation } from './completeness-conversation.ts'
import { checkAllowed, checkDepth, checkSubject } from './completeness-decisions.ts'
import { Refusals } from './completeness-denials.ts'
import { checkEnds } from './completeness-ends.ts'
import { Fallbacks } from './completeness-fallback.ts'
import { checkForkRecords, checkModels } from './completeness-fork.ts'
import { InFlight } from './completeness-in-flight.ts'
import { NamedRequests, takeItem } from './completeness-items.ts'
import { checkSealed, endChild, joinedChild } from './completeness-join.ts'
import {
  checkTaintCovers,
  checkTaintWithin,
  heldAt,
  markLabel,
  raiseLabel,
  takeOnLabel,
} from './completeness-labels.ts'
import {
  beginStep,
  checkChild,
  checkDense,
  type Lane,
  openLane,
  type RunCounts,
} from './completeness-lanes.ts'
import {
  checkBudget,
  checkFanOut,
  checkReleased,
  checkSteps,
  checkTurn,
  markCell,
  markFallback,
  markTurn,
} from './completeness-limits.ts'
import { Notes } from './completeness-notes.ts'
import {
  checkCall,
  checkOp,
  checkOutcome,
  checkOutcomes,
  checkSpawned,
  checkTouched,
} from './completeness-outcomes.ts'
import { ReusableCalls } from './completeness-reuse.ts'
import { checkScriptCall, checkSpawnedScript } from './completeness-scripts.ts'
import { Shares } from './completeness-shares.ts'
import { checkCelled, checkHeld, checkStrategy } from './completeness-strategy.ts'
import { checkCharged, checkCounts, checkSpent } from './completeness-sums.ts'
import { Times } from './completeness-times.ts'
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
import { hasVerifierAt, modelListsAt, modelsAt } from './fork.ts'
import type { AnyRecord } from './record.ts'
import { refuse } from './verdict.ts'

/**
 * COMPLETENESS: whether the records are a whole run, from the records alone: nothing missing, repeated or out of order;
 * every effect with a recorded decision that allows that action on that resource, at its frame's depth, begun again in
 * the order of its attempts, and answered once; only declared models; partitions touched only in scope, under a grant,
 * and with their labels taken on; children within their parents and accounted for; labels never falling; charges within
 * what was begun, adding up within the limits; the release last. Whatever two records state is compared: outcomes, limits,
 * shares, times, counts, how the run ended.
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

/** What follows a run from its opening record on. */
interface Followed {
  readonly run: Det['run.open']
  readonly times: Times
  readonly shares: Shares
  readonly inFlight: InFlight
  readonly fallbacks: Fallbacks
  readonly reusable: ReusableCalls
  readonly named: NamedRequests
  readonly notes: Notes
  readonly ending: Ending
}

/** Follows a run record by record; the first thing wrong ends it. */
class RunWalk implements RunVisitor<Lane, void> {
  readonly #counts: RunCounts = {
    frames: 0,
    maxDepth: 0,
    endedSteps: 0,
    partitions: new Set(),
    limits: undefined,
    scripted: false,
  }
  readonly #refusals = new Refusals()
  #known: Followed | undefined
  #leaf: Uint8Array = new Uint8Array(0)
  #charged: Amount = NOTHING
  #releasedAt: number | null = null

  /** Looks at a record before its visit: its number, and what may begin or end a run. */
  next(record: AnyRecord, leaf: Uint8Array, place: number, isLast: boolean): void {
    const at = `${RECORDS}#/${place}`
    if (place === 0 && record.kind !== 'run.open') refuse('NOT_OPENED', 'The first record opens no run.', at)
    if (record.seq !== place) refuse('SEQ_GAP', `Record ${place} has the number ${record.seq}.`, `${at}/seq`)
    this.#leaf = leaf
    checkEnds(record, { place, isLast, releasedAt: this.#releasedAt })
  }

  opened(frame: FrameFacts<Lane>): Lane {
    if (frame.opening.kind === 'run.open') this.#open(frame.opening.det)
    this.#run.shares.opened(frame)
    return openLane(frame, this.#counts)
  }

  #open(run: Det['run.open']): void {
    for (const { id } of everyPartition(run)) this.#counts.partitions.add(id)
    this.#counts.limits = run.limits
    this.#counts.scripted = run.script !== undefined
    this.#known = {
      run,
      times: new Times(run),
      shares: new Shares(run),
      inFlight: new InFlight(run),
      fallbacks: new Fallbacks(run),
      reusable: new ReusableCalls(),
      named: new NamedRequests(),
      notes: new Notes(run),
      ending: new Ending(),
    }
  }

  stray(record: AnyRecord, at: string): never {
    const why = 'was not spawned or has been joined'
    refuse('LANE_NOT_OPEN', `Record ${record.seq} is of lane ${record.lane}, which ${why}.`, `${at}/lane`)
  }

  before(record: AnyRecord, place: Place): void {
    const { frame, at } = place
    const { times, shares, ending } = this.#run
    if (!answersCommand(record)) beginStep(frame.own, record.n, at)
    frame.own.tree.append(this.#leaf)
    times.accept(record, place)
    shares.before(frame)
    this.#refusals.accept(record, at)
    ending.accept(record, place)
  }

  readonly records: RecordVisitor<Lane, void> = {
    'run.open': (record, { frame, at }) => {
      checkModels(record.det)
      checkConversation(record.det)
      checkAsked(record.det, at)
      raiseLabel(frame.own, record.det.questionLabel, at)
      markLabel(frame.own, record.n)
    },
    'strategy.chosen': (record, place) => {
      checkStrategy(record, place.frame.own, this.#run.run, place.at)
      this.#run.shares.choose(record, place)
    },
    'context.search': (record, place) => this.#context(record, place),
    'context.read': (record, place) => this.#context(record, place),
    local: (record, place) => this.#local(record, place),
    'memory.write': (record, place) => {
      this.#run.notes.write(record, place.frame.own, place.at)
      checkSteps(record, place, this.#run.run.limits)
    },
    'model.call': (record, place) => this.#call(record, place),
    'model.attempt': takeRetry,
    'model.usage': (record, place) => {
      const { call } = pendingCall(record, place)
      takeDetail(record, place)
      this.#run.fallbacks.attempts(record.obs.detail, call)
    },
    'model.item': (record, place) => {
      const { call, pending } = pendingCall(record, place)
      takeItem(record, call, pending, place.at)
      this.#run.named.item(record, call, place.at)
      this.#run.fallbacks.attempts(record.obs.detail, call)
    },
    'model.result': (record, place) => this.#result(record, place),
    cell: (record, { frame: { own: lane }, at }) => {
      if (lane.name === '0') {
        checkCelled(lane, this.#run.run, at)
        this.#run.times.busy(record)
      }
      // A cell has its number only when its record is written.
      markLabel(lane, record.n)
      markCell(lane, record.n)
      lane.celled = true
      lane.final = record.det.final
    },
    'frame.spawn': (record, place) => this.#spawn(record, place),
    'frame.join': (record, place) => {
      const { frame, command, at } = place
      const child = joinedChild(record, checkCommand(record, command, 'frame.spawn', at), place)
      endChild(record, child, frame.own, this.#counts, at)
      // However a child ended its parent has its label, unless the parent cannot see how it did.
      if (child.mode !== 'blind') takeOnLabel(frame.own, record.det.label, at)
      this.#run.shares.join(record, place)
    },
    'output.release': (record, place) => this.#release(record, place),
    'run.close': () => undefined,
    'run.abort': () => undefined,
  }

  /** Looks at what is left open once the last record was visited. */
  end(record: AnyRecord, frames: readonly RunFrame<Lane>[], at: string): void {
    if (record.kind === 'run.close') {
      this.#refusals.check()
      this.#close(record, frames, at)
      return
    }
    for (const { own } of frames) checkGrants(own)
    // What an aborted run has in doubt was sent at least once; what more it may have cost, only its result would tell.
    const begun = frames.flatMap(({ own }) => [...own.pending.values()])
    const spent = begun.reduce((sum, call) => addAmounts(sum, certainlyBegun(call)), this.#charged)
    checkSpent(spent, this.#run.run.limits, at)
    this.#run.shares.close()
  }

  summary(frames: readonly RunFrame<Lane>[]): string {
    const { fork, conversation } = this.#run.run
    const shared =
      fork === undefined ? '' : ` The first ${fork.records} records were taken over from run ${fork.run}.`
    const followed = conversation?.follows.map(({ run }) => run) ?? []
    const before = followed.length === 0 ? '' : ` It goes on from run ${followed.join(', ')}.`
    const { frames: count } = this.#counts
    const open = frames.flatMap(({ own }) => [...own.pending.values()])
    const sent = open.reduce((sum, call) => sum + certainlySent(call), this.#charged.calls)
    const [steps, requests] = [counted(this.#steps(frames), 'step'), counted(sent, 'model request')]
    const doubt =
      open.length === 0
        ? ''
        : ` for certain; ${counted(open.length, 'call')} ${open.length === 1 ? 'is' : 'are'} in doubt: begun, perhaps sent, and no result is recorded`
    return `${steps} in ${counted(count, 'frame')}, ${requests}${doubt}.${shared}${before}`
  }

  #context(record: RecordOf<'context.search' | 'context.read'>, place: Place): void {
    const { frame, at } = place
    checkOutcome(record.det, at)
    checkOp(record, at)
    checkContext(frame.own, record, this.#counts.partitions, at)
    checkTouched(record, place, this.#run.run.notes)
    this.#run.notes.context(record, at)
    checkSteps(record, place, this.#run.run.limits)
  }

  #local(record: RecordOf<'local'>, place: Place): void {
    const { frame, at } = place
    const { limits } = this.#run.run
    checkOutcome(record.det, at)
    checkOp(record, at)
    checkSteps(record, place, limits)
    markFallback(frame.own, record)
    raiseLabel(frame.own, record.det.label, at)
    checkBudget(record, place, limits)
    this.#run.shares.budget(record, place)
    if (record.det.op === 'cite' && record.det.outcome === 'ok') frame.own.cited += 1
    if (record.det.op === 'validate' && record.det.outcome === 'ok') frame.own.validated = true
  }

  #call(record: RecordOf<'model.call'>, place: Place): void {
    const { frame, at } = place
    const { own: lane } = frame
    const { run, shares, inFlight, fallbacks, reusable } = this.#run
    const { decision, model, outcome, role, label } = record.det
    checkOutcome(record.det, at)
    checkCall(record, at)
    checkDepth(lane, decision, at)
    checkSubject(decision, 'model::call', `model:${model}`, at)
    fallbacks.call(record, place)
    checkTurn(record, lane, at)
    checkHeld(record, lane, run, at)
    checkSteps(record, place, run.limits)
    checkFanOut(record, place, run)
    checkScriptCall(record, lane, at)
    if (role === 'turn') markCell(lane, record.n)
    const before = lane.label
    raiseLabel(lane, label, at)
    checkTaintWithin(decision, label, at)
    shares.call(record, place)
    inFlight.call(record, at)
    reusable.call(record, place)
    if (outcome !== 'ok') return
    checkAllowed(lane, decision, at)
    const alone = role === 'turn' && !lane.celled
    checkTaintCovers(decision, alone ? before : heldAt(lane, record.n), at)
    if (alone) markLabel(lane, record.n)
    lane.pending.set(record.n, newPending())
  }

  #spawn(record: RecordOf<'frame.spawn'>, place: Place): void {
    const { frame, at } = place
    const { own: lane } = frame
    const { run, shares } = this.#run
    const { child, decision, label, outcome, profile, ceiling } = record.det
    checkOutcome(record.det, at)
    checkSpawned(record, at)
    checkSpawnedScript(record, run, at)
    checkSteps(record, place, run.limits)
    checkFanOut(record, place, run)
    raiseLabel(lane, label, at)
    checkDepth(lane, decision, at)
    checkSubject(decision, 'recursion::spawn', `profile:${profile}`, at)
    for (const one of ceiling) checkDepth(lane, one, at)
    if (outcome !== 'ok') return
    checkAllowed(lane, decision, at)
    checkTaintCovers(decision, heldAt(lane, record.n), at)
    checkTaintWithin(decision, label, at)
    this.#checkModel(record, at)
    checkChild(lane, child, run.limits.maxDepth, at)
    checkScope(lane, record.det, this.#counts.partitions, at)
    shares.spawn(record, place)
  }

  /** A child has the first of a list; one that checks claims that of its own, where it has one. */
  #checkModel({ seq, det: { model, profile } }: RecordOf<'frame.spawn'>, at: string): void {
    const { run } = this.#run
    const checks = isVerifier(profile) && hasVerifierAt(run, seq)
    const models = checks ? modelListsAt(run, seq).verifier.slice(0, 1) : modelsAt(run, seq)
    if (models.some(({ id }) => id === model)) return
    refuse('UNKNOWN_MODEL', `The run has no model ${model} at record ${seq}.`, `${at}/det/model`)
  }

  #result(record: RecordOf<'model.result'>, place: Place): void {
    const { call, pending } = pendingCall(record, place)
    const { frame, at } = place
    const { shares, inFlight, times, fallbacks, reusable, named } = this.#run
    takeResult(record, place)
    named.result(call, pending, at)
    checkOutcomes(record, call, at)
    fallbacks.attempts(record.obs.detail, call)
    fallbacks.result(record, call, frame.own)
    shares.result(record, place)
    inFlight.result(record, call)
    reusable.result(record, call, frame.share, pending.items)
    if (call.det.role === 'turn') {
      markTurn(frame.own, record.det.outcome)
      if (frame.lane === '0') times.busy(record)
    }
    frame.own.charged = addAmounts(frame.own.charged, record.det.charged)
    this.#charged = addAmounts(this.#charged, record.det.charged)
    checkSpent(this.#charged, this.#run.run.limits, at)
    raiseLabel(frame.own, record.det.label, at)
    checkTaintWithin(call.det.decision, record.det.label, at)
  }

  #release(record: RecordOf<'output.release'>, { frame: { own: lane }, at }: Place): void {
    const { decision, label, outcome } = record.det
    // A child's value goes to its parent: its join records it.
    if (lane.name !== '0') refuse('RELEASE_MISPLACED', `Lane ${lane.name} releases to nobody.`, at)
    checkOutcome(record.det, at)
    if (decision !== null) {
      checkDepth(lane, decision, at)
      checkSubject(decision, 'output::release', 'sink:', at)
    }
    raiseLabel(lane, label, at)
    checkSealed(record, lane, at)
    checkChecks(record, lane, this.#run.run, at)
    if (outcome !== 'ok') return
    checkReleased(record, this.#run.run.limits, at)
    checkAllowed(lane, decision, at)
    if (decision !== null) {
      // A frame releases when all else it asked for is done, so nothing rises between decision and record.
      checkTaintCovers(decision, label, at)
      checkTaintWithin(decision, label, at)
    }
    this.#releasedAt = record.seq
  }

  #close(record: RecordOf<'run.close'>, frames: readonly RunFrame<Lane>[], at: string): void {
    const [open] = frames.flatMap(({ commands }) => [...commands.values()])
    if (open !== undefined) refuse('UNANSWERED', `Command ${open.seq} (${open.kind}) has no result.`, at)
    const { run, shares, times, ending, notes } = this.#run
    const { det, seq } = record
    for (const { own } of frames) {
      checkDense(own, at)
      checkGrants(own)
      raiseLabel(own, det.label, at)
    }
    checkForkRecords(run, seq)
    if (det.status === 'complete' && this.#releasedAt === null) {
      refuse('RELEASE_MISPLACED', 'The run is complete without a release.', `${at}/det/status`)
    }
    checkCharged(record, this.#charged, at)
    const { frames: count, maxDepth } = this.#counts
    checkCounts(record, { frames: count, maxDepth, steps: this.#steps(frames) }, at)
    shares.close()
    times.close(record, run.limits, at)
    notes.close(record, at)
    const known = { some: this.#refusals.some, noted: notes.some }
    for (const { own } of frames) ending.check(record, own, run, known, at)
  }

  /** Distinct (lane, n). */
  #steps(frames: readonly RunFrame<Lane>[]): number {
    return frames.reduce((sum, { own }) => sum + own.steps.size, this.#counts.endedSteps)
  }

  get #run(): Followed {
    return this.#known ?? refuse('NOT_OPENED', 'There is no record that opens a run.', `${RECORDS}#/0`)
  }
}
