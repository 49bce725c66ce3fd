import { createHash, createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hkdfSha256, hmacSha256, sha256 } from './crypto.ts'
import { fromHex, hex } from './encoding.ts'

/** Lengths on both sides of every border: a block of SHA-256, and what is authenticated without Node's own HMAC. */
const length = fc.oneof(
  fc.nat(200),
  fc.constantFrom(0, 31, 32, 55, 56, 63, 64, 65, 127, 128, 16_383, 16_384, 16_385, 70_000),
)
const bytes = length.chain((size) => fc.uint8Array({ minLength: size, maxLength: size }))
const key = fc.uint8Array({ maxLength: 140 })

test('digests, tags and derived keys are those of OpenSSL, whatever came before', () => {
  fc.assert(
    fc.property(key, bytes, (secret, message) => {
      expect(hex(sha256(message))).toBe(createHash('sha256').update(message).digest('hex'))
      expect(hex(hmacSha256(secret, message))).toBe(
        createHmac('sha256', secret).update(message).digest('hex'),
      )
      const derived = hkdfSync('sha256', secret, new Uint8Array(0), message.subarray(0, 1_000), 32)
      expect(hex(hkdfSha256(secret, message.subarray(0, 1_000)))).toBe(hex(new Uint8Array(derived)))
    }),
    { numRuns: 300 },
  )
})

test('a tag is its own: the next one does not change it', () => {
  const first = hmacSha256(Uint8Array.of(1), Uint8Array.of(2))
  const before = hex(first)
  hmacSha256(Uint8Array.of(3), Uint8Array.of(4))
  expect(hex(first)).toBe(before)
})

test('a key that is written over derives what its bytes are now', () => {
  const secret = Uint8Array.of(1, 2, 3)
  const before = hex(hkdfSha256(secret, Uint8Array.of(4)))
  secret[2] = 9
  expect(hex(hkdfSha256(secret, Uint8Array.of(4)))).toBe(
    hex(hkdfSha256(Uint8Array.of(1, 2, 9), Uint8Array.of(4))),
  )
  secret[2] = 3
  expect(hex(hkdfSha256(secret, Uint8Array.of(4)))).toBe(before)
})

// RFC 4231, cases 1, 2 and 6.
test.each([
  ['0b'.repeat(20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    '4a656665',
    '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'aa'.repeat(131),
    '54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
])('the tag under %s is the one of RFC 4231', (secret, message, tag) => {
  const [secretBytes, messageBytes] = [fromHex(secret), fromHex(message)]
  expect(hex(hmacSha256(secretBytes ?? new Uint8Array(0), messageBytes ?? new Uint8Array(0)))).toBe(tag)
})
