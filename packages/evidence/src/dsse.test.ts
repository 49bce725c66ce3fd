import { createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { canonicalBytes } from './canonical.ts'
import {
  countersign,
  envelopeHolds,
  formatEnvelope,
  parseEnvelope,
  preAuthEncoding,
  signatoryOf,
  signEnvelope,
  signEnvelopeBy,
} from './dsse.ts'
import { base64, fromUtf8, utf8 } from './encoding.ts'
import { OWNER, WordSigner } from './sample-run.fixture.ts'

test('the example of the DSSE specification', () => {
  const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'))
  expect(fromUtf8(encoded)).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world')
})

// The signature the specification gives for it is ECDSA over P-256, over exactly these bytes.
test('the published signature is over our encoding', () => {
  const coordinate = (decimal: string): string =>
    Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex').toString('base64url')
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: coordinate('46950820868899156662930047687818585632848591499744589407958293238635476079160'),
    y: coordinate('5640078356564379163099075877009565129882514886557779369047442380624545832820'),
  }
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' } as const
  const published = 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=='
  const holds = (body: string): boolean => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', utf8(body))
    return verify('sha256', encoded, key, Buffer.from(published, 'base64'))
  }
  expect(holds('hello world')).toBe(true)
  expect(holds('hello World')).toBe(false)
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
  const [{ signature: made }] = envelope.signatures
  const claimed = {
    ...envelope,
    signatures: [{ keyId: OWNER.publicKey('log').keyId, signature: made }] as const,
  }
  expect(envelopeHolds(claimed, OWNER.publicKey('operator'))).toBe(false)
  expect(envelopeHolds(claimed, OWNER.publicKey('log'))).toBe(false)
})

const people = ['ann', 'bo', 'cy'].map((word) => new WordSigner(word))

test('several keys sign at once or one after the other, and the bytes are the same', async () => {
  const signatories = people.map((person) => signatoryOf(person, 'operator'))
  const together = await signEnvelopeBy(signatories, 'type', utf8('body'))
  let bytes = await signEnvelopeBy(signatories.slice(0, 1), 'type', utf8('body'))
  for (const one of [...signatories].reverse()) bytes = await countersign(parseEnvelope(bytes, 'e'), one)
  expect(bytes).toEqual(together)
  const envelope = parseEnvelope(bytes, 'e')
  expect(envelope.signatures).toHaveLength(3)
  for (const person of people) expect(envelopeHolds(envelope, person.publicKey('operator'))).toBe(true)
  expect(envelopeHolds(envelope, OWNER.publicKey('operator'))).toBe(false)
})

test('a key signs an envelope once, and somebody has to', async () => {
  const one = signatoryOf(OWNER, 'operator')
  await expect(signEnvelopeBy([one, one], 'type', utf8('body'))).rejects.toThrow('2 signatures of 1 keys')
  await expect(signEnvelopeBy([], 'type', utf8('body'))).rejects.toThrow('0 signatures')
})

const signature = { keyid: 'a'.repeat(64), sig: base64(new Uint8Array(64)) }
const higher = { ...signature, keyid: 'b'.repeat(64) }
const good = { payload: 'AA==', payloadType: 'type', signatures: [signature] }

test.each([
  ['two signatures of one key', { ...good, signatures: [signature, signature] }, 'NOT_CANONICAL'],
  ['signatures in another order', { ...good, signatures: [higher, signature] }, 'NOT_CANONICAL'],
  ['seventeen signatures', { ...good, signatures: Array.from({ length: 17 }, () => signature) }, 'BAD_SHAPE'],
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

test('sorted signatures of two keys are an envelope', () => {
  const bytes = canonicalBytes({ ...good, signatures: [signature, higher] })
  expect(formatEnvelope(parseEnvelope(bytes, 'e'))).toEqual(bytes)
})

test('an envelope in another JSON form is refused', () => {
  expect(() => parseEnvelope(utf8(JSON.stringify(good, null, 1)), 'e')).toThrow('canonical')
})
