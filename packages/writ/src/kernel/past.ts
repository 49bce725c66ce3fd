import { type Attempt, isWritError, RESULT_OF, type RecordKind, WritError } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import { firstDifference } from './first-difference.ts'
import type { Place, Written } from './journal.ts'
import type { RecordedRun } from './recorded-run.ts'
import type { Renewal } from './renewal.ts'

/** Where a replay parted from its record, and how. Nulls: no record stands there, or none was made. */
export interface Parting {
  readonly outcome: 'DIVERGED' | 'INCOMPLETE' | 'CODE_MISMATCH'
  readonly at: {
    readonly seq: number | null
    readonly lane: string
    readonly n: number
    /** JSON pointer into the record. */
    readonly pointer: string
    readonly expected: unknown
    readonly found: unknown
  }
}

/** A record of one kind. */
export type RecordOf<K extends RecordKind> = Extract<AnyRecord, { readonly kind: K }>

/** The records of one lane that hand something to its frame, in the order they were written, which is the order of delivery. */
interface LanePast {
  readonly finals: AnyRecord[]
  next: number
  /** Who waits for the turn of a record, by its seq. */
  readonly waiting: Map<number, PromiseWithResolvers<void>>
}

/** Kinds that say nothing of what a step gave: facts of the first time only. */
export const ONLY_ONCE: ReadonlySet<RecordKind> = new Set(['model.attempt', 'model.usage'])

/** After so long without a step, which is longer than any cell may run, the frames wait for what never comes. */
const STALLED_MS = 900_000

/** What happens where a record ends: a replay is over there, a resumed run goes on. */
export type Ending = 'stops' | 'goes on'

/**
 * What a run did, for doing it again: every crossing of the gate asks it for the record at its place, gets what came of
 * the step from there instead of from outside, and is compared field by field. INVARIANT: the steps of a lane end in
 * the order in which they were recorded to end; the first difference ends the whole replay. Where a run goes on,
 * nothing happens for the first time before everything recorded has been done again.
 */
export class Past {
  readonly #recorded: RecordedRun
  readonly #ending: Ending
  readonly #renewal: Renewal | undefined
  readonly #steps = new Map<string, AnyRecord[]>()
  readonly #lanes = new Map<string, LanePast>()
  readonly #joined = new Set<string>()
  readonly #retries = new Map<string, Map<number, number>>()
  readonly #usage = new Map<string, readonly Attempt[]>()
  readonly #met = new Set<number>()
  readonly #count: number
  readonly #parted = new AbortController()
  readonly #caughtUp = Promise.withResolvers<void>()
  #atEnd: (() => void)[] = []
  readonly #closed: boolean
  #parting: Parting | undefined
  #stalled: NodeJS.Timeout | undefined

  /** With a renewal, the record is another run's than the one that does it again. */
  constructor(recorded: RecordedRun, ending: Ending = 'stops', renewal?: Renewal) {
    this.#recorded = recorded
    this.#ending = ending
    this.#renewal = renewal
    this.#caughtUp.promise.catch(() => undefined)
    const records = recorded.records.filter((record) => !ONLY_ONCE.has(record.kind))
    this.#count = records.length
    this.#closed = records.some((record) => record.kind === 'run.close')
    for (const record of recorded.records) this.#note(record)
    for (const record of records) {
      if (this.#final(record) !== record) continue
      const lane: LanePast = this.#lanes.get(record.lane) ?? { finals: [], next: 0, waiting: new Map() }
      this.#lanes.set(record.lane, lane)
      lane.finals.push(record)
    }
  }

  /** Aborted when the replay has parted from its record. */
  get signal(): AbortSignal {
    return this.#parted.signal
  }

  /** Steps done again and found equal. */
  get steps(): number {
    return [...this.#steps.values()].filter((records) => records.every(({ seq }) => this.#met.has(seq)))
      .length
  }

  /** The replay is over. */
  rest(): void {
    clearTimeout(this.#stalled)
  }

  /** Whether a step, or what came of it where a kind is named, is taken from the record. A replay knows nothing else. */
  covers(place: Place, kind?: RecordKind): boolean {
    if (this.#ending === 'stops') return true
    const records = this.#records(place)
    return kind === undefined ? records.length > 0 : records.some((record) => record.kind === kind)
  }

  /** Whether a frame that was opened has ended. */
  joined(child: string): boolean {
    return this.#ending === 'stops' || this.#joined.has(child)
  }

  /** The seq of the first record of a step; undefined where none stands. */
  begins(place: Place): number | undefined {
    return this.#records(place)[0]?.seq
  }

  /** How often each item of a command was begun again: any of it may have been sent. */
  retries(place: Place): ReadonlyMap<number, number> {
    return this.#retries.get(key(place)) ?? new Map()
  }

  /** The closing record, if there is one. */
  closing(): RecordOf<'run.close'> | undefined {
    const last = this.#recorded.records.at(-1)
    return last !== undefined && isKind(last, 'run.close') ? last : undefined
  }

  /** The attempts of a command that records of their own describe. */
  usage(place: Place): readonly Attempt[] {
    return this.#usage.get(key(place)) ?? []
  }

  /** Whether a run that goes on has done everything again that is recorded. */
  get caughtUp(): boolean {
    return this.#ending === 'goes on' && this.#met.size === this.#count
  }

  /** Throws unless everything recorded has been done again: until then nothing may be recorded for the first time. */
  requireEnd(): void {
    this.signal.throwIfAborted()
    if (!this.caughtUp) throw new WritError('INTERNAL', 'A step happened before the record had ended.')
  }

  /**
   * Waits until everything recorded has been done again: what follows happens for the first time. What is given to be
   * done at that moment is done before anyone who waits goes on.
   */
  async end<T>(atEnd?: () => T): Promise<T | undefined> {
    let result: T | undefined
    if (atEnd !== undefined) {
      if (this.caughtUp) return atEnd()
      this.#atEnd.push(() => {
        result = atEnd()
      })
    }
    await this.#caughtUp.promise
    return result
  }

  /** Where the replay parted; once it has run to its end, the first record it never came to counts as well. */
  parting(): Parting | undefined {
    if (this.#parting !== undefined) return this.#parting
    const left = this.#left()
    if (left !== undefined) return { outcome: 'DIVERGED', at: missed(left) }
    return this.#closed ? undefined : incomplete({ lane: '0', n: 0 }, 'run.close')
  }

  /** The record of a step. Throws, and ends the replay, when another kind of step or none stands at its place. */
  at<K extends RecordKind>(place: Place, kind: K): RecordOf<K> {
    this.#alive()
    const records = this.#records(place)
    for (const record of records) if (isKind(record, kind)) return record
    const [other] = records
    const result = other !== undefined && RESULT_OF[other.kind] === kind
    // The run was cut off here: a step is missing, or a command has no result.
    if (!this.#closed && (other === undefined || result)) return this.#part(incomplete(place, kind))
    const { lane, n } = place
    const expected = result ? null : (other?.kind ?? null)
    const at = { seq: other?.seq ?? null, lane, n, pointer: '/kind', expected, found: kind }
    return this.#part({ outcome: 'DIVERGED', at })
  }

  /** The cell that the frame of a lane runs next, having taken `steps` steps. */
  nextCell(lane: string, steps: number): RecordOf<'cell'> | undefined {
    this.#alive()
    const cells = (this.#lanes.get(lane)?.finals ?? []).filter((record) => record.kind === 'cell')
    return cells.filter(({ n }) => n >= steps).sort((a, b) => a.n - b.n)[0]
  }

  /** The text stored beside a record. Throws, and ends the replay as incomplete, when it is gone. */
  async text(record: AnyRecord, name: string): Promise<string> {
    this.#alive()
    const { lane, n, kind } = record
    const bytes = await this.#recorded.payload(`${lane}/${n}/${kind}/${name}`).catch((error: unknown) => {
      if (isWritError(error) && error.code === 'KEY_UNAVAILABLE') return undefined
      throw error
    })
    if (bytes !== undefined) return Buffer.from(bytes).toString('utf8')
    return this.gone(record, `the payload ${name}`)
  }

  /** What is stored beside a record is gone: ends the replay as incomplete. */
  gone({ seq, lane, n }: AnyRecord, expected: string): never {
    return this.#part({ outcome: 'INCOMPLETE', at: { seq, lane, n, pointer: '', expected, found: null } })
  }

  /** Ends the replay when what shapes frames now is not what shaped those of the record. */
  sameCode({ seq, lane, n, det }: RecordOf<'run.open'>, found: string): void {
    const expected = det.guestAbi
    if (found === expected) return
    this.#part({ outcome: 'CODE_MISMATCH', at: { seq, lane, n, pointer: '/det/guestAbi', expected, found } })
  }

  /** Waits until every step of the lane that ended before this one has been done again. */
  async turn(record: AnyRecord): Promise<void> {
    this.#alive()
    const lane = this.#lanes.get(record.lane)
    if (lane === undefined || lane.finals[lane.next] === record) return
    const waiting = Promise.withResolvers<void>()
    lane.waiting.set(record.seq, waiting)
    await waiting.promise
  }

  /** Compares fields of a record with what the frame asks for now. Throws, and ends the replay, at the first difference. */
  compare(record: AnyRecord, asked: object): void {
    const recorded = Object.entries(record.det).filter(([name]) => name in asked)
    this.#same(record, Object.fromEntries(recorded), asked)
  }

  /** A record is made again: it must be the one that stands there, field by field, and come when it came. */
  meet(kind: RecordKind, place: Place, det: object): Written {
    const record = this.at(place, kind)
    this.#same(record, record.det, det)
    const lane = this.#lanes.get(place.lane)
    if (lane !== undefined && this.#final(record) === record) {
      const next = lane.finals[lane.next]
      if (next !== undefined && next !== record) this.#part({ outcome: 'DIVERGED', at: missed(next) })
      lane.next += 1
      const following = lane.finals[lane.next]
      if (following !== undefined) lane.waiting.get(following.seq)?.resolve()
    }
    this.#met.add(record.seq)
    if (this.caughtUp) this.#catchUp()
    return { seq: record.seq, durable: Promise.resolve() }
  }

  #catchUp(): void {
    this.rest()
    for (const act of this.#atEnd.splice(0)) act()
    this.#caughtUp.resolve()
  }

  #note(record: AnyRecord): void {
    const at = key(record)
    if (record.kind === 'model.attempt') {
      const retries = this.#retries.get(at) ?? new Map<number, number>()
      this.#retries.set(at, retries.set(record.obs.item, (retries.get(record.obs.item) ?? 0) + 1))
      return
    }
    if (record.kind === 'model.usage') {
      // A call that was sent again begins its list anew.
      const before = record.obs.first === 0 ? [] : (this.#usage.get(at) ?? [])
      this.#usage.set(at, [...before, ...record.obs.detail])
      return
    }
    if (record.kind === 'frame.join') this.#joined.add(record.det.child)
    this.#steps.set(at, [...(this.#steps.get(at) ?? []), record])
  }

  #same({ seq, lane, n }: AnyRecord, expected: object, found: object): void {
    const first = this.#renewal?.asFirst(found) ?? found
    const difference = firstDifference(expected, first, '/det')
    if (difference !== undefined) this.#part({ outcome: 'DIVERGED', at: { seq, lane, n, ...difference } })
  }

  #records(place: Place): readonly AnyRecord[] {
    return this.#steps.get(key(place)) ?? []
  }

  /** The record that ends a step: its result, or itself when it has none; undefined while its result is missing. */
  #final({ lane, n }: Place): AnyRecord | undefined {
    const last = this.#records({ lane, n }).at(-1)
    if (last === undefined) return undefined
    const open = RESULT_OF[last.kind] !== undefined && 'outcome' in last.det && last.det.outcome === 'ok'
    return open ? undefined : last
  }

  #left(): AnyRecord | undefined {
    return this.#recorded.records.find(({ seq, kind }) => !ONLY_ONCE.has(kind) && !this.#met.has(seq))
  }

  #alive(): void {
    this.signal.throwIfAborted()
    clearTimeout(this.#stalled)
    if (this.caughtUp) return
    this.#stalled = setTimeout(() => this.#stall(), STALLED_MS)
  }

  #stall(): void {
    const left = this.#left()
    if (left !== undefined) this.#end({ outcome: 'DIVERGED', at: missed(left) })
  }

  #part(parting: Parting): never {
    this.#end(parting)
    throw this.signal.reason
  }

  /** The first parting is the one that counts; whoever waits is told. */
  #end(parting: Parting): void {
    if (this.#parting !== undefined) return
    this.#parting = parting
    const { lane, n, pointer } = parting.at
    const where = `lane ${lane}, step ${n} ${pointer}`
    this.#parted.abort(new WritError('CANCELLED', `The replay parted from its record at ${where}.`))
    this.#caughtUp.reject(this.signal.reason)
    for (const past of this.#lanes.values())
      for (const waiting of past.waiting.values()) waiting.reject(this.signal.reason)
  }
}

/**
 * The past of a step, or of what came of it where a kind is named; undefined for one that happens for the first time,
 * which it does only when everything recorded has been done again.
 */
export async function pastAt(past: Past, place: Place, kind?: RecordKind): Promise<Past | undefined> {
  if (past.covers(place, kind)) return past
  await past.end()
  return undefined
}

function key({ lane, n }: Place): string {
  return `${lane}/${n}`
}

function isKind<K extends RecordKind>(record: AnyRecord, kind: K): record is RecordOf<K> {
  return record.kind === kind
}

function incomplete({ lane, n }: Place, kind: RecordKind): Parting {
  return {
    outcome: 'INCOMPLETE',
    at: { seq: null, lane, n, pointer: '', expected: `a record ${kind}`, found: null },
  }
}

function missed({ seq, lane, n, kind }: AnyRecord): Parting['at'] {
  return { seq, lane, n, pointer: '/kind', expected: kind, found: null }
}
