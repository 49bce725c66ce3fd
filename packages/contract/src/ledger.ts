import type { Status } from './answer.ts'
import type { RecordKind } from './record.ts'

/** A payload beside a record: stored encrypted under the run's key, never in the log. */
export interface Payload {
  /** As `payloadPath` gives it. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Where a text is kept that belongs to a record: `lane/n/kind/name`. */
export function payloadPath(
  { lane, n }: { readonly lane: string; readonly n: number },
  kind: RecordKind,
  name: string,
): string {
  return `${lane}/${n}/${kind}/${name}`
}

/** The name of a text that belongs to the record of an item: those of a batch share lane, n and kind. */
export function itemPayload(item: number, name: string): string {
  return `${item}/${name}`
}

/** Where a text is kept that belongs to the record that opens a run. */
export function openingPath(name: string): string {
  return payloadPath({ lane: '0', n: 0 }, 'run.open', name)
}

/** How far a write must have got before `append` resolves. Appends of a run are taken in the order they were made. */
export type Durability =
  /** In the database; survives a kill of the process. */
  | 'commit'
  /** The same some milliseconds later, or with what is written before that: for what comes often and nobody waits for. */
  | 'soon'
  /** On disk; survives a power cut. Flushes everything before it too. */
  | 'flush'

export interface RunHead {
  readonly run: string
  readonly question: string
  /** `open` while the run has neither close nor abort. */
  readonly status: Status | 'open' | 'aborted'
  readonly startedAt: number
}

/** The records of one run while it is being written. Appends are acknowledged in the order they were made. */
export interface RunLog {
  readonly run: string
  /** 32 random bytes: salts and payload keys derive from it. Kept in a file of its own. */
  readonly key: Uint8Array
  /** Appends canonical record bytes. Rejects with `LEDGER_FAILED`; nothing after a failure is accepted. */
  append(record: Uint8Array, payloads: readonly Payload[], durability: Durability): Promise<void>
  /** Persists the one root of the finished tree. Rejects when another root exists for this size. */
  seal(size: number, root: Uint8Array): Promise<void>
  /** Notes how the run ended, for listings. Rejects when it is known to have ended otherwise. */
  finish(status: Status | 'aborted'): Promise<void>
  /** Every record so far, in order, in batches. */
  records(): AsyncIterable<Uint8Array>
}

/** The append-only record of runs. One live process writes one shard; readers see every shard of the home. */
export interface Ledger {
  open(run: string, question: string, startedAt: number): Promise<RunLog>
  /**
   * The log of a run whose process is gone, to be written on: the next append is the record whose seq is the number of
   * records stored. A run that ended is given too, so that what its end lacks can be made up: the same root may be sealed
   * and the same status noted again. Rejects with `UNKNOWN_RUN`, `RUN_BUSY` while a live process may write it (this one
   * included), and `KEY_UNAVAILABLE` when its key is gone or another's.
   */
  resume(run: string): Promise<RunLog>
  /**
   * Writes a run no more: its log takes nothing after that, and whoever comes next may resume or erase the run. The shard
   * goes with the last run that this process has open in it. Never rejects: what cannot be given back goes with the process.
   */
  leave(run: string): Promise<void>
  /** Newest first. Runs of a damaged shard are left out. */
  runs(): Promise<readonly RunHead[]>
  /** Paths of the shards that are damaged, whose runs nobody can list. */
  damaged(): Promise<readonly string[]>
  /** Records of a run of any shard; rejects with `UNKNOWN_RUN`. */
  records(run: string): AsyncIterable<Uint8Array>
  /** A payload of a run, decrypted; undefined when there is none or its key is gone. */
  payload(run: string, path: string): Promise<Uint8Array | undefined>
  /** A payload as it is stored, encrypted; undefined when there is none. */
  sealedPayload(run: string, path: string): Promise<Uint8Array | undefined>
  /** Paths of the payloads whose path begins with `prefix`, sorted; whether they still open is not asked. */
  payloadPaths(run: string, prefix: string): Promise<readonly string[]>
  /** The key of a run, for doing it again; undefined when there is none or it was destroyed. */
  key(run: string): Promise<Uint8Array | undefined>
  close(): Promise<void>
}
