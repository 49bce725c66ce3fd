import { isWritError, RESULT_OF, type RecordKind, WritError } from '@writ/contract'
import type { AnyRecord } from '@writ/evidence'
import { firstDifference } from './first-difference.ts'
import type { Place, Written } from './journal.ts'
import type { RecordedRun } from './recorded-run.ts'

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

/** After so long without a step, which is longer than any cell may run, the frames wait for what never comes. */
const STALLED_MS = 900_000

/**
 * What a run did, for doing it again: every crossing of the gate asks it for the record at its place, gets what came of
 * the step from there instead of from outside, and is compared field by field. INVARIANT: the steps of a lane end in
 * the order in which they were recorded to end; the first difference ends the whole replay.
 */
export class Past {
  readonly #recorded: RecordedRun
  readonly #steps = new Map<string, AnyRecord[]>()
  readonly #lanes = new Map<string, LanePast>()
  readonly #met = new Set<number>()
  readonly #parted = new AbortController()
  readonly #closed: boolean
  #parting: Parting | undefined
  #stalled: NodeJS.Timeout | undefined

  constructor(recorded: RecordedRun) {
    this.#recorded = recorded
    // A retry says nothing of what a step gave: it is a fact of the first time only.
    const records = recorded.records.filter((record) => record.kind !== 'model.attempt')
    this.#closed = records.some((record) => record.kind === 'run.close')
    for (const record of records) {
      const key = `${record.lane}/${record.n}`
      this.#steps.set(key, [...(this.#steps.get(key) ?? []), record])
    }
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
    return { seq: record.seq, durable: Promise.resolve() }
  }

  #same({ seq, lane, n }: AnyRecord, expected: object, found: object): void {
    const difference = firstDifference(expected, found, '/det')
    if (difference !== undefined) this.#part({ outcome: 'DIVERGED', at: { seq, lane, n, ...difference } })
  }

  #records({ lane, n }: Place): readonly AnyRecord[] {
    return this.#steps.get(`${lane}/${n}`) ?? []
  }

  /** The record that ends a step: its result, or itself when it has none. */
  #final({ lane, n }: Place): AnyRecord | undefined {
    return this.#records({ lane, n }).at(-1)
  }

  #left(): AnyRecord | undefined {
    return this.#recorded.records.find(({ seq, kind }) => kind !== 'model.attempt' && !this.#met.has(seq))
  }

  #alive(): void {
    this.signal.throwIfAborted()
    clearTimeout(this.#stalled)
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
    for (const past of this.#lanes.values())
      for (const waiting of past.waiting.values()) waiting.reject(this.signal.reason)
  }
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
