import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as browser from './crypto.browser.ts'
import * as node from './crypto.ts'
import { concat, fromHex, hex } from './encoding.ts'

// Two verifiers that differ about one signature differ about a file. Node's is the rule; the browser's has to keep to it.

const { Point } = ed25519
const L = Point.Fn.ORDER
const P = 2n ** 255n - 19n

const bytes = fc.uint8Array({ maxLength: 300 })
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 })
const same: typeof node = browser

function number(value: bigint): Uint8Array {
  return (fromHex(value.toString(16).padStart(64, '0')) ?? new Uint8Array(0)).toReversed()
}

function bigint(of: Uint8Array): bigint {
  return BigInt(`0x${hex(of.toReversed())}`)
}

/** The eight points of small order, and the encodings of them that are not canonical. */
const ORDER_8 = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
const torsion = Array.from({ length: 8 }, (_, i) => ORDER_8.multiplyUnsafe(BigInt(i)))
const strange = [0n, 1n, P - 1n, P, P + 1n, 2n ** 255n - 1n, 2n].flatMap((y) => [
  number(y),
  number(y + 2n ** 255n),
])
const smallKeys = [...torsion.map((point) => point.toBytes()), ...strange]

function bothSay(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const says = node.ed25519Verifies(key, message, signature)
  expect([hex(key), hex(signature), same.ed25519Verifies(key, message, signature)]).toEqual([
    hex(key),
    hex(signature),
    says,
  ])
  return says
}

test('digests, tags and derived keys agree, in pieces too', () => {
  fc.assert(
    fc.property(seed, bytes, fc.nat(300), (key, message, cut) => {
      expect(hex(same.sha256(message))).toBe(hex(node.sha256(message)))
      expect(same.sha256Hex(message)).toBe(node.sha256Hex(message))
      expect(hex(same.hmacSha256(key, message))).toBe(hex(node.hmacSha256(key, message)))
      expect(hex(same.hkdfSha256(key, message))).toBe(hex(node.hkdfSha256(key, message)))
      const running = same.startSha256()
      running.update(message.subarray(0, cut))
      running.update(message.subarray(cut))
      expect(running.hex()).toBe(node.sha256Hex(message))
    }),
  )
  expect(same.DIGEST_BYTES).toBe(node.DIGEST_BYTES)
})

test('signatures of OpenSSL hold, altered ones and an S past the group order do not', () => {
  fc.assert(
    fc.property(seed, bytes, fc.nat(63), fc.nat(7), (secret, message, at, bit) => {
      const prefix = fromHex('302e020100300506032b657004220420') ?? new Uint8Array(0)
      const der = Buffer.from(concat([prefix, secret]))
      const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
      const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
      const signature = new Uint8Array(sign(null, message, key))
      expect(bothSay(raw, message, signature)).toBe(true)
      const s = bigint(signature.subarray(32))
      for (const past of [s + L, s + 2n * L, L, 2n ** 256n - 1n]) {
        expect(bothSay(raw, message, concat([signature.subarray(0, 32), number(past)]))).toBe(false)
      }
      const altered = signature.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte))
      expect(bothSay(raw, message, altered)).toBe(false)
      expect(bothSay(raw, message, signature.subarray(0, 63))).toBe(false)
    }),
    { numRuns: 20 },
  )
})

test('keys and R of small order are refused by both, in every encoding', () => {
  for (const key of smallKeys) {
    for (const [i, r] of smallKeys.entries()) {
      expect(bothSay(key, Uint8Array.of(i), concat([r, number(0n)]))).toBe(false)
    }
  }
})

test('keys and R with a part of small order are judged alike, where the cofactored rule says yes', () => {
  const index = fc.nat(7)
  const scalar = fc.oneof({ weight: 3, arbitrary: fc.bigInt(1n, L - 1n) }, fc.constant(0n))
  const seen = new Set<boolean>()
  fc.assert(
    fc.property(scalar, scalar, index, index, bytes, (a, nonce, i, j, message) => {
      const tail = (at: number): InstanceType<typeof Point> => torsion[at] ?? Point.ZERO
      const key = Point.BASE.multiplyUnsafe(a).add(tail(i)).toBytes()
      const r = Point.BASE.multiplyUnsafe(nonce).add(tail(j)).toBytes()
      const k = bigint(sha512(concat([r, key, message]))) % L
      const signature = concat([r, number((nonce + k * a) % L)])
      expect(ed25519.verify(signature, message, key)).toBe(true)
      seen.add(bothSay(key, message, signature))
    }),
    {
      numRuns: 100,
      examples: [
        [7n, 0n, 0, 0, new Uint8Array(3)],
        [0n, 7n, 0, 0, new Uint8Array(3)],
      ],
    },
  )
  expect(seen).toEqual(new Set([true, false]))
})

test('any bytes as a key are judged alike', () => {
  fc.assert(
    fc.property(seed, seed, bytes, (key, r, message) => {
      bothSay(key, message, concat([r, number(0n)]))
    }),
    { numRuns: 60 },
  )
})
