// The only file here that needs Node: a browser build replaces it and nothing else.
import { createHash, createHmac, createPublicKey, hash, verify } from 'node:crypto'
import { concat, fromHex } from './encoding.ts'

/** Bytes of a SHA-256 digest, an HMAC-SHA256 tag and a derived key. */
export const DIGEST_BYTES = 32

export function sha256(bytes: Uint8Array): Uint8Array {
  // A string of one byte a character costs Node a fifth of what a buffer of its own does.
  const characters = hash('sha256', bytes, 'binary')
  const digest = new Uint8Array(DIGEST_BYTES)
  for (let at = 0; at < DIGEST_BYTES; at += 1) digest[at] = characters.charCodeAt(at)
  return digest
}

export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

/** A SHA-256 over bytes that come in pieces. */
export interface Sha256 {
  update(bytes: Uint8Array): void
  /** Ends it. */
  hex(): string
}

export function startSha256(): Sha256 {
  const running = createHash('sha256')
  return { update: (bytes) => void running.update(bytes), hex: () => running.digest('hex') }
}

const BLOCK_BYTES = 64
/** Most bytes of a message that is authenticated here. */
const SHORT_BYTES = 16_384
const INNER = 0x36
const OUTER = 0x5c

// Where key and message are put together. INVARIANT: neither is there any more when a tag is given; a message can be a key.
const inner = new Uint8Array(BLOCK_BYTES + SHORT_BYTES)
const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES)

/** HMAC-SHA256 (RFC 2104). Node takes ten times as long to prepare one as to hash a short message, so those are done here. */
export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (key.length > BLOCK_BYTES || bytes.length > SHORT_BYTES)
    return createHmac('sha256', key).update(bytes).digest()
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const byte = key[at] ?? 0
    inner[at] = byte ^ INNER
    outer[at] = byte ^ OUTER
  }
  inner.set(bytes, BLOCK_BYTES)
  outer.set(sha256(inner.subarray(0, BLOCK_BYTES + bytes.length)), BLOCK_BYTES)
  const tag = sha256(outer)
  inner.fill(0, 0, BLOCK_BYTES + bytes.length)
  outer.fill(0)
  return tag
}

const NO_SALT = new Uint8Array(DIGEST_BYTES)

/** 32 bytes by HKDF-SHA256 (RFC 5869) with an empty salt: the key material is already uniform. */
export function hkdfSha256(key: Uint8Array, info: Uint8Array): Uint8Array {
  return hmacSha256(extract(key), concat([info, Uint8Array.of(1)]))
}

/** What keys were extracted to, kept as long as they are: a run derives a salt for each field from one key. */
const extracted = new WeakMap<Uint8Array, { readonly of: Uint8Array; readonly to: Uint8Array }>()

function extract(key: Uint8Array): Uint8Array {
  const known = extracted.get(key)
  if (known !== undefined && areEqual(known.of, key)) return known.to
  const to = hmacSha256(NO_SALT, key)
  extracted.set(key, { of: key.slice(), to })
  return to
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

const ED25519_SPKI = fromHex('302a300506032b6570032100') ?? new Uint8Array(0)

/**
 * Whether the signature (64 bytes) is one of the raw public key (32 bytes) over the message. The rule is OpenSSL's
 * (RFC 8032, cofactorless, S below the group order); a browser variant has to keep to it.
 */
export function ed25519Verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  try {
    const key = createPublicKey({
      key: Buffer.from(concat([ED25519_SPKI, publicKey])),
      format: 'der',
      type: 'spki',
    })
    return verify(null, message, key, signature)
  } catch {
    return false
  }
}
