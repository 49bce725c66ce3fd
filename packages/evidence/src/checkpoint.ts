import type { Signer } from '@writ/contract'
import { base64, fromBase64 } from './encoding.ts'
import { type NoteSignature, parseNote, type SignedNote, signNote } from './note.ts'
import { refuse } from './verdict.ts'

// C2SP tlog-checkpoint: a signed note of origin, tree size and root. Ours has no extension lines and one signature.

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly note: SignedNote
  readonly signature: NoteSignature
}

/** The origin of a run's own tree. */
export function runOrigin(run: string): string {
  return `writ.run/${run}`
}

export function checkpointText(origin: string, size: number, root: Uint8Array): string {
  return `${origin}\n${size}\n${base64(root)}\n`
}

/** Signs the root of a finished run with the `log` key. Call it only after the root was persisted (`RunLog.seal`). */
export function signCheckpoint(
  signer: Signer,
  run: string,
  size: number,
  root: Uint8Array,
): Promise<Uint8Array> {
  return signNote(signer, 'log', checkpointText(runOrigin(run), size, root))
}

/** Parses a checkpoint; refuses with `NOT_CANONICAL` anything but the one form of one. */
export function parseCheckpoint(bytes: Uint8Array, at: string): Checkpoint {
  const note = parseNote(bytes, at)
  const [signature, ...others] = note.signatures
  if (signature === undefined || others.length > 0) {
    refuse('NOT_CANONICAL', `${at} has ${note.signatures.length} signatures instead of one.`, at)
  }
  const [origin, size, encodedRoot, end, ...rest] = note.text.split('\n')
  const root = fromBase64(encodedRoot ?? '')
  if (!origin || end !== '' || rest.length > 0) refuse('NOT_CANONICAL', `${at} has not three lines.`, at)
  if (size === undefined || !/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size))) {
    refuse('NOT_CANONICAL', `${at} has the tree size '${size}'.`, at)
  }
  if (root?.length !== 32) refuse('NOT_CANONICAL', `${at} has the root '${encodedRoot}'.`, at)
  return { origin, size: Number(size), root, note, signature }
}
