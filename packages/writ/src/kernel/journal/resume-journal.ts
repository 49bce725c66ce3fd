import type { Commitment, Durability, Obs, RecordKind } from '@writ/contract'
import type { StepId } from '../basis/step-id.ts'
import type { History } from './history.ts'
import type { Journal, NewRecord, RecordedStep, Written } from './journal.ts'
import type { LiveJournal } from './live-journal.ts'

/**
 * Holds a run that goes on against its record as far as that goes, then appends. INVARIANT: nothing happens for the
 * first time before everything recorded has been done again.
 */
export class ResumeJournal implements Journal {
  protected readonly history: History
  /** What takes the records of everything that happens anew. */
  protected readonly anew: LiveJournal

  constructor(history: History, anew: LiveJournal) {
    this.history = history
    this.anew = anew
  }

  get live(): boolean {
    return this.history.caughtUp
  }

  now(): number {
    return this.anew.now()
  }

  commit(id: StepId, kind: RecordKind, name: string, content: string | Uint8Array): Commitment {
    return this.anew.commit(id, kind, name, content)
  }

  commitItems(id: StepId, kind: RecordKind, name: string, items: readonly string[], from = 0): Commitment {
    return this.anew.commitItems(id, kind, name, items, from)
  }

  laneRoot(lane: string): { root: string; records: number } {
    return this.anew.laneRoot(lane)
  }

  write<K extends RecordKind>(record: NewRecord<K>): Written {
    const { kind, id, det } = record
    if (this.history.holds(kind, id, det)) return this.history.match(kind, id, det)
    this.history.requireEnd()
    return this.anew.write(record)
  }

  /** The run has the record already. */
  repeat<K extends 'model.attempt' | 'model.usage'>(
    _kind: K,
    _id: StepId,
    _obs: Obs[K],
    _durability: Durability,
  ): Promise<void> {
    return Promise.resolve()
  }

  async recorded<K extends RecordKind>(id: StepId, kind: K): Promise<RecordedStep<K> | undefined> {
    if (this.history.begins(id, kind)) return this.history.step(id, kind)
    await this.history.end()
    return undefined
  }

  close(id: StepId): RecordedStep<'run.close'> | undefined {
    if (this.history.covers(id, 'run.close')) return this.history.step(id, 'run.close')
    this.history.requireEnd()
    return undefined
  }

  nextCell(lane: string, steps: number): RecordedStep<'cell'> | undefined {
    return this.history.nextCell(lane, steps)
  }

  async settles(lane: string, steps: number): Promise<boolean> {
    if (this.history.covers({ lane, n: steps }) || this.history.joined(lane)) return true
    await this.history.end()
    return false
  }
}
