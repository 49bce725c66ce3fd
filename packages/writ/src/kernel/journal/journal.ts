import type { Attempt, Commitment, Det, Durability, Obs, RecordKind } from '@writ/contract'
import type { RecordOf } from '@writ/evidence'
import type { StepId } from '../basis/step-id.ts'

/** A record that was written. */
export interface Written {
  readonly seq: number
  /**
   * Settles when the step may go on: for `flush` once the record is on disk, for the others once the ledger has been given it,
   * since the next flush waits for it.
   */
  readonly durable: Promise<void>
}

/** Texts to keep beside a record, by name. */
export type Payloads = Readonly<Record<string, string | Uint8Array>>

/** A record to be written, and what is kept beside it. */
export interface NewRecord<K extends RecordKind> {
  readonly kind: K
  readonly id: StepId
  readonly det: Det[K]
  readonly obs: Obs[K]
  /** None by default. */
  readonly payloads?: Payloads
  readonly durability: Durability
}

/** An item of a batch that came back, as it is recorded. */
export interface RecordedItem extends Pick<RecordOf<'model.item'>, 'det' | 'obs'> {
  /** What came of it, as `outputText` makes it. Throws, and ends the run, when it is gone. */
  readonly text: () => Promise<string>
}

/** A step as it is recorded. What it asks for is held against it, and what came of it is taken from it. */
export interface RecordedStep<K extends RecordKind> {
  readonly det: RecordOf<K>['det']
  readonly obs: RecordOf<K>['obs']
  /** Whether the result of a command is recorded as well. */
  readonly answered: boolean
  /** How often each item of a command was begun again. Any of it may have been sent. */
  readonly retries: ReadonlyMap<number, number>
  /** The attempts of a command that have records of their own. */
  readonly usage: readonly Attempt[]
  /** The items of a command that came back one by one, in the order in which they did. */
  readonly items: readonly RecordedItem[]
  /** Throws, and ends the run, at the first field that is not as it is recorded. */
  readonly compare: (asked: object) => void
  /** A text kept beside the record. Throws, and ends the run, when it is gone. */
  readonly text: (name: string) => Promise<string>
  /** Waits until everything that the lane recorded before this has come again. */
  readonly inOrder: () => Promise<void>
  /** Does something at the moment when everything recorded has been done again, before anything happens anew. */
  readonly whenCaughtUp: (act: () => void) => void
}

/**
 * Where the steps of a run are recorded. A run that happens for the first time appends. One that is done again is held
 * against its record. One that goes on is both, in this order. No step asks which it is.
 */
export interface Journal {
  /** Whether what happens now happens for the first time. */
  readonly live: boolean
  /** The time of a record: never less than has passed since the record before, in this process. */
  now(): number
  /** Binds content to a step and field without revealing it. */
  commit(id: StepId, kind: RecordKind, name: string, content: string | Uint8Array): Commitment
  /** The same for a batch: the root over the commitments of its items. Of some in a row, `from` is the first. */
  commitItems(id: StepId, kind: RecordKind, name: string, items: readonly string[], from?: number): Commitment
  /** RFC 6962 root (hex) over a lane's own records, and their number. */
  laneRoot(lane: string): { readonly root: string; readonly records: number }
  /** Records what came of a step, or holds it against the record that is there. */
  write<K extends RecordKind>(record: NewRecord<K>): Written
  /** Records a fact of the first time again, where this run has no record of it. Settles when that is durable. */
  repeat<K extends 'model.attempt' | 'model.usage'>(
    kind: K,
    id: StepId,
    obs: Obs[K],
    durability: Durability,
  ): Promise<void>
  /** What is recorded of a step. Undefined for one that happens now, once everything recorded has been done again. */
  recorded<K extends RecordKind>(id: StepId, kind: K): Promise<RecordedStep<K> | undefined>
  /** What is recorded of the end of the run. Throws when the run ends before everything recorded has been done again. */
  close(id: StepId): RecordedStep<'run.close'> | undefined
  /** What is recorded of the cell that a frame runs next, having taken `steps` steps. */
  nextCell(lane: string, steps: number): RecordedStep<'cell'> | undefined
  /** Whether the record tells how everything ended that a lane has under way after so many steps. */
  settles(lane: string, steps: number): Promise<boolean>
}
