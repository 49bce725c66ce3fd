import type { Signer } from '@writ/contract'
import { base64, fromBase64 } from './encoding.ts'
import { type NoteSignature, parseNote, type SignedNote, signNote } from './note.ts'
import { refuse } from './verdict.ts'

// C2SP tlog-checkpoint: a signed note of origin, tree size and root. Ours have no extension lines.

/** What a checkpoint says. */
export interface TreeHead {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** The checkpoint of a log, with the signatures of the log and of witnesses. */
export interface LogCheckpoint extends TreeHead {
  readonly note: SignedNote
}

/** The checkpoint of a run's own tree: one signature. */
export interface Checkpoint extends LogCheckpoint {
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

/** Parses the checkpoint of a run; refuses with `NOT_CANONICAL` anything but the one form of one. */
export function parseCheckpoint(bytes: Uint8Array, at: string): Checkpoint {
  const checkpoint = parseLogCheckpoint(bytes, at)
  const [signature, ...others] = checkpoint.note.signatures
  if (signature === undefined || others.length > 0) {
    refuse('NOT_CANONICAL', `${at} has ${others.length + 1} signatures instead of one.`, at)
  }
  if (signature.signature.length !== 64) {
    refuse('NOT_CANONICAL', `${at} has a signature that is no Ed25519 signature.`, at)
  }
  return { ...checkpoint, signature }
}

/** Parses a checkpoint with any signatures; refuses with `NOT_CANONICAL`. Extension lines are refused too. */
export function parseLogCheckpoint(bytes: Uint8Array, at: string): LogCheckpoint {
  const note = parseNote(bytes, at)
  return { ...parseTreeHead(note.text, at), note }
}

/** The text of a checkpoint; refuses with `NOT_CANONICAL` whatever `checkpointText` would not write. */
export function parseTreeHead(text: string, at: string): TreeHead {
  const [origin, size, encodedRoot, end, ...rest] = text.split('\n')
  const root = fromBase64(encodedRoot ?? '')
  if (!origin || end !== '' || rest.length > 0) refuse('NOT_CANONICAL', `${at} has not three lines.`, at)
  const leaves = parseSize(size ?? '')
  if (leaves === undefined) refuse('NOT_CANONICAL', `${at} has the tree size '${size}'.`, at)
  if (root?.length !== 32) refuse('NOT_CANONICAL', `${at} has the root '${encodedRoot}'.`, at)
  return { origin, size: leaves, root }
}

/** A tree size or index in decimal without leading zeros, up to 2^53 − 1; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  return /^(0|[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined
}
