// The only file here that needs Node: a browser build replaces it and nothing else.
import { createHash, createHmac, createPublicKey, hash, hkdfSync, verify } from 'node:crypto'
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

export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(bytes).digest()
}

/** 32 bytes by HKDF-SHA256 (RFC 5869) with an empty salt: the key material is already uniform. */
export function hkdfSha256(key: Uint8Array, info: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), info, DIGEST_BYTES))
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
