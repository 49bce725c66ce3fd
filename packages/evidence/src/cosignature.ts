import { WritError } from '@writ/contract'
import { ed25519Verifies } from './crypto.ts'
import { concat, utf8 } from './encoding.ts'
import { type NoteSignature, noteKeyHash, type SignedNote } from './note.ts'

// C2SP tlog-cosignature, Ed25519 (cosignature/v1): that a witness saw this checkpoint, consistent with all it saw before,
// at a time. The signature is 8 bytes of time in seconds (big-endian) and 64 bytes of Ed25519.

/** Signature type of a timestamped Ed25519 cosignature. */
export const COSIGNATURE = 0x04
const TIME_BYTES = 8

/** A key that cosigns. */
export interface WitnessKey {
  readonly name: string
  /** Raw 32 bytes. */
  readonly publicKey: Uint8Array
}

/** The bytes a cosignature is over. `time` in seconds since the epoch; `text` is that of the checkpoint. */
export function cosignedBytes(time: number, text: string): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`)
}

/** Cosigns the text of a checkpoint. `sign` makes an Ed25519 signature with the witness's key. */
export async function cosign(
  key: WitnessKey,
  sign: (bytes: Uint8Array) => Promise<Uint8Array>,
  time: number,
  text: string,
): Promise<NoteSignature> {
  if (!Number.isSafeInteger(time) || time < 1) {
    throw new WritError('INTERNAL', `A cosignature cannot claim the time ${time}.`)
  }
  const stamp = new Uint8Array(TIME_BYTES)
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time))
  const signature = concat([stamp, await sign(cosignedBytes(time, text))])
  return { name: key.name, keyHash: cosignerHash(key), signature }
}

/** The key hash of a witness's cosignature lines, hex. */
export function cosignerHash({ name, publicKey }: WitnessKey): string {
  return noteKeyHash(name, publicKey, COSIGNATURE)
}

/**
 * The time (seconds since the epoch) at which this key cosigned the note, or undefined when the signature is none of it.
 * Times of 0 or beyond 2^53 − 1 are none.
 */
export function cosignedAt(note: SignedNote, made: NoteSignature, key: WitnessKey): number | undefined {
  const { name, keyHash, signature } = made
  if (name !== key.name || keyHash !== cosignerHash(key) || signature.length !== TIME_BYTES + 64)
    return undefined
  const view = new DataView(signature.buffer, signature.byteOffset, TIME_BYTES)
  const time = Number(view.getBigUint64(0))
  if (!Number.isSafeInteger(time) || time < 1) return undefined
  const message = cosignedBytes(time, note.text)
  return ed25519Verifies(key.publicKey, message, signature.subarray(TIME_BYTES)) ? time : undefined
}
