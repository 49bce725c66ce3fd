import { createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Content } from './run-cipher.ts'
import { decrypt, encrypt } from './run-cipher.ts'

const run = fc.constantFrom('run-a', 'run-b')
const content: fc.Arbitrary<Content> = fc.oneof(
  fc.record({ run, kind: fc.constant('question' as const) }),
  fc.record({ run, kind: fc.constant('payload' as const), path: fc.string() }),
)
const bytes = fc.uint8Array({ maxLength: 300 })
const refused = expect.objectContaining({ code: 'KEY_UNAVAILABLE' })

test('what is encrypted opens with the same key at the same place, and nowhere else', () => {
  const key = randomBytes(32)
  fc.assert(
    fc.property(content, content, bytes, (here, there, plaintext) => {
      const sealed = encrypt(key, here, plaintext)
      expect(decrypt(key, here, sealed)).toEqual(plaintext)
      if (JSON.stringify(here) !== JSON.stringify(there))
        expect(() => decrypt(key, there, sealed)).toThrow(refused)
      expect(() => decrypt(randomBytes(32), here, sealed)).toThrow(refused)
    }),
  )
})

test('a changed or cut ciphertext does not open', () => {
  const key = randomBytes(32)
  fc.assert(
    fc.property(content, bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (place, plaintext, at, flip) => {
      const sealed = encrypt(key, place, plaintext)
      const changed = sealed.map((byte, index) => (index === at % sealed.length ? byte ^ flip : byte))
      expect(() => decrypt(key, place, changed)).toThrow(refused)
      expect(() => decrypt(key, place, sealed.subarray(0, at % sealed.length))).toThrow(refused)
    }),
  )
})

test('the same plaintext never encrypts to the same bytes', () => {
  const key = randomBytes(32)
  const place: Content = { run: 'run-a', kind: 'payload', path: 'p' }
  expect(encrypt(key, place, Buffer.from('same'))).not.toEqual(encrypt(key, place, Buffer.from('same')))
})

test('its form is fixed: AES-256-GCM under HKDF-SHA256 of the run’s key, bound to run and path', () => {
  const key = randomBytes(32)
  const sealed = encrypt(key, { run: 'run-a', kind: 'payload', path: 'p' }, Buffer.from('text'))
  const derived = hkdfSync('sha256', key, '', '["writ.content/1","payload","p"]', 32)
  const decipher = createDecipheriv('aes-256-gcm', new Uint8Array(derived), sealed.subarray(0, 12))
  decipher.setAAD(Buffer.from('["writ.content/1","run-a","payload","p"]')).setAuthTag(sealed.subarray(-16))
  expect(decipher.update(sealed.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')).toBe('text')
})
