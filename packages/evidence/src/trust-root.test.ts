import type { TrustedKey } from '@writ/contract'
import { expect, test } from 'vitest'
import { OWNER } from './sample-run.fixture.ts'
import { isValidAt, openTrustRoot } from './trust-root.ts'

const trust = OWNER.trust()
const [log, operator] = trust.keys
if (log === undefined || operator === undefined) throw new Error('the sample trust root lacks a key')
const withLog = (change: Partial<Record<keyof TrustedKey, unknown>>): unknown => ({
  ...trust,
  keys: [{ ...log, ...change }, operator],
})

test('keys are found by identifier and by note', () => {
  const ring = openTrustRoot(trust)
  expect(ring.byId.get(log.keyId)).toBe(log)
  expect([...ring.byNote.values()]).toEqual([log, operator])
})

test('times may be written with or without a fraction', () => {
  for (const validFrom of ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.123456Z']) {
    expect(openTrustRoot(withLog({ validFrom })).byId.size).toBe(2)
  }
})

test.each(['log', 'operator', 'governance', 'approver', 'witness'])('a key may have the role %s', (role) => {
  expect(openTrustRoot(withLog({ role })).byId.get(log.keyId)?.role).toBe(role)
})

const WITNESS_FROM = { from: '2026-11-26T00:00:00Z', count: 1 }

test('revocations and thresholds are part of a trust root', () => {
  const revoked = { revokedAt: '2026-05-01T00:00:00Z', revocationReason: 'laptop stolen' }
  const given = { ...trust, keys: [{ ...log, ...revoked }, operator], thresholds: { governance: 2 } }
  expect(openTrustRoot(given).root).toEqual(given)
})

test('a key is valid from its beginning to before its end and its revocation', () => {
  const key = { ...log, validFrom: '2026-01-01T00:00:00Z', validUntil: '2026-03-01T00:00:00Z' }
  const revoked = { ...key, revokedAt: '2026-02-01T00:00:00Z' }
  const at = (time: string): boolean[] => [key, revoked].map((one) => isValidAt(one, Date.parse(time)))
  expect(at('2025-12-31T23:59:59.999Z')).toEqual([false, false])
  expect(at('2026-01-01T00:00:00Z')).toEqual([true, true])
  expect(at('2026-01-31T23:59:59.999Z')).toEqual([true, true])
  expect(at('2026-02-01T00:00:00Z')).toEqual([true, false])
  expect(at('2026-02-28T23:59:59.999Z')).toEqual([true, false])
  expect(at('2026-03-01T00:00:00Z')).toEqual([false, false])
})

test.each([
  ['no trust root', undefined, 'NO_TRUST_ROOT'],
  ['null', null, 'BAD_TRUST_ROOT'],
  ['another schema', { ...trust, schema: 'writ.trust/2' }, 'BAD_TRUST_ROOT'],
  ['an extra key', { ...trust, more: 1 }, 'BAD_TRUST_ROOT'],
  ['an unknown role', withLog({ role: 'owner' }), 'BAD_TRUST_ROOT'],
  ['another algorithm', withLog({ algorithm: 'rsa' }), 'BAD_TRUST_ROOT'],
  ['a short public key', withLog({ publicKey: 'AAAA' }), 'BAD_TRUST_ROOT'],
  ['the identifier of another key', withLog({ keyId: operator.keyId }), 'BAD_TRUST_ROOT'],
  ['a name no note can have', withLog({ name: 'a b' }), 'BAD_TRUST_ROOT'],
  ['a time of no zone', withLog({ validFrom: '2026-01-01T00:00:00' }), 'BAD_TRUST_ROOT'],
  ['a time of another zone', withLog({ validFrom: '2026-01-01T00:00:00+01:00' }), 'BAD_TRUST_ROOT'],
  ['a day there is not', withLog({ validFrom: '2026-02-30T00:00:00.000Z' }), 'BAD_TRUST_ROOT'],
  ['a key that is never valid', withLog({ validUntil: log.validFrom }), 'BAD_TRUST_ROOT'],
  ['a revocation at no time', withLog({ revokedAt: 'now' }), 'BAD_TRUST_ROOT'],
  ['a reason without a revocation', withLog({ revocationReason: 'lost' }), 'BAD_TRUST_ROOT'],
  ['a threshold of zero', { ...trust, thresholds: { governance: 0 } }, 'BAD_TRUST_ROOT'],
  ['half a threshold', { ...trust, thresholds: { witness: 1.5 } }, 'BAD_TRUST_ROOT'],
  [
    'a threshold from no time',
    { ...trust, thresholds: { witnessFrom: [{ from: 'May', count: 1 }] } },
    'BAD_TRUST_ROOT',
  ],
  [
    'thresholds out of order',
    { ...trust, thresholds: { witnessFrom: [WITNESS_FROM, WITNESS_FROM] } },
    'BAD_TRUST_ROOT',
  ],
  ['a threshold of a role that has none', { ...trust, thresholds: { operator: 1 } }, 'BAD_TRUST_ROOT'],
  ['a key twice', { ...trust, keys: [log, log] }, 'BAD_TRUST_ROOT'],
  ['a key in two roles', { ...trust, keys: [log, { ...log, role: 'operator' }] }, 'KEY_IN_TWO_ROLES'],
])('%s is refused', (_, given, code) => {
  expect(() => openTrustRoot(given)).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ code }) }),
  )
})
