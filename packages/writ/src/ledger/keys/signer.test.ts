import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PublicKey, Role } from '@writ/contract'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSigner } from './signer.ts'
import { loadTrustRoot } from './trust-root.ts'

/** What a home makes by itself. */
const ROLES: readonly Role[] = ['log', 'operator']

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-signer-'))
})

afterEach(() => {
  rmSync(home, { recursive: true })
})

const pem = (role: string): string => join(home, 'keys', `${role}.pem`)
const trust = (): string => join(home, 'trust.json')
const message = new TextEncoder().encode('checkpoint')

function accepts({ publicKey }: PublicKey, signature: Uint8Array): boolean {
  const x = Buffer.from(publicKey, 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, message, key, signature)
}

async function refusal(): Promise<string> {
  const error: unknown = await openSigner(home).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'KEY_UNAVAILABLE' })
  return error instanceof Error ? error.message : ''
}

test('each role signs with a key of its own, and the keys stay', async () => {
  const signer = await openSigner(home)
  const again = await openSigner(home)
  const [log, operator] = [signer.publicKey('log'), signer.publicKey('operator')]
  expect(log.keyId).not.toBe(operator.keyId)
  for (const role of ROLES) {
    const shown = signer.publicKey(role)
    expect(again.publicKey(role)).toEqual(shown)
    const raw = Buffer.from(shown.publicKey, 'base64')
    expect(shown).toMatchObject({
      role,
      algorithm: 'ed25519',
      name: `writ-${role}-${shown.keyId.slice(0, 8)}`,
    })
    expect(raw).toHaveLength(32)
    expect(shown.keyId).toBe(createHash('sha256').update(raw).digest('hex'))
    const signature = await signer.sign(role, message)
    expect(signature).toHaveLength(64)
    expect(accepts(shown, signature)).toBe(true)
    expect(accepts(role === 'log' ? operator : log, signature)).toBe(false)
  }
})

test('first use pins both keys from the time they were made and leaves only private files', async () => {
  const signer = await openSigner(home)
  const root = await loadTrustRoot(trust())
  expect(root.keys).toMatchObject(ROLES.map((role) => ({ ...signer.publicKey(role), validUntil: null })))
  for (const key of root.keys) expect(Date.parse(key.validFrom)).toBeLessThanOrEqual(Date.now())
  for (const role of ROLES) expect(statSync(pem(role)).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(home, 'keys')).toSorted()).toEqual(['log.pem', 'operator.pem', 'runs'])
})

test('a trust root written again covers what the keys signed before', async () => {
  await openSigner(home)
  rmSync(trust())
  for (const role of ROLES) utimesSync(pem(role), 1_000, 1_000)
  await openSigner(home)
  for (const key of (await loadTrustRoot(trust())).keys)
    expect(key.validFrom).toBe('1970-01-01T00:16:40.000Z')
})

test.each([0o640, 0o604, 0o660, 0o644])('a key file of mode %o is refused with advice', async (mode) => {
  await openSigner(home)
  chmodSync(pem('operator'), mode)
  expect(await refusal()).toContain(`chmod 600 '${pem('operator')}'`)
})

test('a key that is missing is not made anew', async () => {
  await openSigner(home)
  rmSync(pem('log'))
  expect(await refusal()).toContain(pem('log'))
  expect(existsSync(pem('log'))).toBe(false)
})

test('a key the trust root does not pin is refused, and the trust root stays', async () => {
  await openSigner(home)
  const pinned = readFileSync(trust())
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(pem('log'), privateKey.export({ format: 'pem', type: 'pkcs8' }))
  expect(await refusal()).toContain(trust())
  expect(readFileSync(trust())).toEqual(pinned)
})

test('a key pinned for the other role, or one whose time is over, is refused', async () => {
  await openSigner(home)
  const root = await loadTrustRoot(trust())
  const swapped = root.keys.map((key) => ({ ...key, role: key.role === 'log' ? 'operator' : 'log' }))
  writeFileSync(trust(), JSON.stringify({ ...root, keys: swapped }))
  await refusal()
  const ended = root.keys.map((key) => ({
    ...key,
    validFrom: '2000-01-01T00:00:00Z',
    validUntil: '2001-01-01T00:00:00Z',
  }))
  writeFileSync(trust(), JSON.stringify({ ...root, keys: ended }))
  expect(await refusal()).toContain('2001-01-01')
})

test('one key in both roles is refused before anything is pinned', async () => {
  await openSigner(home)
  rmSync(trust())
  copyFileSync(pem('log'), pem('operator'))
  expect(await refusal()).toContain('same key')
  expect(existsSync(trust())).toBe(false)
})

test.each<[string, () => string | Buffer]>([
  ['text', () => 'SECRET-TEXT'],
  ['a key of another kind', () => pemOf(generateKeyPairSync('x25519').privateKey)],
  ['a public key', () => generateKeyPairSync('ed25519').publicKey.export({ format: 'pem', type: 'spki' })],
])('%s in a key file is refused without showing it', async (_, content) => {
  await openSigner(home)
  const text = content().toString()
  writeFileSync(pem('log'), text)
  const shown = await refusal()
  for (const line of text.split('\n')) if (line !== '') expect(shown).not.toContain(line)
})

test('a directory in place of a key is refused', async () => {
  mkdirSync(pem('log'), { recursive: true, mode: 0o700 })
  await refusal()
})

test('a broken trust root is named as such', async () => {
  await openSigner(home)
  writeFileSync(trust(), '{}')
  await expect(openSigner(home)).rejects.toMatchObject({ code: 'BAD_TRUST_ROOT' })
})

function pemOf(key: ReturnType<typeof generateKeyPairSync>['privateKey']): string | Buffer {
  return key.export({ format: 'pem', type: 'pkcs8' })
}
