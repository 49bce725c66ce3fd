import {
  type Clock,
  type Commitment,
  type Durability,
  type Obs,
  type Payload,
  payloadPath,
  RECORD_VERSION,
  type RecordKind,
  type RunLog,
  WritError,
} from '@writ/contract'
import { decodeRecord, encodeRecord, leafHash, MerkleTree } from '@writ/evidence'
import type { StepId } from '../basis/step-id.ts'
import { fieldCommitment, itemsCommitment } from './commit.ts'
import type { Journal, NewRecord, Written } from './journal.ts'
import type { Suspension } from './suspension.ts'

/** How many records may be on their way to the ledger before a step waits for its own. */
const MOST_AHEAD = 64
const AT_ONCE = Promise.resolve()

/** What may still be recorded once a run is suspended: requests under way that came back. */
const COMES_BACK: ReadonlySet<RecordKind> = new Set(['model.item', 'model.result'])

/** A record of a suspended run: it is not written, and whoever waits for it goes no further. */
function neverWritten(): Written {
  return { seq: Number.POSITIVE_INFINITY, durable: new Promise<never>(() => undefined) }
}

/**
 * Appends the records of one run: numbers them, commits to their content, keeps the run's tree and a tree per lane.
 * INVARIANT: `seq` is given in the order of `write` calls, and the ledger takes and acknowledges records in that order. So a
 * record that is flushed has everything before it on disk, also what nobody waited for.
 */
export class LiveJournal implements Journal {
  readonly live = true
  readonly #log: RunLog
  readonly #clock: Clock
  readonly #tree = new MerkleTree()
  readonly #lanes = new Map<string, MerkleTree>()
  readonly #onFailure: (error: unknown) => void
  readonly #suspension: Suspension | undefined
  #firstRecord: Uint8Array | undefined
  /** The latest time given, with the fraction, and when it was by the clock that nobody sets. */
  #now = { at: 0, since: 0 }
  #recordMs = 0
  #ahead = 0
  /** The last record that was sent to the ledger, and so every record. */
  #sent = AT_ONCE

  /** `onFailure` hears of the first append that the ledger refused: the run must end. */
  constructor(log: RunLog, clock: Clock, onFailure: (error: unknown) => void, suspension?: Suspension) {
    this.#log = log
    this.#clock = clock
    this.#onFailure = onFailure
    this.#suspension = suspension
  }

  /** Takes over the records that a resumed run already has, in their order. */
  continue(records: Iterable<{ readonly lane: string; readonly bytes: Uint8Array }>): void {
    let last: Uint8Array | undefined
    for (const { lane, bytes } of records) {
      this.#grow(lane, bytes)
      last = bytes
    }
    if (last !== undefined) this.#now = { at: decodeRecord(last).obs.at, since: this.#clock.monotonic() }
  }

  /** Milliseconds that steps waited for their records, added up over all lanes. */
  get recordMs(): number {
    return this.#recordMs
  }

  get size(): number {
    return this.#tree.size
  }

  get root(): Uint8Array {
    return this.#tree.root()
  }

  get firstRecord(): Uint8Array {
    if (this.#firstRecord === undefined) throw new WritError('INTERNAL', 'The run has no records yet.')
    return this.#firstRecord
  }

  laneRoot(lane: string): { root: string; records: number } {
    const tree = this.#lanes.get(lane) ?? new MerkleTree()
    return { root: Buffer.from(tree.root()).toString('hex'), records: tree.size }
  }

  now(): number {
    const since = this.#clock.monotonic()
    const at = Math.max(this.#clock.now(), this.#now.at + since - this.#now.since)
    this.#now = { at, since }
    return Math.floor(at)
  }

  /** Does something once the ledger has all that is written so far: what is told outside is never lost by a kill. */
  whenTaken(act: () => void): void {
    this.#sent.then(act).catch(this.#onFailure)
  }

  commit(id: StepId, kind: RecordKind, name: string, content: string | Uint8Array): Commitment {
    return fieldCommitment(this.#log.key, id, kind, name, content)
  }

  commitItems(id: StepId, kind: RecordKind, name: string, items: readonly string[], from = 0): Commitment {
    return itemsCommitment(this.#log.key, id, kind, name, items, from)
  }

  write<K extends RecordKind>({ kind, id, det, obs, payloads = {}, durability }: NewRecord<K>): Written {
    if (this.#suspension?.begun && !COMES_BACK.has(kind)) return neverWritten()
    const { lane, n } = id
    const seq = this.#tree.size
    const record = encodeRecord({ v: RECORD_VERSION, run: this.#log.run, seq, lane, n, kind, det, obs })
    this.#grow(lane, record)
    const stored: Payload[] = Object.entries(payloads).map(([name, content]) => ({
      path: payloadPath(id, kind, name),
      bytes: typeof content === 'string' ? Buffer.from(content) : content,
    }))
    const appended = this.#append(record, stored, durability)
    return {
      seq,
      durable: durability === 'flush' || this.#ahead > MOST_AHEAD ? this.#timed(appended) : AT_ONCE,
    }
  }

  repeat<K extends 'model.attempt' | 'model.usage'>(
    kind: K,
    id: StepId,
    obs: Obs[K],
    durability: Durability,
  ): Promise<void> {
    return this.write<'model.attempt' | 'model.usage'>({ kind, id, det: {}, obs, durability }).durable
  }

  recorded(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  close(): undefined {
    return undefined
  }

  nextCell(): undefined {
    return undefined
  }

  settles(): Promise<boolean> {
    return Promise.resolve(false)
  }

  #grow(lane: string, record: Uint8Array): void {
    const leaf = leafHash(record)
    this.#firstRecord ??= record
    this.#tree.append(leaf)
    const own = this.#lanes.get(lane) ?? new MerkleTree()
    this.#lanes.set(lane, own)
    own.append(leaf)
  }

  /** Sends a record to the ledger. A refusal ends the run, whether or not somebody waits for the record. */
  #append(record: Uint8Array, payloads: readonly Payload[], durability: Durability): Promise<void> {
    this.#ahead += 1
    const appended = this.#log.append(record, payloads, durability).finally(() => {
      this.#ahead -= 1
    })
    appended.catch(this.#onFailure)
    this.#sent = appended
    return appended
  }

  /** Counts the time a step waits for its record. */
  async #timed(appended: Promise<void>): Promise<void> {
    const started = this.#clock.monotonic()
    try {
      await appended
    } finally {
      this.#recordMs += this.#clock.monotonic() - started
    }
  }
}
