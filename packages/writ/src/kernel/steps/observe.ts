import type { RecordKind } from '@writ/contract'
import type { StepId } from '../basis/step-id.ts'
import type { Journal, RecordedStep } from '../journal/journal.ts'

/** A text that a recall takes from beside its record or what belongs to it, and what the record commits to of it. */
export interface KeptText {
  readonly name: string
  /** Reads the text where it is not beside the record itself. */
  readonly read?: () => Promise<string>
  /** Fields of the record that hold the text, as it gives them. */
  readonly binds?: (text: string) => object
}

/**
 * One crossing of the gate. Both ways through it are needed: the step happens, or it is recorded and what came of it is
 * taken over.
 */
export interface Observation<K extends RecordKind, T> {
  readonly kind: K
  readonly id: StepId
  /** What the frame asks for now, as far as the record has fields for it. */
  readonly asked?: (det: RecordedStep<K>['det']) => object
  /** The text that `recall` needs; null for none. */
  readonly kept?: (det: RecordedStep<K>['det'], recorded: RecordedStep<K>) => KeptText | null
  /** Lets the step happen for the first time. */
  readonly perform: () => Promise<T>
  /** Takes over what came of the step. It is called when everything that ended before it has ended again. */
  readonly recall: (recorded: RecordedStep<K>, text: string) => T | Promise<T>
}

/**
 * Lets a step happen, or takes it from the record. INVARIANT: a recorded step is found, compared, read and put in its
 * order before anything of it is taken over.
 */
export async function observe<K extends RecordKind, T>(
  journal: Journal,
  { kind, id, asked, kept, perform, recall }: Observation<K, T>,
): Promise<T> {
  const recorded = await journal.recorded(id, kind)
  if (recorded === undefined) return await perform()
  const { det } = recorded
  if (asked !== undefined) recorded.compare(asked(det))
  const { name, read, binds } = kept?.(det, recorded) ?? {}
  const text = read !== undefined ? await read() : name === undefined ? '' : await recorded.text(name)
  if (binds !== undefined) recorded.compare(binds(text))
  await recorded.inOrder()
  return await recall(recorded, text)
}
