import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Signer, TrustedKey } from '@writ/contract'
import { signerFaults } from '@writ/evidence'
import { afterAll, expect, test } from 'vitest'
import { createKey, revokeKey } from './change-keys.ts'
import { openSigner } from './signer.ts'
import { loadTrustRoot, writeTrustRoot } from './trust-root.ts'

const base = mkdtempSync(join(tmpdir(), 'writ-conformance-'))
afterAll(() => rmSync(base, { recursive: true }))
const secrets: string[] = []
let homes = 0

async function newHome(): Promise<string> {
  homes += 1
  const home = join(base, String(homes))
  await openSigner(home)
  for (const role of ['log', 'operator']) {
    const text = readFileSync(join(home, 'keys', `${role}.pem`), 'utf8')
    secrets.push(text.split('\n')[1] ?? text)
  }
  return home
}

/** A home that was spoilt, opened afterwards. */
const spoilt = async (spoil: (home: string) => unknown): Promise<Signer> => {
  const home = await newHome()
  await spoil(home)
  return await openSigner(home)
}

/** A signer that was opened before its home was spoilt. */
const spoiltLater = async (spoil: (home: string) => unknown): Promise<Signer> => {
  const home = await newHome()
  const signer = await openSigner(home)
  await spoil(home)
  return signer
}

const key = (home: string, role = 'log'): string => join(home, 'keys', `${role}.pem`)
const alter = async (home: string, change: Partial<TrustedKey>): Promise<void> => {
  const path = join(home, 'trust.json')
  const root = await loadTrustRoot(path)
  writeTrustRoot(path, {
    ...root,
    keys: root.keys.map((one) => (one.role === 'log' ? { ...one, ...change } : one)),
  })
}
const past = { validFrom: '2000-01-01T00:00:00Z', validUntil: '2001-01-01T00:00:00Z' }
const revoke = async (home: string): Promise<unknown> =>
  revokeKey(home, (await openSigner(home)).publicKey('log').keyId, { reason: 'lost' })

test('the file signer conforms', async () => {
  const refusing = {
    missing: () => spoilt((home) => rmSync(key(home))),
    unsafe: () => spoilt((home) => chmodSync(key(home), 0o644)),
    'no key': () => spoilt((home) => writeFileSync(key(home), 'nothing')),
    wrong: () => spoilt((home) => copyFileSync(key(home, 'operator'), key(home))),
    ended: () => spoilt((home) => alter(home, past)),
    'not yet valid': () => spoilt((home) => alter(home, { validFrom: '2999-01-01T00:00:00Z' })),
    revoked: () => spoilt(revoke),
    'ended after it was opened': () => spoiltLater((home) => alter(home, past)),
    'revoked after it was opened': () => spoiltLater(revoke),
    'without a trust root': () => spoiltLater((home) => rmSync(join(home, 'trust.json'))),
  }
  const home = await newHome()
  await createKey(home, 'governance')
  const faults = await signerFaults({
    open: () => openSigner(home),
    roles: ['log', 'operator', 'governance'],
    refusing: Object.fromEntries(
      Object.entries(refusing).map(([name, open]) => [name, { role: 'log' as const, open }]),
    ),
    secrets,
  })
  expect(faults).toEqual([])
})
