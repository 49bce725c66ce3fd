import type { PublicKey, Role, Signer } from '@writ/contract'
import { canonicalBytes, parseCanonical } from './canonical.ts'
import { ed25519Verifies } from './crypto.ts'
import { base64, concat, fromBase64, utf8 } from './encoding.ts'
import { digest, list, object, shaped, text } from './shape.ts'
import { refuse } from './verdict.ts'

// DSSE envelope, version 1. The file is canonical JSON with canonical Base64 and exactly one signature.

export interface Envelope {
  readonly payloadType: string
  readonly payload: Uint8Array
  /** SHA-256 (hex) of the raw public key: a hint for finding it. */
  readonly keyId: string
  readonly signature: Uint8Array
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
    signatures: [{ keyid: envelope.keyId, sig: base64(envelope.signature) }],
  }
  return canonicalBytes(file)
}

/** Parses an envelope; refuses with `NOT_CANONICAL` or `BAD_SHAPE` whatever `formatEnvelope` would not write. */
export function parseEnvelope(bytes: Uint8Array, at: string): Envelope {
  const { payload, payloadType, signatures } = shaped(envelopeShape, parseCanonical(bytes, at), (misfit) =>
    refuse('BAD_SHAPE', `${at} needs ${misfit.expected} at ${misfit.at}.`, `${at}#${misfit.at}`),
  )
  const [signed, ...others] = signatures
  if (signed === undefined || others.length > 0) {
    refuse('BAD_SHAPE', `${at} has ${signatures.length} signatures instead of one.`, `${at}#/signatures`)
  }
  const decoded = fromBase64(payload)
  if (decoded === undefined)
    refuse('NOT_CANONICAL', `${at} has a payload in no canonical Base64.`, `${at}#/payload`)
  const signature = fromBase64(signed.sig)
  if (signature?.length !== 64) {
    refuse('NOT_CANONICAL', `${at} has a signature that is no Ed25519 signature.`, `${at}#/signatures/0/sig`)
  }
  return { payloadType, payload: decoded, keyId: signed.keyid, signature }
}

export async function signEnvelope(
  signer: Signer,
  role: Role,
  payloadType: string,
  payload: Uint8Array,
): Promise<Uint8Array> {
  const signature = await signer.sign(role, preAuthEncoding(payloadType, payload))
  return formatEnvelope({ payloadType, payload, keyId: signer.publicKey(role).keyId, signature })
}

/** Whether the envelope is signed by this key. Says nothing of whether the key is to be trusted. */
export function envelopeHolds(envelope: Envelope, key: PublicKey): boolean {
  const raw = fromBase64(key.publicKey)
  const message = preAuthEncoding(envelope.payloadType, envelope.payload)
  return (
    raw !== undefined && envelope.keyId === key.keyId && ed25519Verifies(raw, message, envelope.signature)
  )
}
