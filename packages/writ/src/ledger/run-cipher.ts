import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { WritError } from '@writ/contract'
import { hkdfSha256 } from '@writ/evidence'

// nonce (12) | ciphertext | tag (16)
const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const NONCES_AT_ONCE = 256

/** What is encrypted under a run's key: its question, or the payload at a path. */
export type Content =
  | { readonly run: string; readonly kind: 'question' }
  | { readonly run: string; readonly kind: 'payload'; readonly path: string }

/** Encrypts with AES-256-GCM under a key of its own (HKDF-SHA256 of the run's key), bound to the run and the path. */
export function encrypt(runKey: Uint8Array, content: Content, plaintext: Uint8Array): Uint8Array {
  const nonce = nextNonce()
  const cipher = createCipheriv(ALGORITHM, keyOf(runKey, content), nonce)
  cipher.setAAD(binding(content))
  const body = cipher.update(plaintext)
  return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()])
}

/** Random bytes for the next nonces: asking for each by itself takes as long as encrypting a short text. */
let drawn = Buffer.alloc(0)

function nextNonce(): Buffer {
  if (drawn.length < NONCE_BYTES) drawn = randomBytes(NONCES_AT_ONCE * NONCE_BYTES)
  const nonce = drawn.subarray(0, NONCE_BYTES)
  drawn = drawn.subarray(NONCE_BYTES)
  return nonce
}

/** Undoes `encrypt`. Throws `KEY_UNAVAILABLE` when key and ciphertext do not belong together. */
export function decrypt(runKey: Uint8Array, content: Content, sealed: Uint8Array): Uint8Array<ArrayBuffer> {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) throw mismatch(content)
  const decipher = createDecipheriv(ALGORITHM, keyOf(runKey, content), sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(binding(content))
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const body = decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    throw mismatch(content)
  }
  return new Uint8Array(body)
}

/** As a key object: of bytes Node first finds out, by an error that it catches, that they are none. */
function keyOf(runKey: Uint8Array, content: Content): KeyObject {
  return createSecretKey(hkdfSha256(runKey, canonical(['writ.content/1', ...place(content)])))
}

function binding(content: Content): Uint8Array {
  return canonical(['writ.content/1', content.run, ...place(content)])
}

function place(content: Content): readonly string[] {
  return content.kind === 'payload' ? ['payload', content.path] : ['question']
}

/** Of an array of strings, JSON.stringify is already the canonical JSON of RFC 8785. */
function canonical(parts: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(parts))
}

function mismatch(content: Content): WritError {
  const what = content.kind === 'payload' ? `payload ${content.path}` : 'the question'
  return new WritError(
    'KEY_UNAVAILABLE',
    `${what} of run ${content.run} does not open: its key file or the stored bytes were changed`,
    { run: content.run },
  )
}
