import {
  type Amount,
  addAmounts,
  type Det,
  NOTHING,
  type Share,
  subtractAmounts,
  totalTokens,
  VOTER,
} from '@writ/contract'
import type { Lane } from './completeness-lanes.ts'
import { firstOf } from './first-of.ts'
import type { RecordOf, RecordPlace, RunFrame, RunShare } from './fold-run.ts'
import { refuse } from './verdict.ts'

/** A child with a share of its own gets this part of its parent's. */
const CHILD_PART = 8
/** Two times in whole milliseconds that differ by more are in the order they are in. */
const ROUNDING_MS = 2
/** Moments that wait for one call or frame, and that one waits for; of more it counts as nothing, which only refuses less. */
const MOST_WAITING = 1024

type Place = RecordPlace<Lane>

/** A moment at which no more may have been taken of a share than there is. */
interface Moment {
  readonly limits: Share
  readonly at: string
  readonly time: number
  /** What was taken for certain, as far as it is known yet. */
  taken: Amount
  /** Of how much it is not known yet whether it was taken then. */
  waiting: number
}

/** Something taken of a share, of which a later record tells until when. */
interface Open {
  /** What it takes at most. */
  readonly bound: Amount
  moments: Moment[]
}

/** What is taken of one share. */
class Pool {
  readonly limits: Share
  /** Charged for results that were recorded, and given to blind children for good. */
  taken: Amount = NOTHING
  /** With all that may be taken beside. */
  #most: Amount = NOTHING
  readonly #open = new Map<string, Open>()

  constructor(limits: Share) {
    this.limits = limits
  }

  take(amount: Amount): void {
    this.taken = addAmounts(this.taken, amount)
    this.#most = addAmounts(this.#most, amount)
  }

  open(key: string, bound: Amount): void {
    this.#open.set(key, { bound, moments: [] })
    this.#most = addAmounts(this.#most, bound)
  }

  /** A record shows how much something open took at the moments before it. */
  show(key: string, took: (moment: Moment, bound: Amount) => Amount): void {
    const open = this.#open.get(key)
    if (open === undefined) return
    const { moments, bound } = open
    open.moments = []
    for (const moment of moments) settle(moment, took(moment, bound))
  }

  /** The same, and it is open no more. */
  end(key: string, took: (moment: Moment, bound: Amount) => Amount): void {
    this.show(key, took)
    const open = this.#open.get(key)
    this.#open.delete(key)
    if (open !== undefined) this.#most = subtractAmounts(this.#most, open.bound)
  }

  /** No more than there is was taken at this moment, together with `more`. */
  check(more: Amount, time: number, at: string): void {
    const { limits } = this
    // Mostly all of it would fit, whatever the records still to come show.
    if (fits(addAmounts(this.#most, more), limits)) return
    const moment: Moment = { limits, at, time, taken: addAmounts(this.taken, more), waiting: 0 }
    for (const { moments } of firstOf(this.#open.values(), MOST_WAITING)) {
      if (moments.length >= MOST_WAITING) continue
      moments.push(moment)
      moment.waiting += 1
    }
    if (moment.waiting === 0) checkFits(moment.taken, limits, at)
  }

  /** Nothing more will be shown. */
  close(): void {
    for (const key of this.#open.keys()) this.show(key, () => NOTHING)
  }
}

/**
 * What is taken of each share: charges, calls under way, turns held back, shares of children. The kernel keeps all of it
 * within the limits at every moment. Records tell of moments a little later, so only what was certainly taken counts: the
 * bound of a call while its first attempt was under way, the last turn of a frame that takes another one, the share of a
 * child that goes on. Memory grows with the open frames and calls.
 */
export class Shares {
  readonly #pools = new Map<RunShare, Pool>()
  readonly #sharedRecords: number
  readonly #votes: number | undefined

  constructor({ fork, votes }: Det['run.open']) {
    this.#sharedRecords = fork?.records ?? 0
    this.#votes = votes
  }

  /** The root holds back its last turn; when it could not, nothing else happens. */
  choose({ det }: RecordOf<'strategy.chosen'>, { frame }: Place): void {
    this.#of(frame.share).open(turnOf(frame.lane), det.held)
  }

  /** Any record of a child with a share of its own shows that it still has it. */
  before(frame: RunFrame<Lane>): void {
    const { share, lane } = frame
    if (share.lane === lane && share.above !== null)
      this.#of(share.above).show(partOf(lane), (_, bound) => bound)
  }

  /** A child that has a share of its own has exactly a child's part, and its first turns fit in. */
  spawn({ seq, det, obs }: RecordOf<'frame.spawn'>, { frame, at }: Place): void {
    const { share, mode, child, bound, profile } = det
    const pool = this.#of(frame.share)
    if (share === null) {
      this.#check(pool, bound, seq, obs.at, at)
      pool.open(turnOf(child), half(bound))
      return
    }
    checkPart(share, profile === VOTER ? (this.#votes ?? CHILD_PART) : CHILD_PART, frame, at)
    checkFits(bound, share, `${at}/det/bound`)
    this.#check(pool, boundOf(share), seq, obs.at, at)
    if (mode === 'blind') pool.take(boundOf(share))
    else pool.open(partOf(child), boundOf(share))
  }

  /** A child opened: in a share of its own it is the first to hold anything back. */
  opened({ lane, share, opening }: Pick<RunFrame<Lane>, 'lane' | 'share' | 'opening'>): void {
    if (opening.kind === 'frame.spawn' && share.lane === lane)
      this.#of(share).open(turnOf(lane), half(opening.det.bound))
  }

  /** A call was sent, so it had room; one that was not shows at least which turns were still held back. */
  call({ seq, n, det, obs }: RecordOf<'model.call'>, { frame, at }: Place): void {
    const pool = this.#of(frame.share)
    if (det.role === 'turn') pool.show(turnOf(frame.lane), (_, held) => least(held, det.bound))
    if (det.outcome !== 'ok') return
    const single = det.items === 1
    this.#check(pool, single ? det.bound : leastOf(det), seq, obs.at, at)
    if (single) pool.open(callOf(frame.lane, n), det.bound)
  }

  /** A call ended: until its first attempt was over it had its bound, from then on at least what that was charged. */
  result({ n, det, obs }: RecordOf<'model.result'>, { frame, command, at }: Place): void {
    const pool = this.#of(frame.share)
    const [attempt] = obs.detail
    const first = attempt?.attempt === 1 ? attempt : undefined
    const until = (command?.obs.at ?? 0) + (first?.tookMs ?? 0) - ROUNDING_MS
    const after = first?.charged ?? NOTHING
    pool.end(callOf(frame.lane, n), ({ time }, bound) => (time < until ? bound : after))
    pool.take(det.charged)
    checkFits(pool.taken, pool.limits, at)
  }

  /** A child ended. What it had of its own comes back, but for what blind children of it got. */
  join({ det }: RecordOf<'frame.join'>, { frame, child }: Place): void {
    if (child === undefined) return
    const own = this.#of(child.share)
    own.end(turnOf(det.child), () => NOTHING)
    if (child.share === frame.share) return
    own.close()
    this.#pools.delete(child.share)
    if (child.mode !== 'apart') return
    const pool = this.#of(frame.share)
    pool.end(partOf(det.child), () => own.taken)
    pool.take(own.taken)
  }

  /** What a frame was told is left is at most what the records leave. */
  budget({ det }: RecordOf<'local'>, { frame: { share }, at }: Place): void {
    if (det.budget === null) return
    const { taken, limits } = this.#of(share)
    const { calls, tokens, costMicroUsd } = limits
    const left = {
      calls: calls - taken.calls,
      tokens: tokens === null ? null : tokens - totalTokens(taken),
      costMicroUsd: costMicroUsd === null ? null : costMicroUsd - taken.costMicroUsd,
    }
    for (const key of ['calls', 'tokens', 'costMicroUsd'] as const) {
      const [found, most] = [det.budget[key], left[key]]
      if (found === null ? most === null : most !== null && found <= most) continue
      refuse(
        'BUDGET_MISMATCH',
        `The budget has ${found} ${key} left; the records leave ${most}.`,
        `${at}/det/budget/${key}`,
      )
    }
  }

  /** The run ended. */
  close(): void {
    for (const pool of this.#pools.values()) pool.close()
  }

  /** What a fork took over was recorded in less time than it took, so times do not tell what overlapped. */
  #check(pool: Pool, more: Amount, seq: number, time: number, at: string): void {
    if (seq >= this.#sharedRecords) pool.check(more, time, at)
  }

  #of(share: RunShare): Pool {
    const known = this.#pools.get(share)
    if (known !== undefined) return known
    const pool = new Pool(share.limits)
    this.#pools.set(share, pool)
    return pool
  }
}

const turnOf = (lane: string): string => `turn ${lane}`
const callOf = (lane: string, n: number): string => `call ${lane}/${n}`
const partOf = (lane: string): string => `part ${lane}`

const DIMENSIONS = ['calls', 'tokens', 'costMicroUsd', 'steps', 'readBytes'] as const

function checkPart(share: Share, parts: number, frame: RunFrame<Lane>, at: string): void {
  const { limits } = frame.share
  for (const key of DIMENSIONS) {
    const whole = limits[key]
    const part = whole === null ? null : Math.floor(whole / parts)
    if (share[key] !== part)
      refuse(
        'SHARE_MISMATCH',
        `A child of ${frame.lane} has ${share[key]} ${key}; its part is ${part}.`,
        `${at}/det/share/${key}`,
      )
  }
}

function settle(moment: Moment, took: Amount): void {
  moment.taken = addAmounts(moment.taken, took)
  moment.waiting -= 1
  if (moment.waiting === 0) checkFits(moment.taken, moment.limits, moment.at)
}

function checkFits(taken: Amount, limits: Share, at: string): void {
  if (fits(taken, limits)) return
  const { calls, costMicroUsd } = taken
  refuse(
    'LIMIT_EXCEEDED',
    `${calls} calls, ${totalTokens(taken)} tokens and ${costMicroUsd} micro-USD were taken here, more than there were.`,
    at,
  )
}

function fits(taken: Amount, { calls, tokens, costMicroUsd }: Share): boolean {
  return (
    taken.calls <= calls &&
    (tokens === null || totalTokens(taken) <= tokens) &&
    (costMicroUsd === null || taken.costMicroUsd <= costMicroUsd)
  )
}

/** What one request of a batch takes at least: it had room when the batch was sent. */
function leastOf({ items, maxOutputTokens }: RecordOf<'model.call'>['det']): Amount {
  return items === 0 ? NOTHING : { ...NOTHING, calls: 1, outputTokens: maxOutputTokens }
}

function boundOf({ calls, tokens, costMicroUsd }: Share): Amount {
  return { calls, inputTokens: tokens ?? 0, outputTokens: 0, costMicroUsd: costMicroUsd ?? 0 }
}

/** One of the two turns that are held back for a child. */
function half({ calls, inputTokens, outputTokens, costMicroUsd }: Amount): Amount {
  return {
    calls: Math.floor(calls / 2),
    inputTokens: Math.floor(inputTokens / 2),
    outputTokens: Math.floor(outputTokens / 2),
    costMicroUsd: Math.floor(costMicroUsd / 2),
  }
}

function least(a: Amount, b: Amount): Amount {
  return {
    calls: Math.min(a.calls, b.calls),
    inputTokens: Math.min(a.inputTokens, b.inputTokens),
    outputTokens: Math.min(a.outputTokens, b.outputTokens),
    costMicroUsd: Math.min(a.costMicroUsd, b.costMicroUsd),
  }
}
