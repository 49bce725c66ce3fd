import {
  type Clock,
  type Commitment,
  type Det,
  type Durability,
  type Obs,
  type Payload,
  RECORD_VERSION,
  type RecordKind,
  type RunLog,
  WritError,
} from '@writ/contract'
import { commitField, commitItems, decodeRecord, encodeRecord, leafHash, MerkleTree } from '@writ/evidence'
import { ONLY_ONCE, type Past } from './past.ts'
import type { Renewal } from './renewal.ts'
import type { Suspension } from './suspension.ts'

/** A record that was written: its place, and when it has reached the durability asked for. */
export interface Written {
  readonly seq: number
  readonly durable: Promise<void>
}

/** A record of a suspended run: it is not written, and whoever waits for it goes no further. */
function neverWritten(): Written {
  return { seq: Number.POSITIVE_INFINITY, durable: new Promise<never>(() => undefined) }
}

/** Where a step stands in its lane. The command and the result of a step share it. */
export interface Place {
  readonly lane: string
  readonly n: number
}

/**
 * Writes the records of one run: numbers them, commits to their content, keeps the run tree and a tree per lane.
 * INVARIANT: `seq` is given in the order of `write` calls, and the ledger acknowledges in that order.
 */
export class Journal {
  readonly #log: RunLog
  readonly #clock: Clock
  readonly #tree = new MerkleTree()
  readonly #lanes = new Map<string, MerkleTree>()
  readonly #onFailure: (error: unknown) => void
  #firstRecord: Uint8Array | undefined
  /** The latest time given, with the fraction, and when it was by the clock that nobody sets. */
  #now = { at: 0, since: 0 }
  #recordMs = 0

  readonly #past: Past | undefined
  readonly #renewal: Renewal | undefined
  readonly #suspension: Suspension | undefined

  /**
   * `onFailure` hears of the first append the ledger refused: the run must end. What stands in a past is not appended
   * again: each record is compared with the one at its place. With a renewal the past is another run's: each record is
   * compared and appended to this one.
   */
  constructor(
    log: RunLog,
    clock: Clock,
    onFailure: (error: unknown) => void,
    {
      past,
      renewal,
      suspension,
    }: {
      readonly past?: Past | undefined
      readonly renewal?: Renewal | undefined
      readonly suspension?: Suspension
    } = {},
  ) {
    this.#log = log
    this.#past = past
    this.#renewal = renewal
    this.#suspension = suspension
    this.#clock = clock
    this.#onFailure = onFailure
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

  /** RFC 6962 root (hex) over a lane's own records, and their number. */
  laneRoot(lane: string): { root: string; records: number } {
    const tree = this.#lanes.get(lane) ?? new MerkleTree()
    return { root: Buffer.from(tree.root()).toString('hex'), records: tree.size }
  }

  /** The time of a record: that of the clock, and never less than has passed since the record before, in this process. */
  now(): number {
    const since = this.#clock.monotonic()
    const at = Math.max(this.#clock.now(), this.#now.at + since - this.#now.since)
    this.#now = { at, since }
    return Math.floor(at)
  }

  /** Whether what stands in the past is another run's, and is recorded again. */
  get renews(): boolean {
    return this.#renewal !== undefined
  }

  /** Binds content to a place and field without revealing it. */
  commit(place: Place, kind: RecordKind, name: string, content: string | Uint8Array): Commitment {
    return this.#committed((key) => commitField(key, place.lane, place.n, `${kind}/${name}`, content))
  }

  /** The same for a batch: the root over the commitments of its items. */
  commitItems(place: Place, kind: RecordKind, name: string, items: readonly string[]): Commitment {
    return this.#committed((key) => commitItems(key, place.lane, place.n, `${kind}/${name}`, items))
  }

  #committed(make: (key: Uint8Array) => Commitment): Commitment {
    const commitment = make(this.#log.key)
    if (this.#renewal !== undefined && this.#past?.caughtUp === false)
      this.#renewal.note(commitment, make(this.#renewal.key))
    return commitment
  }

  write<K extends RecordKind>(
    kind: K,
    place: Place,
    det: Det[K],
    obs: Obs[K],
    payloads: Readonly<Record<string, string | Uint8Array>>,
    durability: Durability,
  ): Written {
    if (this.#past?.covers(place, kind)) {
      const met = this.#past.meet(kind, place, det)
      if (!this.renews) return met
    } else if (!this.renews || !ONLY_ONCE.has(kind)) this.#past?.requireEnd()
    if (this.#suspension?.begun && kind !== 'model.result') return neverWritten()
    const seq = this.#tree.size
    const record = encodeRecord({
      v: RECORD_VERSION,
      run: this.#log.run,
      seq,
      lane: place.lane,
      n: place.n,
      kind,
      det,
      obs,
    })
    this.#grow(place.lane, record)
    const stored: Payload[] = Object.entries(payloads).map(([name, content]) => ({
      path: `${place.lane}/${place.n}/${kind}/${name}`,
      bytes: typeof content === 'string' ? Buffer.from(content) : content,
    }))
    return { seq, durable: this.#append(record, stored, durability) }
  }

  #grow(lane: string, record: Uint8Array): void {
    const leaf = leafHash(record)
    this.#firstRecord ??= record
    this.#tree.append(leaf)
    const own = this.#lanes.get(lane) ?? new MerkleTree()
    this.#lanes.set(lane, own)
    own.append(leaf)
  }

  async #append(record: Uint8Array, payloads: readonly Payload[], durability: Durability): Promise<void> {
    const started = this.#clock.monotonic()
    try {
      await this.#log.append(record, payloads, durability)
    } catch (error) {
      this.#onFailure(error)
      throw error
    } finally {
      this.#recordMs += this.#clock.monotonic() - started
    }
  }
}
