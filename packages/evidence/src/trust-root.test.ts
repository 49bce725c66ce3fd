import type { TrustedKey } from '@writ/contract'
import { expect, test } from 'vitest'
import { OWNER } from './sample-run.fixture.ts'
import { openTrustRoot } from './trust-root.ts'

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

test.each([
  ['no trust root', undefined, 'NO_TRUST_ROOT'],
  ['null', null, 'BAD_TRUST_ROOT'],
  ['another schema', { ...trust, schema: 'writ.trust/2' }, 'BAD_TRUST_ROOT'],
  ['an extra key', { ...trust, more: 1 }, 'BAD_TRUST_ROOT'],
  ['an unknown role', withLog({ role: 'governance' }), 'BAD_TRUST_ROOT'],
  ['another algorithm', withLog({ algorithm: 'rsa' }), 'BAD_TRUST_ROOT'],
  ['a short public key', withLog({ publicKey: 'AAAA' }), 'BAD_TRUST_ROOT'],
  ['the identifier of another key', withLog({ keyId: operator.keyId }), 'BAD_TRUST_ROOT'],
  ['a name no note can have', withLog({ name: 'a b' }), 'BAD_TRUST_ROOT'],
  ['a time of no zone', withLog({ validFrom: '2026-01-01T00:00:00' }), 'BAD_TRUST_ROOT'],
  ['a time of another zone', withLog({ validFrom: '2026-01-01T00:00:00+01:00' }), 'BAD_TRUST_ROOT'],
  ['a day there is not', withLog({ validFrom: '2026-02-30T00:00:00.000Z' }), 'BAD_TRUST_ROOT'],
  ['a key that is never valid', withLog({ validUntil: log.validFrom }), 'BAD_TRUST_ROOT'],
  ['a key twice', { ...trust, keys: [log, log] }, 'BAD_TRUST_ROOT'],
  ['a key in two roles', { ...trust, keys: [log, { ...log, role: 'operator' }] }, 'KEY_IN_TWO_ROLES'],
])('%s is refused', (_, given, code) => {
  expect(() => openTrustRoot(given)).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ code }) }),
  )
})
