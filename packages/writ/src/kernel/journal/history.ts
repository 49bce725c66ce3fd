import {
  type Attempt,
  isWritError,
  itemPayload,
  payloadPath,
  RESULT_OF,
  type RecordKind,
  WritError,
} from '@writ/contract'
import type { AnyRecord, RecordOf } from '@writ/evidence'
import { type StepId, stepKey } from '../basis/step-id.ts'
import type { CommitmentMap } from './commitment-map.ts'
import type { Divergence } from './divergence.ts'
import { firstDifference } from './first-difference.ts'
import type { RecordedItem, RecordedStep, Written } from './journal.ts'
import type { RecordedRun } from './recorded-run.ts'

/** Records that come again one after another, as they did. */
interface Order {
  readonly records: AnyRecord[]
  /** Index of the record that comes next. */
  next: number
  /** Who waits until every record before one has come, by its seq. */
  readonly waiting: Map<number, PromiseWithResolvers<void>>
}

/** Kinds that say nothing of what a step gave: facts of the first time only. */
const ONLY_ONCE: ReadonlySet<RecordKind> = new Set(['model.attempt', 'model.usage'])

/** Kinds that say what came of a command. */
const RESULTS: ReadonlySet<RecordKind> = new Set(Object.values(RESULT_OF))

/** After so long without a step, which is longer than any cell may run, the frames wait for what never comes. */
const STALLED_MS = 900_000

/**
 * What a run did, for doing it again: each step is found by its lane and number and compared field by field. INVARIANT: the
 * records of a lane come in the order in which they stand, commands too: each has the label that those before it made. What
 * is recorded anew, under another key, comes in that order over all lanes. The first difference ends everything.
 */
export class History {
  readonly #recorded: RecordedRun
  readonly #commitments: CommitmentMap | undefined
  readonly #steps = new Map<string, AnyRecord[]>()
  readonly #orders = new Map<string, Order>()
  readonly #cells = new Map<string, RecordOf<'cell'>[]>()
  readonly #joined = new Set<string>()
  readonly #retries = new Map<string, Map<number, number>>()
  readonly #usage = new Map<string, readonly Attempt[]>()
  readonly #items = new Map<string, Map<number, RecordOf<'model.item'>>>()
  readonly #met = new Set<number>()
  readonly #count: number
  readonly #diverged = new AbortController()
  readonly #caughtUp = Promise.withResolvers<void>()
  readonly #atEnd: (() => void)[] = []
  readonly #closed: boolean
  #divergence: Divergence | undefined
  #stalled: NodeJS.Timeout | undefined

  /** With a map of commitments, the record is of another run than the one that does it again. */
  constructor(recorded: RecordedRun, commitments?: CommitmentMap) {
    this.#recorded = recorded
    this.#commitments = commitments
    this.#caughtUp.promise.catch(() => undefined)
    const records = recorded.records.filter((record) => !ONLY_ONCE.has(record.kind))
    this.#count = records.length
    this.#closed = records.some((record) => record.kind === 'run.close')
    for (const record of recorded.records) this.#note(record)
    for (const record of records) {
      if (record.kind === 'model.item') continue
      const order: Order = this.#orderOf(record.lane) ?? { records: [], next: 0, waiting: new Map() }
      this.#orders.set(this.#orderName(record.lane), order)
      order.records.push(record)
    }
  }

  /** Aborted at the first difference. */
  get signal(): AbortSignal {
    return this.#diverged.signal
  }

  /** Steps done again and found equal. */
  get steps(): number {
    return [...this.#steps.values()].filter((records) => records.every(({ seq }) => this.#met.has(seq)))
      .length
  }

  /** Whether everything recorded has been done again. */
  get caughtUp(): boolean {
    return this.#met.size === this.#count
  }

  /** Stops watching for a run that stands still. */
  rest(): void {
    clearTimeout(this.#stalled)
  }

  /** Whether a record stands at a step, or one of this kind where a kind is named. */
  covers(id: StepId, kind?: RecordKind): boolean {
    const records = this.#records(id)
    return kind === undefined ? records.length > 0 : records.some((record) => record.kind === kind)
  }

  /** Whether a record stands where one is made: that of the same item, where a command has one for each. */
  holds(kind: RecordKind, id: StepId, det: object): boolean {
    const item = itemOf(kind, det)
    return item === undefined ? this.covers(id, kind) : this.#items.get(stepKey(id))?.get(item) !== undefined
  }

  /** Whether a step is recorded; where the kind is that of a result, whether the result is. */
  begins(id: StepId, kind: RecordKind): boolean {
    return this.covers(id, RESULTS.has(kind) ? kind : undefined)
  }

  /** Whether the record says how a frame that was opened ended. */
  joined(child: string): boolean {
    return this.#joined.has(child)
  }

  /** Throws unless everything recorded has been done again: until then nothing may be recorded for the first time. */
  requireEnd(): void {
    this.signal.throwIfAborted()
    if (!this.caughtUp) throw new WritError('INTERNAL', 'A step happened before the record had ended.')
  }

  /** Waits until everything recorded has been done again: what follows happens for the first time. */
  async end(): Promise<void> {
    await this.#caughtUp.promise
  }

  /** Where the run left its record. Once it has ended, the first record it never came to counts as well. */
  divergence(): Divergence | undefined {
    if (this.#divergence !== undefined) return this.#divergence
    const left = this.#left()
    if (left !== undefined) return { outcome: 'DIVERGED', at: missed(left) }
    return this.#closed ? undefined : incomplete({ lane: '0', n: 0 }, 'run.close')
  }

  /** What ends a run that goes on: nothing until everything recorded has been done again, then what asks for it. */
  endedBy(asked: AbortSignal): AbortSignal {
    const ending = new AbortController()
    this.end().then(
      () => {
        if (asked.aborted) ending.abort(asked.reason)
        asked.addEventListener('abort', () => ending.abort(asked.reason), { once: true })
      },
      () => undefined,
    )
    return AbortSignal.any([this.signal, ending.signal])
  }

  /** A step as it is recorded. Throws, and ends the run, when another kind of step or none stands there. */
  step<K extends RecordKind>(id: StepId, kind: K): RecordedStep<K> {
    return this.#asStep(this.#at(id, kind))
  }

  /** The cell that the frame of a lane runs next, having taken `steps` steps. */
  nextCell(lane: string, steps: number): RecordedStep<'cell'> | undefined {
    this.#alive()
    const cells = (this.#cells.get(lane) ?? []).filter(({ n }) => n >= steps)
    const [next] = cells.sort((a, b) => a.n - b.n)
    return next && this.#asStep(next)
  }

  /** Something kept beside a record is gone: ends the run as incomplete. */
  gone(id: StepId, expected: string): never {
    const { lane, n } = id
    const seq = this.#records(id)[0]?.seq ?? null
    return this.#diverge({ outcome: 'INCOMPLETE', at: { seq, lane, n, pointer: '', expected, found: null } })
  }

  /** Ends the run when what shapes frames now is not what shaped those of the record. */
  sameCode(opening: StepId, found: string): void {
    const { seq, lane, n, det } = this.#at(opening, 'run.open')
    const expected = det.guestAbi
    if (found === expected) return
    const at = { seq, lane, n, pointer: '/det/guestAbi', expected, found }
    this.#diverge({ outcome: 'CODE_MISMATCH', at })
  }

  /** A record is made again: it must be the one that stands there, field by field, and come when it came. */
  match(kind: RecordKind, id: StepId, det: object): Written {
    const item = itemOf(kind, det)
    const record = item === undefined ? this.#at(id, kind) : this.#itemAt(id, item)
    this.#same(record, record.det, det)
    const order = this.#orderOf(id.lane)
    if (order !== undefined && item === undefined) {
      const next = order.records[order.next]
      if (next !== undefined && next !== record) this.#diverge({ outcome: 'DIVERGED', at: missed(next) })
      order.next += 1
      const following = order.records[order.next]
      if (following !== undefined) order.waiting.get(following.seq)?.resolve()
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

  #asStep<K extends RecordKind>(record: RecordOf<K>): RecordedStep<K> {
    const id = { lane: record.lane, n: record.n }
    const at = stepKey(id)
    return {
      det: record.det as RecordOf<K>['det'],
      obs: record.obs as RecordOf<K>['obs'],
      answered: this.covers(id, RESULT_OF[record.kind]),
      retries: this.#retries.get(at) ?? new Map(),
      usage: this.#usage.get(at) ?? [],
      items: [...(this.#items.get(at)?.values() ?? [])].map((item) => this.#asItem(item)),
      compare: (asked) => this.#compare(record, asked),
      text: (name) => this.#text(record, name),
      inOrder: () => this.#inOrder(record),
      whenCaughtUp: (act) => {
        if (this.caughtUp) act()
        else this.#atEnd.push(act)
      },
    }
  }

  #asItem(record: RecordOf<'model.item'>): RecordedItem {
    const { det, obs } = record
    return { det, obs, text: () => this.#text(record, itemPayload(det.item, 'output')) }
  }

  #itemAt(id: StepId, item: number): RecordOf<'model.item'> {
    this.#alive()
    const record = this.#items.get(stepKey(id))?.get(item)
    if (record !== undefined) return record
    const { lane, n } = id
    const at = { seq: null, lane, n, pointer: '/det/item', expected: null, found: item }
    return this.#diverge({ outcome: 'DIVERGED', at })
  }

  #at<K extends RecordKind>(id: StepId, kind: K): RecordOf<K> {
    this.#alive()
    const records = this.#records(id)
    for (const record of records) if (isKind(record, kind)) return record
    const [other] = records
    const result = other !== undefined && RESULT_OF[other.kind] === kind
    // The run was cut off here: a step is missing, or a command has no result.
    if (!this.#closed && (other === undefined || result)) return this.#diverge(incomplete(id, kind))
    const { lane, n } = id
    const expected = result ? null : (other?.kind ?? null)
    const at = { seq: other?.seq ?? null, lane, n, pointer: '/kind', expected, found: kind }
    return this.#diverge({ outcome: 'DIVERGED', at })
  }

  #compare(record: AnyRecord, asked: object): void {
    const recorded = Object.entries(record.det).filter(([name]) => name in asked)
    this.#same(record, Object.fromEntries(recorded), asked)
  }

  async #text(record: AnyRecord, name: string): Promise<string> {
    this.#alive()
    const { seq, lane, n, kind } = record
    const bytes = await this.#recorded.payload(payloadPath(record, kind, name)).catch((error: unknown) => {
      if (isWritError(error) && error.code === 'KEY_UNAVAILABLE') return undefined
      throw error
    })
    if (bytes !== undefined) return Buffer.from(bytes).toString('utf8')
    const expected = `the payload ${name}`
    return this.#diverge({ outcome: 'INCOMPLETE', at: { seq, lane, n, pointer: '', expected, found: null } })
  }

  async #inOrder({ lane, seq }: AnyRecord): Promise<void> {
    this.#alive()
    const order = this.#orderOf(lane)
    const next = order?.records[order.next]
    if (order === undefined || next === undefined || next.seq >= seq) return
    const turn = order.waiting.get(seq) ?? Promise.withResolvers<void>()
    order.waiting.set(seq, turn)
    await turn.promise
  }

  #orderOf(lane: string): Order | undefined {
    return this.#orders.get(this.#orderName(lane))
  }

  /** Who looks at a share takes on what drew on it before, in any lane: a record made anew tells that by its place. */
  #orderName(lane: string): string {
    return this.#commitments === undefined ? lane : ''
  }

  #note(record: AnyRecord): void {
    const at = stepKey(record)
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
    if (record.kind === 'model.item') {
      const items = this.#items.get(at) ?? new Map<number, RecordOf<'model.item'>>()
      this.#items.set(at, items.set(record.det.item, record))
      return
    }
    if (record.kind === 'frame.join') this.#joined.add(record.det.child)
    if (record.kind === 'cell')
      this.#cells.set(record.lane, [...(this.#cells.get(record.lane) ?? []), record])
    this.#steps.set(at, [...(this.#steps.get(at) ?? []), record])
  }

  #same({ seq, lane, n }: AnyRecord, expected: object, found: object): void {
    const original = this.#commitments?.toOriginal(found) ?? found
    const difference = firstDifference(expected, original, '/det')
    if (difference !== undefined) this.#diverge({ outcome: 'DIVERGED', at: { seq, lane, n, ...difference } })
  }

  #records(id: StepId): readonly AnyRecord[] {
    return this.#steps.get(stepKey(id)) ?? []
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

  #diverge(divergence: Divergence): never {
    this.#end(divergence)
    throw this.signal.reason
  }

  /** The first divergence is the one that counts; whoever waits is told. */
  #end(divergence: Divergence): void {
    if (this.#divergence !== undefined) return
    this.#divergence = divergence
    const { lane, n, pointer } = divergence.at
    const where = `lane ${lane}, step ${n} ${pointer}`
    this.#diverged.abort(new WritError('CANCELLED', `The run left its record at ${where}.`))
    this.#caughtUp.reject(this.signal.reason)
    for (const { waiting } of this.#orders.values())
      for (const turn of waiting.values()) turn.reject(this.signal.reason)
  }
}

function isKind<K extends RecordKind>(record: AnyRecord, kind: K): record is RecordOf<K> {
  return record.kind === kind
}

/** Which item of a batch a record tells of: all of them stand at one step. */
function itemOf(kind: RecordKind, det: object): number | undefined {
  return kind === 'model.item' && 'item' in det ? Number(det.item) : undefined
}

function incomplete({ lane, n }: StepId, kind: RecordKind): Divergence {
  return {
    outcome: 'INCOMPLETE',
    at: { seq: null, lane, n, pointer: '', expected: `a record ${kind}`, found: null },
  }
}

function missed({ seq, lane, n, kind }: AnyRecord): Divergence['at'] {
  return { seq, lane, n, pointer: '/kind', expected: kind, found: null }
}
