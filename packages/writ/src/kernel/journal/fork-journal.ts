import type { Commitment, Durability, Obs, RecordKind } from '@writ/contract'
import type { StepId } from '../basis/step-id.ts'
import { fieldCommitment, itemsCommitment } from './commit.ts'
import type { CommitmentMap } from './commitment-map.ts'
import type { History } from './history.ts'
import type { NewRecord, Written } from './journal.ts'
import type { LiveJournal } from './live-journal.ts'
import { ResumeJournal } from './resume-journal.ts'

/**
 * Holds a run against the record of the one it is forked from, and appends what they share to its own under its own key.
 * From then on it appends.
 */
export class ForkJournal extends ResumeJournal {
  readonly #commitments: CommitmentMap

  constructor(history: History, anew: LiveJournal, commitments: CommitmentMap) {
    super(history, anew)
    this.#commitments = commitments
  }

  override commit(id: StepId, kind: RecordKind, name: string, content: string | Uint8Array): Commitment {
    const own = super.commit(id, kind, name, content)
    const { key } = this.#commitments
    if (!this.history.caughtUp) this.#commitments.note(own, fieldCommitment(key, id, kind, name, content))
    return own
  }

  override commitItems(
    id: StepId,
    kind: RecordKind,
    name: string,
    items: readonly string[],
    from = 0,
  ): Commitment {
    const own = super.commitItems(id, kind, name, items, from)
    const { key } = this.#commitments
    if (!this.history.caughtUp) this.#commitments.note(own, itemsCommitment(key, id, kind, name, items, from))
    return own
  }

  override write<K extends RecordKind>(record: NewRecord<K>): Written {
    const { kind, id, det } = record
    if (this.history.holds(kind, id, det)) this.history.match(kind, id, det)
    else this.history.requireEnd()
    return this.anew.write(record)
  }

  override repeat<K extends 'model.attempt' | 'model.usage'>(
    kind: K,
    id: StepId,
    obs: Obs[K],
    durability: Durability,
  ): Promise<void> {
    return this.anew.repeat(kind, id, obs, durability)
  }
}
