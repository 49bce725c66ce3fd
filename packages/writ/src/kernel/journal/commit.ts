import type { Commitment, RecordKind } from '@writ/contract'
import { commitField, commitItems } from '@writ/evidence'
import type { StepId } from '../basis/step-id.ts'

/** Binds content to a step and field under the key of a run, without revealing it. */
export function fieldCommitment(
  key: Uint8Array,
  { lane, n }: StepId,
  kind: RecordKind,
  name: string,
  content: string | Uint8Array,
): Commitment {
  return commitField(key, lane, n, `${kind}/${name}`, content)
}

/** The same for a batch, or for items of it in a row: the root over the commitments of the items. */
export function itemsCommitment(
  key: Uint8Array,
  { lane, n }: StepId,
  kind: RecordKind,
  name: string,
  items: readonly string[],
  from: number,
): Commitment {
  return commitItems(key, lane, n, `${kind}/${name}`, items, from)
}
