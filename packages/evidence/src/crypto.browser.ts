// What `crypto.ts` is where there is no Node; the `browser` field of package.json puts it in that file's place.
import { ed25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256, sha512 } from '@noble/hashes/sha2.js'
import type { Sha256 } from './crypto.ts'
import { bytesEqual, concat, hex } from './encoding.ts'

export type { Sha256 }

export const DIGEST_BYTES = 32

export function sha256(bytes: Uint8Array): Uint8Array {
  return nobleSha256(bytes)
}

export function sha256Hex(bytes: Uint8Array): string {
  return hex(nobleSha256(bytes))
}

export function startSha256(): Sha256 {
  const running = nobleSha256.create()
  return { update: (bytes) => void running.update(bytes), hex: () => hex(running.digest()) }
}

export function hmacSha256(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return hmac(nobleSha256, key, bytes)
}

export function hkdfSha256(key: Uint8Array, info: Uint8Array): Uint8Array {
  return hkdf(nobleSha256, key, new Uint8Array(0), info, DIGEST_BYTES)
}

const { Point } = ed25519
const GROUP_ORDER = Point.Fn.ORDER

/**
 * The rule of OpenSSL as Node bundles it, written out because noble has only cofactored ones: S is below the group order,
 * neither the key nor R is of small order, and `S·B − k·A` encodes to the bytes of R (RFC 8032, 5.1.7, cofactorless).
 */
export function ed25519Verifies(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false
  const r = signature.subarray(0, 32)
  const s = littleEndian(signature.subarray(32))
  if (s >= GROUP_ORDER) return false
  const key = decodedKey(publicKey)
  if (key === undefined || key.isSmallOrder()) return false
  const k = littleEndian(sha512(concat([r, publicKey, message]))) % GROUP_ORDER
  const expected = Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k))
  return bytesEqual(expected.toBytes(), r) && !expected.isSmallOrder()
}

/** The point of a key, in any encoding: what is not canonical but of small order is refused for that. */
function decodedKey(publicKey: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(publicKey, true)
  } catch {
    return undefined
  }
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex(bytes.toReversed())}`)
}
