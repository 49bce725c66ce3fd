import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrustedKey } from '@writ/contract'
import { afterAll, expect, test } from 'vitest'
import { loadTrustRoot } from './trust-root.ts'

const directory = mkdtempSync(join(tmpdir(), 'writ-trust-'))
const path = join(directory, 'trust.json')
afterAll(() => rmSync(directory, { recursive: true }))

function keyOf(raw: Buffer): TrustedKey {
  return {
    role: 'log',
    keyId: createHash('sha256').update(raw).digest('hex'),
    algorithm: 'ed25519',
    publicKey: raw.toString('base64'),
    name: 'writ-log-1',
    validFrom: '2026-01-01T00:00:00.000Z',
    validUntil: null,
  }
}

const raw = randomBytes(32)
const key = keyOf(raw)
const load = (value: unknown): Promise<unknown> => {
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value))
  return loadTrustRoot(path)
}

test('a trust root comes back as written', async () => {
  const root = { schema: 'writ.trust/1', keys: [key, keyOf(randomBytes(32))] }
  expect(await load(root)).toEqual(root)
})

test('revocations, thresholds and every role are kept', async () => {
  const witness = {
    ...keyOf(randomBytes(32)),
    role: 'witness',
    revokedAt: '2026-02-01T00:00:00.000Z',
    revocationReason: 'replaced',
  }
  const root = { schema: 'writ.trust/1', keys: [key, witness], thresholds: { witness: 1, governance: 2 } }
  expect(await load(root)).toEqual(root)
})

test.each<[string, unknown]>([
  ['no JSON', '{'],
  ['no object', []],
  ['another schema', { schema: 'writ.trust/2', keys: [] }],
  ['a field nobody knows', { schema: 'writ.trust/1', keys: [], more: 1 }],
  ['a key with another id', { schema: 'writ.trust/1', keys: [{ ...key, keyId: 'a'.repeat(64) }] }],
  ['a key of another length', { schema: 'writ.trust/1', keys: [keyOf(raw.subarray(1))] }],
  ['another algorithm', { schema: 'writ.trust/1', keys: [{ ...key, algorithm: 'rsa' }] }],
  ['another role', { schema: 'writ.trust/1', keys: [{ ...key, role: 'owner' }] }],
  ['a name no note can carry', { schema: 'writ.trust/1', keys: [{ ...key, name: 'a b' }] }],
  ['no date', { schema: 'writ.trust/1', keys: [{ ...key, validFrom: 'now' }] }],
  [
    'an end before the start',
    { schema: 'writ.trust/1', keys: [{ ...key, validUntil: '2025-01-01T00:00:00Z' }] },
  ],
  ['a key in two roles', { schema: 'writ.trust/1', keys: [key, { ...key, role: 'operator' }] }],
])('%s is refused', async (_, value) => {
  await expect(load(value)).rejects.toMatchObject({ code: 'BAD_TRUST_ROOT' })
})

test('a path that cannot be read is named', async () => {
  const missing = join(directory, 'missing.json')
  await expect(loadTrustRoot(missing)).rejects.toMatchObject({ code: 'PATH_NOT_FOUND' })
})
