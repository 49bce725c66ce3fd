import { cosignedAt, cosignerHash, type WitnessKey } from './cosignature.ts'
import { hex } from './encoding.ts'
import type { SignedNote } from './note.ts'
import { refuse } from './verdict.ts'

/** A witness that cosigned. */
export interface Cosigned<K extends WitnessKey = WitnessKey> {
  readonly witness: K
  /** Seconds since the epoch, as the witness says. */
  readonly time: number
}

/**
 * The witnesses among these that cosigned the note, each key once. Lines of keys that are not among them are ignored, as
 * signed-note asks. Refuses with `BAD_COSIGNATURE` a line that names one of them and is not by it.
 */
export function cosigners<K extends WitnessKey>(
  note: SignedNote,
  witnesses: readonly K[],
  at: string,
): readonly Cosigned<K>[] {
  const found = new Map<string, Cosigned<K>>()
  for (const made of note.signatures) {
    const witness = witnesses.find((key) => key.name === made.name && cosignerHash(key) === made.keyHash)
    if (witness === undefined) continue
    const time = cosignedAt(note, made, witness)
    if (time === undefined) {
      refuse('BAD_COSIGNATURE', `The cosignature of ${witness.name} on ${at} does not hold.`, at)
    }
    found.set(hex(witness.publicKey), { witness, time })
  }
  return [...found.values()]
}
