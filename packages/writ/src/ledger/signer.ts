import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PublicKey, Role, Signer, TrustedKey, TrustRoot } from '@writ/contract'
import { WritError } from '@writ/contract'
import type { Home } from './home.ts'
import { prepareHome } from './home.ts'
import { readSecret } from './secret-file.ts'
import { keyIdOf, loadTrustRoot } from './trust-root.ts'
import { writeOnce } from './write-once.ts'

interface FileKey {
  readonly path: string
  readonly secret: KeyObject
  readonly shown: PublicKey
}

/**
 * Opens the file keys of a home directory and pins them in its `trust.json`, making both on first use.
 *
 * Rejects with `HOME_UNUSABLE`, with `KEY_UNAVAILABLE` when a key is missing, unsafe, unreadable or not the one pinned, and
 * with `BAD_TRUST_ROOT`. An existing key or trust root is never replaced.
 */
export async function openSigner(home: string): Promise<Signer> {
  const places = prepareHome(home)
  // Asked first: the trust root is written last, so where there is one the keys were made before.
  const pinned = existsSync(places.trust)
  const keys = { log: openKey(places, 'log', pinned), operator: openKey(places, 'operator', pinned) }
  if (keys.log.shown.keyId === keys.operator.shown.keyId) {
    throw new WritError('KEY_UNAVAILABLE', `${keys.log.path} and ${keys.operator.path} hold the same key`)
  }
  if (!pinned) pin(places.trust, [keys.log, keys.operator])
  const root = await loadTrustRoot(places.trust)
  for (const key of [keys.log, keys.operator]) requirePinned(root, key, places.trust)
  return {
    publicKey: (role) => keyOf(keys, role).shown,
    sign: async (role, bytes) => new Uint8Array(sign(null, bytes, keyOf(keys, role).secret)),
  }
}

function keyOf(keys: Partial<Record<Role, FileKey>>, role: Role): FileKey {
  const key = keys[role]
  if (key === undefined) throw new WritError('KEY_UNAVAILABLE', `there is no ${role} key`)
  return key
}

function openKey(home: Home, role: Role, pinned: boolean): FileKey {
  const path = join(home.keys, `${role}.pem`)
  const pem = readSecret(path) ?? (pinned ? undefined : createKey(path))
  if (pem === undefined) {
    throw new WritError('KEY_UNAVAILABLE', `${path} is missing, and ${home.trust} pins a key that was there`)
  }
  const secret = parseKey(path, pem)
  return { path, secret, shown: describe(role, secret) }
}

/** Makes a key unless another process was first; either way the file says which it is. */
function createKey(path: string): Buffer | undefined {
  const { privateKey } = generateKeyPairSync('ed25519')
  writeOnce(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600)
  return readSecret(path)
}

/** Without a cause: an error of the parser must not carry the key along. */
function parseKey(path: string, pem: Buffer): KeyObject {
  const key = tryParse(pem)
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new WritError('KEY_UNAVAILABLE', `${path} holds no Ed25519 private key in PKCS #8 PEM`)
}

function tryParse(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    return undefined
  }
}

function describe(role: Role, secret: KeyObject): PublicKey {
  const raw = Buffer.from(createPublicKey(secret).export({ format: 'jwk' }).x ?? '', 'base64url')
  const keyId = keyIdOf(raw)
  return Object.freeze({
    role,
    keyId,
    algorithm: 'ed25519',
    publicKey: raw.toString('base64'),
    name: `writ-${role}-${keyId.slice(0, 8)}`,
  })
}

/** Valid from when the key was made: a trust root written again must still cover what it signed before. */
function pin(path: string, keys: readonly FileKey[]): void {
  const trusted = keys.map((key): TrustedKey => {
    const made = new Date(statSync(key.path).mtimeMs)
    return { ...key.shown, validFrom: made.toISOString(), validUntil: null }
  })
  const root: TrustRoot = { schema: 'writ.trust/1', keys: trusted }
  writeOnce(path, `${JSON.stringify(root, null, 2)}\n`, 0o644)
}

function requirePinned(root: TrustRoot, key: FileKey, path: string): void {
  const { role, keyId, name } = key.shown
  const found = root.keys.find((one) => one.keyId === keyId && one.role === role && one.name === name)
  if (found === undefined) {
    throw new WritError('KEY_UNAVAILABLE', `${path} does not pin the ${role} key ${name} of ${key.path}`)
  }
  if (found.validUntil !== null && Date.parse(found.validUntil) <= Date.now()) {
    throw new WritError('KEY_UNAVAILABLE', `the ${role} key ${name} ended at ${found.validUntil} (${path})`)
  }
}
