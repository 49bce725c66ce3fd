import { expect, test } from 'vitest'
import { canonicalBytes } from './canonical.ts'
import { envelopeHolds, formatEnvelope, parseEnvelope, preAuthEncoding, signEnvelope } from './dsse.ts'
import { base64, fromUtf8, utf8 } from './encoding.ts'
import { OWNER } from './sample-run.fixture.ts'

test('the example of the DSSE specification', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'))
  expect(fromUtf8(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})

test('lengths count bytes, not characters', () => {
  expect(fromUtf8(preAuthEncoding('ä', utf8('€')))).toBe('DSSEv1 2 ä 3 €')
})

test('an envelope holds under the key that signed it and no other', async () => {
  const bytes = await signEnvelope(OWNER, 'operator', 'type', utf8('body'))
  const envelope = parseEnvelope(bytes, 'e')
  expect(formatEnvelope(envelope)).toEqual(bytes)
  expect(envelopeHolds(envelope, OWNER.publicKey('operator'))).toBe(true)
  expect(envelopeHolds(envelope, OWNER.publicKey('log'))).toBe(false)
  expect(envelopeHolds({ ...envelope, payloadType: 'other' }, OWNER.publicKey('operator'))).toBe(false)
  expect(envelopeHolds({ ...envelope, payload: utf8('Body') }, OWNER.publicKey('operator'))).toBe(false)
  const claimed = { ...envelope, keyId: OWNER.publicKey('log').keyId }
  expect(envelopeHolds(claimed, OWNER.publicKey('operator'))).toBe(false)
})

const signature = { keyid: 'a'.repeat(64), sig: base64(new Uint8Array(64)) }
const good = { payload: 'AA==', payloadType: 'type', signatures: [signature] }

test.each([
  ['two signatures', { ...good, signatures: [signature, signature] }, 'BAD_SHAPE'],
  ['no signature', { ...good, signatures: [] }, 'BAD_SHAPE'],
  ['an extra key', { ...good, more: 1 }, 'BAD_SHAPE'],
  ['no key id', { ...good, signatures: [{ sig: signature.sig }] }, 'BAD_SHAPE'],
  ['loose Base64', { ...good, payload: 'AB==' }, 'NOT_CANONICAL'],
  ['URL-safe Base64', { ...good, payload: '_-8=' }, 'NOT_CANONICAL'],
  ['a short signature', { ...good, signatures: [{ ...signature, sig: 'AA==' }] }, 'NOT_CANONICAL'],
])('an envelope with %s is refused', (_, envelope, code) => {
  expect(() => parseEnvelope(canonicalBytes(envelope), 'e')).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ code }) }),
  )
})

test('an envelope in another JSON form is refused', () => {
  expect(() => parseEnvelope(utf8(JSON.stringify(good, null, 1)), 'e')).toThrow('canonical')
})
