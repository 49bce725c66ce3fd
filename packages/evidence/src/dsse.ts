import { type PublicKey, type Role, type Signer, WritError } from '@writ/contract'
import { canonicalBytes, parseCanonicalFile } from './canonical.ts'
import { ed25519Verifies } from './crypto.ts'
import { base64, concat, fromBase64, utf8 } from './encoding.ts'
import { digest, list, object, shaped, text } from './shape.ts'
import { refuse } from './verdict.ts'

// DSSE envelope, version 1. The file is canonical JSON with canonical Base64; its signatures are sorted by key
// identifier and each key signs once.

/** Most signatures an envelope may have. */
const MAX_SIGNATURES = 16

export interface EnvelopeSignature {
  /** SHA-256 (hex) of the raw public key: a hint for finding it. */
  readonly keyId: string
  /** Ed25519, 64 bytes. */
  readonly signature: Uint8Array
}

export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  /** INVARIANT: sorted by `keyId`, each once. */
  readonly signatures: readonly [EnvelopeSignature, ...EnvelopeSignature[]]
}

/** Whoever signs an envelope: a key, named as envelopes name it. */
export interface Signatory {
  readonly keyId: string
  /** Ed25519 signature (64 bytes) over the bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

interface EnvelopeFile {
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

const envelopeShape = object<EnvelopeFile>({
  payload: text,
  payloadType: text,
  signatures: list(object<EnvelopeFile['signatures'][number]>({ keyid: digest, sig: text })),
})

/** The bytes a DSSE signature is over (pre-authentication encoding). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType)
  return concat([utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload])
}

export function formatEnvelope(envelope: Envelope): Uint8Array {
  const file: EnvelopeFile = {
    payload: base64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: envelope.signatures.map(({ keyId, signature }) => ({ keyid: keyId, sig: base64(signature) })),
  }
  return canonicalBytes(file)
}

/** Parses an envelope; refuses with `NOT_CANONICAL` or `BAD_SHAPE` whatever `formatEnvelope` would not write. */
export function parseEnvelope(bytes: Uint8Array, at: string): Envelope {
  const file = shaped(envelopeShape, parseCanonicalFile(bytes, at), (misfit) =>
    refuse('BAD_SHAPE', `${at} needs ${misfit.expected} at ${misfit.at}.`, `${at}#${misfit.at}`),
  )
  const payload = fromBase64(file.payload)
  if (payload === undefined)
    refuse('NOT_CANONICAL', `${at} has a payload in no canonical Base64.`, `${at}#/payload`)
  const [first, ...others] = file.signatures.map(({ keyid, sig }, i): EnvelopeSignature => {
    const signature = fromBase64(sig)
    if (signature?.length === 64) return { keyId: keyid, signature }
    const where = `${at}#/signatures/${i}/sig`
    return refuse('NOT_CANONICAL', `${at} has a signature that is no Ed25519 signature.`, where)
  })
  if (first === undefined || others.length >= MAX_SIGNATURES) {
    refuse('BAD_SHAPE', `${at} has ${file.signatures.length} signatures.`, `${at}#/signatures`)
  }
  const signatures = [first, ...others] as const
  if (signatures.some(({ keyId }, i) => keyId <= (signatures[i - 1]?.keyId ?? ''))) {
    refuse('NOT_CANONICAL', `The signatures of ${at} are not sorted, each key once.`, `${at}#/signatures`)
  }
  return { payloadType: file.payloadType, payload, signatures: [first, ...others] }
}

/** The key of a role, as a signatory. */
export function signatoryOf(signer: Signer, role: Role): Signatory {
  return { keyId: signer.publicKey(role).keyId, sign: (bytes) => signer.sign(role, bytes) }
}

/** Signs with the key of one role. */
export function signEnvelope(
  signer: Signer,
  role: Role,
  payloadType: string,
  payload: Uint8Array,
): Promise<Uint8Array> {
  return signEnvelopeBy([signatoryOf(signer, role)], payloadType, payload)
}

/** Signs with several keys, one to sixteen, each of which must be another. */
export async function signEnvelopeBy(
  signatories: readonly Signatory[],
  payloadType: string,
  payload: Uint8Array,
): Promise<Uint8Array> {
  const message = preAuthEncoding(payloadType, payload)
  const made = await Promise.all(
    signatories.map(async (one) => ({ keyId: one.keyId, signature: await one.sign(message) })),
  )
  return formatSigned(payloadType, payload, made)
}

/**
 * Adds the signature of one more key to an envelope, in place of an earlier one by that key: how m of n people sign
 * one after the other. Says nothing of the signatures that are there.
 */
export async function countersign(envelope: Envelope, signatory: Signatory): Promise<Uint8Array> {
  const { payloadType, payload, signatures } = envelope
  const signature = await signatory.sign(preAuthEncoding(payloadType, payload))
  const others = signatures.filter(({ keyId }) => keyId !== signatory.keyId)
  return formatSigned(payloadType, payload, [...others, { keyId: signatory.keyId, signature }])
}

function formatSigned(
  payloadType: string,
  payload: Uint8Array,
  signatures: readonly EnvelopeSignature[],
): Uint8Array {
  const [first, ...others] = [...signatures].sort((a, b) => (a.keyId < b.keyId ? -1 : 1))
  const keys = new Set(signatures.map(({ keyId }) => keyId))
  if (first === undefined || keys.size < signatures.length || keys.size > MAX_SIGNATURES) {
    throw new WritError(
      'INTERNAL',
      `An envelope cannot have ${signatures.length} signatures of ${keys.size} keys.`,
    )
  }
  return formatEnvelope({ payloadType, payload, signatures: [first, ...others] })
}

/** Whether the envelope is signed by this key. Says nothing of whether the key is to be trusted. */
export function envelopeHolds(envelope: Envelope, key: PublicKey): boolean {
  const raw = fromBase64(key.publicKey)
  const made = envelope.signatures.find(({ keyId }) => keyId === key.keyId)
  if (raw === undefined || made === undefined) return false
  return ed25519Verifies(raw, preAuthEncoding(envelope.payloadType, envelope.payload), made.signature)
}
