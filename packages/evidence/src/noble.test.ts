import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ed25519Verifies, hkdfSha256, hmacSha256, sha256 } from './crypto.ts'
import { concat, fromHex, hex } from './encoding.ts'
import { leafHash, rootOfHashes } from './merkle.ts'
import { inclusionHolds, inclusionProof } from './merkle-proof.ts'
import { nodesOf } from './tree-nodes.ts'

// An implementation that shares nothing with ours, and nothing with OpenSSL, has to agree.

const bytes = fc.uint8Array({ maxLength: 300 })
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })

/** RFC 6962, section 2.1, with the other hash function. */
function otherRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves
  if (only === undefined) return nobleSha256(new Uint8Array(0))
  if (leaves.length === 1) return nobleSha256(concat([Uint8Array.of(0), only]))
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  const children = [otherRoot(leaves.slice(0, split)), otherRoot(leaves.slice(split))]
  return nobleSha256(concat([Uint8Array.of(1), ...children]))
}

test('roots and proofs of random trees agree', () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 60 }), fc.nat(), (leaves, at) => {
      const hashes = leaves.map(leafHash)
      const root = otherRoot(leaves)
      expect(hex(rootOfHashes(hashes))).toBe(hex(root))
      if (leaves.length === 0) return
      const index = at % leaves.length
      const proof = inclusionProof(nodesOf(hashes), leaves.length, index)
      expect(inclusionHolds(hashes[index] ?? root, index, leaves.length, proof, root)).toBe(true)
    }),
  )
})

test('digests, tags and derived keys agree', () => {
  fc.assert(
    fc.property(seed, bytes, (key, message) => {
      expect(hex(sha256(message))).toBe(hex(nobleSha256(message)))
      expect(hex(hmacSha256(key, message))).toBe(hex(hmac(nobleSha256, key, message)))
      expect(hex(hkdfSha256(key, message))).toBe(hex(hkdf(nobleSha256, key, new Uint8Array(0), message, 32)))
    }),
  )
})

function opensslKey(secret: Uint8Array): ReturnType<typeof createPrivateKey> {
  const prefix = fromHex('302e020100300506032b657004220420') ?? new Uint8Array(0)
  return createPrivateKey({ key: Buffer.from(concat([prefix, secret])), format: 'der', type: 'pkcs8' })
}

test('signatures agree both ways, and so does what is refused', () => {
  fc.assert(
    fc.property(seed, bytes, fc.nat({ max: 63 }), fc.nat({ max: 7 }), (secret, message, at, bit) => {
      const publicKey = ed25519.getPublicKey(secret)
      const key = opensslKey(secret)
      const der = createPublicKey(key).export({ format: 'der', type: 'spki' })
      expect(hex(new Uint8Array(der.subarray(-32)))).toBe(hex(publicKey))
      const ours = new Uint8Array(sign(null, message, key))
      expect(hex(ed25519.sign(message, secret))).toBe(hex(ours))
      expect(ed25519Verifies(publicKey, message, ours)).toBe(true)
      const altered = ours.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte))
      expect(ed25519Verifies(publicKey, message, altered)).toBe(false)
      expect(ed25519.verify(altered, message, publicKey, { zip215: false })).toBe(false)
    }),
    { numRuns: 15 },
  )
})

// A public key of small order: under it the cofactored rule (ZIP 215, noble's default) accepts what RFC 8032's
// cofactorless rule, OpenSSL's and ours, refuses. One rule has to be pinned, or two verifiers disagree about a file.
test('the pinned rule is the cofactorless one', () => {
  const order8 =
    fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a') ?? new Uint8Array(0)
  const s = new Uint8Array(32)
  const r = fromHex('0100000000000000000000000000000000000000000000000000000000000000') ?? new Uint8Array(0)
  const signature = concat([r, s])
  const messages = Array.from({ length: 64 }, (_, i) => Uint8Array.of(i))
  const disputed = messages.filter(
    (message) => ed25519.verify(signature, message, order8) && !ed25519Verifies(order8, message, signature),
  )
  expect(disputed.length).toBeGreaterThan(0)
  const spki = concat([fromHex('302a300506032b6570032100') ?? new Uint8Array(0), order8])
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  for (const message of messages) {
    expect(ed25519Verifies(order8, message, signature)).toBe(verify(null, message, key, signature))
  }
})
