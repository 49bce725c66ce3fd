import { type PublicKey, type Role, type Signer, WritError } from '@writ/contract'
import { ed25519Verifies, sha256 } from './crypto.ts'
import { base64, concat, fromBase64, fromUtf8, hex, utf8 } from './encoding.ts'
import { refuse } from './verdict.ts'

// C2SP signed-note: text, an empty line, signature lines. Only Ed25519 (type 0x01) is verified here; lines of other types are
// kept as they are, since whoever knows their keys judges them.

/** Most signature lines a note may have: what every C2SP verifier has to accept. */
const MAX_SIGNATURES = 16
/** Signature type of a plain Ed25519 signature. */
export const ED25519_NOTE = 0x01
/** Most bytes of one signature: the largest post-quantum ones are under 5 kB. */
const MAX_SIGNATURE_BYTES = 8_192

export interface NoteSignature {
  readonly name: string
  /** The 4-byte key id, hex: a hint for finding the key. */
  readonly keyHash: string
  readonly signature: Uint8Array
}

export interface SignedNote {
  /** Ends with a newline; exactly what is signed. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Whether a text may name a key in a note: no spaces, no plus, no control characters. */
export function isKeyName(name: string): boolean {
  return /^[^\s\p{Z}\p{Cc}+]+$/u.test(name) && name.isWellFormed()
}

/** First four bytes (hex) of SHA-256(name ‖ newline ‖ signature type ‖ public key). */
export function noteKeyHash(name: string, publicKey: Uint8Array, type: number = ED25519_NOTE): string {
  return hex(sha256(concat([utf8(`${name}\n`), Uint8Array.of(type), publicKey])).subarray(0, 4))
}

export function formatNote(note: SignedNote): Uint8Array {
  return utf8(`${note.text}\n${note.signatures.map(formatSignature).join('')}`)
}

/** A signature line, with its newline. */
export function formatSignature({ name, keyHash, signature }: NoteSignature): string {
  return `— ${name} ${base64(concat([hexBytes(keyHash), signature]))}\n`
}

function hexBytes(keyHash: string): Uint8Array {
  return Uint8Array.from(keyHash.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Parses a note; refuses with `NOT_CANONICAL` whatever `formatNote` would not write. */
export function parseNote(bytes: Uint8Array, at: string): SignedNote {
  const whole = fromUtf8(bytes)
  if (whole === undefined) refuse('NOT_CANONICAL', `${at} is not UTF-8.`, at)
  const split = whole.lastIndexOf('\n\n')
  const text = whole.slice(0, split + 1)
  const block = whole.slice(split + 2)
  if (split < 1 || !block.endsWith('\n') || hasControl(whole)) {
    refuse('NOT_CANONICAL', `${at} is not a signed note.`, at)
  }
  return { text, signatures: parseSignatures(block, at) }
}

/** Parses one to sixteen signature lines, each ending with a newline. Refuses with `NOT_CANONICAL`. */
export function parseSignatures(block: string, at: string): readonly NoteSignature[] {
  if (!block.endsWith('\n')) refuse('NOT_CANONICAL', `${at} has no whole signature line.`, at)
  const lines = block.slice(0, -1).split('\n')
  if (lines.length > MAX_SIGNATURES) refuse('NOT_CANONICAL', `${at} has ${lines.length} signatures.`, at)
  return lines.map((line) => parseSignature(line, at))
}

function hasControl(text: string): boolean {
  return /\p{Cc}/u.test(text.replaceAll('\n', ''))
}

function parseSignature(line: string, at: string): NoteSignature {
  const [dash, name, encoded, ...rest] = line.split(' ')
  const bytes = fromBase64(encoded ?? '')
  if (dash !== '—' || name === undefined || !isKeyName(name) || rest.length > 0) {
    refuse('NOT_CANONICAL', `${at} has the signature line '${line}', which is none.`, at)
  }
  if (bytes === undefined || bytes.length <= 4 || bytes.length > 4 + MAX_SIGNATURE_BYTES) {
    refuse('NOT_CANONICAL', `${at} has a signature by ${name} that is none.`, at)
  }
  return { name, keyHash: hex(bytes.subarray(0, 4)), signature: bytes.slice(4) }
}

/** Signs a text (ending with a newline) with the key of a role. */
export async function signNote(signer: Signer, role: Role, text: string): Promise<Uint8Array> {
  const key = signer.publicKey(role)
  const raw = fromBase64(key.publicKey)
  if (raw?.length !== 32 || !isKeyName(key.name)) {
    throw new WritError('KEY_UNAVAILABLE', `The ${role} key '${key.name}' cannot sign a note.`)
  }
  const signature = await signer.sign(role, utf8(text))
  return formatNote({
    text,
    signatures: [{ name: key.name, keyHash: noteKeyHash(key.name, raw), signature }],
  })
}

/** Whether the signature is one of this key over the note's text. Says nothing of whether the key is to be trusted. */
export function noteSignatureHolds(note: SignedNote, signature: NoteSignature, key: PublicKey): boolean {
  const raw = fromBase64(key.publicKey)
  return (
    raw !== undefined &&
    signature.name === key.name &&
    signature.keyHash === noteKeyHash(key.name, raw) &&
    ed25519Verifies(raw, utf8(note.text), signature.signature)
  )
}
