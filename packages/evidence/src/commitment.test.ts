import { createHmac, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commit, commitField, commitItems, derive, merkleOfItems, salt } from './commitment.ts'
import { hkdfSha256, hmacSha256 } from './crypto.ts'
import { hex, utf8 } from './encoding.ts'
import { leafHash, rootOfHashes } from './merkle.ts'

const KEY = new Uint8Array(32).fill(7)

test('RFC 4231, test case 2: HMAC-SHA256', () => {
  expect(hex(hmacSha256(utf8('Jefe'), utf8('what do ya want for nothing?')))).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('RFC 5869, test case 3: HKDF-SHA256 without salt and info', () => {
  const okm = '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'
  expect(hex(hkdfSha256(new Uint8Array(22).fill(0x0b), new Uint8Array(0)))).toBe(okm.slice(0, 64))
})

test('the format of salts and commitments is final', () => {
  const info = 'writ/1|0.3.1|4|model.result/output'
  const expectedSalt = Buffer.from(hkdfSync('sha256', KEY, '', info, 32))
  const expected = createHmac('sha256', expectedSalt).update('text').digest('hex')
  expect(hex(salt(KEY, '0.3.1', 4, 'model.result/output'))).toBe(expectedSalt.toString('hex'))
  expect(commitField(KEY, '0.3.1', 4, 'model.result/output', 'text')).toBe(expected)
  expect(commitField(KEY, '0.3.1', 4, 'model.result/output', utf8('text'))).toBe(expected)
  expect(hex(derive(KEY, 'payload'))).toBe(
    Buffer.from(hkdfSync('sha256', KEY, '', 'writ/1/key|payload', 32)).toString('hex'),
  )
})

test('another key, lane, step, field or content gives another commitment', () => {
  const lane = fc.array(fc.nat({ max: 3 }), { maxLength: 2 }).map((tail) => ['0', ...tail].join('.'))
  const field = fc.constantFrom(
    'run.open/question',
    'model.call/input',
    'model.result/output',
  ) as fc.Arbitrary<`${string}/${string}`>
  const place = fc.tuple(fc.nat({ max: 3 }), lane, fc.nat({ max: 30 }), field, fc.string({ maxLength: 3 }))
  const of = ([key, at, n, name, text]: [number, string, number, `${string}/${string}`, string]): string =>
    commitField(new Uint8Array(32).fill(key), at, n, name, text)
  fc.assert(
    fc.property(place, place, (a, b) => {
      expect(of(a) === of(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
    }),
  )
})

test('a field that could pass for another is refused', () => {
  expect(() => salt(KEY, '0', 1, 'a/b|c')).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
  expect(() => salt(KEY, '0|1', 1, 'a/b')).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('a batch commits to its items one by one', () => {
  const items = ['a', 'b', 'c']
  const leaves = items.map((item, i) => hmacSha256(salt(KEY, '0', 2, `model.call/input/${i}`), utf8(item)))
  const root = hex(rootOfHashes(leaves.map(leafHash)))
  expect(commitItems(KEY, '0', 2, 'model.call/input', items)).toBe(root)
  expect(merkleOfItems(leaves.map(hex))).toBe(root)
  expect(commitItems(KEY, '0', 2, 'model.call/input', ['a', 'c', 'b'])).not.toBe(root)
  expect(() => merkleOfItems(['short'])).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
})

test('keys for other purposes are no salts', () => {
  expect(hex(derive(KEY, '0|1|a/b'))).not.toBe(hex(salt(KEY, '0', 1, 'a/b')))
  expect(hex(derive(KEY, 'payload'))).not.toBe(hex(derive(KEY, 'guest-seed')))
  expect(commit(derive(KEY, 'payload'), 'x')).toMatch(/^[0-9a-f]{64}$/)
})
