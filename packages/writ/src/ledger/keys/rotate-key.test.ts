import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Role } from '@writ/contract'
import {
  ed25519Verifies,
  envelopeHolds,
  isValidAt,
  KEY_ROTATION_KIND,
  parseStatement,
  witnessThreshold,
} from '@writ/evidence'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createKey, listKeys, revokeKey, setThreshold, trustKeys } from './change-keys.ts'
import { OVERLAP_MS, type RotationStep, rotateKey } from './rotate-key.ts'
import { openSigner } from './signer.ts'
import { loadTrustRoot, readTrustRoot } from './trust-root.ts'

let home: string
const message = new TextEncoder().encode('statement')
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'writ-rotate-'))
})
afterEach(() => rmSync(home, { recursive: true }))

const trust = (): string => join(home, 'trust.json')

async function signs(role: Role): Promise<string> {
  const signer = await openSigner(home)
  const { keyId, publicKey } = signer.publicKey(role)
  const signature = await signer.sign(role, message)
  expect(ed25519Verifies(Buffer.from(publicKey, 'base64'), message, signature)).toBe(true)
  const trusted = (await loadTrustRoot(trust())).keys.find((key) => key.keyId === keyId)
  expect(trusted && isValidAt(trusted, Date.now())).toBe(true)
  return keyId
}

test.each<Role>(['log', 'operator'])(
  'the %s key is replaced, and the old private key is gone',
  async (role) => {
    const before = await signs(role)
    const old = readFileSync(join(home, 'keys', `${role}.pem`), 'utf8').split('\n')[1] ?? ''
    const done = await rotateKey(home, role, { reason: 'yearly' })
    expect(done).toMatchObject({ role, from: before })
    expect(await signs(role)).toBe(done.to)
    const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    )
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name), 'utf8')).not.toContain(old)
    const { envelope, statement } = parseStatement(
      readFileSync(done.statement),
      'rotation',
      KEY_ROTATION_KIND,
    )
    expect(statement.predicate).toMatchObject({
      role,
      reason: 'yearly',
      from: { keyId: before },
      to: { keyId: done.to },
    })
    const keys = (await loadTrustRoot(trust())).keys.filter((key) => key.role === role)
    expect(keys.map((key) => envelopeHolds(envelope, key))).toEqual([true, true])
    expect(keys.map((key) => isValidAt(key, Date.parse(done.at) - 1))).toEqual([true, false])
    expect(keys.map((key) => isValidAt(key, Date.parse(done.at) + OVERLAP_MS))).toEqual([false, true])
  },
)

test('a signer that is open follows a rotation, and shows the key it signs with', async () => {
  const signer = await openSigner(home)
  const before = signer.publicKey('operator')
  const { to } = await rotateKey(home, 'operator', { reason: 'r' })
  // Shown before the rotation, signed after it: still the key that was shown.
  const late = await signer.sign('operator', message)
  expect(ed25519Verifies(Buffer.from(before.publicKey, 'base64'), message, late)).toBe(true)
  expect(signer.publicKey('operator').keyId).toBe(to)
})

test('the new key covers runs that are open', async () => {
  await openSigner(home)
  const openSince = Date.now() - 60_000
  const { to } = await rotateKey(home, 'operator', { reason: 'r', openSince })
  const key = readTrustRoot(trust()).keys.find(({ keyId }) => keyId === to)
  expect(key?.validFrom).toBe(new Date(openSince).toISOString())
})

test.each<RotationStep>(['key made', 'statement kept', 'trust root replaced', 'old key destroyed'])(
  'a rotation that ends after "%s" leaves a home that works and can rotate',
  async (last) => {
    const before = await signs('operator')
    const dying = rotateKey(home, 'operator', {
      reason: 'r',
      onStep: (step) => {
        if (step === last) throw new Error('killed')
      },
    })
    await expect(dying).rejects.toThrow('killed')
    const happened = last === 'trust root replaced' || last === 'old key destroyed'
    const now = await signs('operator')
    expect(now === before).toBe(!happened)
    expect(existsSync(join(home, 'keys', 'operator.pem'))).toBe(last !== 'old key destroyed')
    const { from, to } = await rotateKey(home, 'operator', { reason: 'again' })
    expect(from).toBe(now)
    expect(await signs('operator')).toBe(to)
  },
)

test('rotations at once follow one another', async () => {
  const first = await signs('log')
  const done = await Promise.all([1, 2, 3].map(() => rotateKey(home, 'log', { reason: 'r' })))
  const followed = new Map(done.map(({ from, to }) => [from, to]))
  let key: string | undefined = first
  for (const _ of done) key = followed.get(key ?? '')
  expect(key).toBe(await signs('log'))
})

test('a revoked key signs nothing, and is replaced by a key that signs the statement alone', async () => {
  const keyId = await signs('operator')
  await revokeKey(home, keyId, { reason: 'laptop stolen' })
  await expect(openSigner(home)).rejects.toMatchObject({ code: 'KEY_UNAVAILABLE' })
  const done = await rotateKey(home, 'operator', { reason: 'stolen' })
  const { envelope } = parseStatement(readFileSync(done.statement), 'rotation', KEY_ROTATION_KIND)
  expect(envelope.signatures.map((one) => one.keyId)).toEqual([done.to])
  expect(await signs('operator')).toBe(done.to)
})

test('a lost key is not replaced unless it is revoked, and the error says so', async () => {
  const keyId = await signs('operator')
  rmSync(join(home, 'keys', 'operator.pem'))
  await expect(rotateKey(home, 'operator', { reason: 'r' })).rejects.toMatchObject({
    code: 'KEY_UNAVAILABLE',
    message: expect.stringContaining(`writ keys revoke ${keyId.slice(0, 16)}`),
  })
  await revokeKey(home, keyId.slice(0, 16), { reason: 'lost' })
  await rotateKey(home, 'operator', { reason: 'lost' })
  await signs('operator')
})

describe('with a clock', () => {
  afterEach(() => vi.useRealTimers())

  /** The operator key of the home, and when it is valid from; the clock stands from then on. */
  async function made(): Promise<{ keyId: string; from: number }> {
    await openSigner(home)
    vi.useFakeTimers({ toFake: ['Date'] })
    const key = readTrustRoot(trust()).keys.find(({ role }) => role === 'operator')
    return { keyId: key?.keyId ?? '', from: Date.parse(key?.validFrom ?? '') }
  }

  const filesOfKeys = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(home, 'keys'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.pem'))
        .map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')]),
    )

  test.each([-1, -86_400_000])(
    '%i ms from when a key is valid, it is not replaced and not destroyed',
    async (ms) => {
      const { keyId, from } = await made()
      const [root, files] = [readFileSync(trust(), 'utf8'), filesOfKeys()]
      vi.setSystemTime(from + ms)
      await expect(rotateKey(home, 'operator', { reason: 'r' })).rejects.toMatchObject({
        code: 'KEY_UNAVAILABLE',
        message: expect.stringContaining('set the clock'),
      })
      expect([readFileSync(trust(), 'utf8'), filesOfKeys()]).toEqual([root, files])
      vi.setSystemTime(from + 1_000)
      expect(await signs('operator')).toBe(keyId)
    },
  )

  test.each([0, 1])('%i ms after a key became valid, it is replaced', async (ms) => {
    const { keyId, from } = await made()
    vi.setSystemTime(from + ms)
    const done = await rotateKey(home, 'operator', { reason: 'r' })
    expect(done.from).toBe(keyId)
    vi.setSystemTime(from + 1_000)
    expect(await signs('operator')).toBe(done.to)
  })

  test('set back behind a rotation, the key it made is not destroyed either', async () => {
    const { keyId, from } = await made()
    vi.setSystemTime(from + 60_000)
    const { to } = await rotateKey(home, 'operator', { reason: 'r' })
    vi.setSystemTime(from + 30_000)
    await revokeKey(home, keyId, { reason: 'its file is gone' })
    await expect(rotateKey(home, 'operator', { reason: 'r' })).rejects.toThrow('set the clock')
    vi.setSystemTime(from + 61_000)
    expect(await signs('operator')).toBe(to)
  })
})

test('a revocation moves to an earlier time only', async () => {
  const keyId = await signs('log')
  await revokeKey(home, keyId, { reason: 'r', at: '2026-01-02T00:00:00Z' })
  await expect(revokeKey(home, keyId, { reason: 'r' })).rejects.toMatchObject({ code: 'USAGE' })
  const moved = await revokeKey(home, keyId, { reason: 'r', at: '2026-01-01T00:00:00Z' })
  expect(moved.revokedAt).toBe('2026-01-01T00:00:00.000Z')
  expect(() => revokeKey(home, keyId, { reason: 'r', at: '2999-01-01T00:00:00Z' })).toThrow(
    'no time up to now',
  )
})

test.each(['05/11/2026', '2026', '1', 'May 5 2026', '2026-02-30'])(
  'a revocation cannot be undone, so it is not guessed what %s means',
  async (at) => {
    const keyId = await signs('log')
    expect(() => revokeKey(home, keyId, { reason: 'r', at })).toThrow('ISO 8601')
  },
)

test('several governance keys: one has to be chosen, and is', async () => {
  const [a, b] = [await createKey(home, 'governance', 'ann'), await createKey(home, 'governance', 'bob')]
  const signer = await openSigner(home)
  expect(() => signer.publicKey('governance')).toThrow('ann, bob')
  const [first, second] = [
    await openSigner(home, { governance: 'ann' }),
    await openSigner(home, { governance: b.keyId }),
  ]
  expect(first.publicKey('governance').keyId).toBe(a.keyId)
  expect(second.publicKey('governance').keyId).toBe(b.keyId)
  const { to } = await rotateKey(home, 'governance', { reason: 'r', key: 'ann' })
  const listed = await listKeys(home)
  expect(listed.find(({ keyId }) => keyId === to)).toMatchObject({ state: 'valid', role: 'governance' })
  expect(listed.find(({ keyId }) => keyId === a.keyId)?.file).toBeNull()
})

test('a witness threshold holds for runs from then on; what was asked of earlier ones stays', async () => {
  for (const name of ['ann', 'bo']) await createKey(home, 'witness', name)
  const counts: number[] = []
  for (const count of [1, 1, 2, 0]) {
    await setThreshold(home, 'witness', count)
    counts.push(witnessThreshold(readTrustRoot(trust()), Date.now()))
    await sleep(2)
  }
  expect(counts).toEqual([1, 1, 2, 0])
  const root = readTrustRoot(trust())
  const from = root.thresholds?.witnessFrom ?? []
  expect(from.map(({ count }) => count)).toEqual([1, 2, 0])
  expect(from.map((one) => witnessThreshold(root, Date.parse(one.from)))).toEqual([1, 2, 0])
  expect(witnessThreshold(root, Date.parse(from[0]?.from ?? '') - 1)).toBe(0)
  await expect(setThreshold(home, 'witness', 3)).rejects.toMatchObject({ code: 'USAGE' })
})

test('keys of another home are pinned, never its log and operator keys, nor a key in two roles', async () => {
  const other = mkdtempSync(join(tmpdir(), 'writ-other-'))
  try {
    const made = await createKey(other, 'governance')
    await openSigner(home)
    expect(await trustKeys(home, join(other, 'trust.json'))).toMatchObject([{ keyId: made.keyId }])
    expect((await listKeys(home)).map(({ role, file }) => `${role} ${file === null}`)).toEqual([
      'log false',
      'operator false',
      'governance true',
    ])
    await expect(trustKeys(home, join(other, 'trust.json'))).rejects.toMatchObject({ code: 'USAGE' })
    await setThreshold(home, 'governance', 1)
    await expect(setThreshold(home, 'governance', 2)).rejects.toMatchObject({ code: 'USAGE' })
    expect(readTrustRoot(trust()).thresholds).toEqual({ governance: 1 })
  } finally {
    rmSync(other, { recursive: true })
  }
})
