import { type Commitment, type RecordKind, WritError } from '@writ/contract'
import type { StepId } from '../basis/step-id.ts'
import { fieldCommitment, itemsCommitment } from './commit.ts'
import type { Divergence } from './divergence.ts'
import { History } from './history.ts'
import type { Journal, NewRecord, RecordedStep, Written } from './journal.ts'
import type { RecordedRun } from './recorded-run.ts'

/** Holds a run that is done again against its record. INVARIANT: nothing is appended; what is not recorded does not happen. */
export class ReplayJournal implements Journal {
  readonly live = false
  readonly #history: History
  readonly #key: Uint8Array | undefined

  constructor(recorded: RecordedRun) {
    this.#history = new History(recorded)
    this.#key = recorded.key
  }

  /** Aborted when the replay has left its record. */
  get signal(): AbortSignal {
    return this.#history.signal
  }

  /** Steps done again and found equal. */
  get steps(): number {
    return this.#history.steps
  }

  /** Where the replay left its record, also by ending before it. */
  divergence(): Divergence | undefined {
    return this.#history.divergence()
  }

  /** Ends the replay when what shapes frames now is not what shaped those of the record. */
  sameCode(opening: StepId, found: string): void {
    this.#history.sameCode(opening, found)
  }

  /** Something kept beside a record is gone: ends the replay as incomplete. */
  gone(id: StepId, what: string): never {
    return this.#history.gone(id, what)
  }

  /** The replay is over. */
  rest(): void {
    this.#history.rest()
  }

  now(): number {
    return 0
  }

  commit(id: StepId, kind: RecordKind, name: string, content: string | Uint8Array): Commitment {
    return fieldCommitment(this.#runKey(), id, kind, name, content)
  }

  commitItems(id: StepId, kind: RecordKind, name: string, items: readonly string[], from = 0): Commitment {
    return itemsCommitment(this.#runKey(), id, kind, name, items, from)
  }

  /** No field that is compared holds it. */
  laneRoot(): { root: string; records: number } {
    return { root: '', records: 0 }
  }

  write<K extends RecordKind>({ kind, id, det }: NewRecord<K>): Written {
    return this.#history.match(kind, id, det)
  }

  repeat(): Promise<void> {
    return Promise.resolve()
  }

  recorded<K extends RecordKind>(id: StepId, kind: K): Promise<RecordedStep<K>> {
    // A result that is missing is missed where it is asked for.
    return Promise.resolve().then(() => ({ ...this.#history.step(id, kind), answered: true }))
  }

  close(id: StepId): RecordedStep<'run.close'> {
    return this.#history.step(id, 'run.close')
  }

  nextCell(lane: string, steps: number): RecordedStep<'cell'> | undefined {
    return this.#history.nextCell(lane, steps)
  }

  settles(): Promise<boolean> {
    return Promise.resolve(true)
  }

  #runKey(): Uint8Array {
    if (this.#key === undefined)
      throw new WritError('INTERNAL', 'A run without its key cannot be done again.')
    return this.#key
  }
}
