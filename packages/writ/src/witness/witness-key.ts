import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TrustRoot, WritError } from '@writ/contract'
import { base64, COSIGNATURE, formatVerifierKey, isKeyName, sha256Hex, type WitnessKey } from '@writ/evidence'

const KEY = 'witness.pem'
const NAME = 'name'
/** What whoever trusts the witness pins: `writ keys trust`. */
const TRUST = 'trust.json'

/** The key a witness cosigns with. */
export interface Cosigner extends WitnessKey {
  readonly verifierKey: string
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/**
 * Makes the key of a new witness in a directory. Throws `USAGE` for a name no key can have, and where any file of a witness
 * is there: `trust.json` may be the trust root of a home.
 */
export function createCosigner(directory: string, name: string): Cosigner {
  if (!isKeyName(name)) throw new WritError('USAGE', `'${name}' cannot name a key: no spaces, no +.`)
  const there = [KEY, NAME, TRUST].find((file) => existsSync(join(directory, file)))
  if (there !== undefined)
    throw new WritError(
      'USAGE',
      `${join(directory, there)} is there already: a witness has a directory of its own.`,
    )
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const { privateKey } = generateKeyPairSync('ed25519')
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' })
  writeFileSync(join(directory, NAME), name, { flag: 'wx', flush: true })
  writeFileSync(join(directory, KEY), pem, { mode: 0o600, flag: 'wx', flush: true })
  const made = cosigner(name, privateKey)
  const root = `${JSON.stringify(trustRoot(made), null, 2)}\n`
  writeFileSync(join(directory, TRUST), root, { flag: 'wx', flush: true })
  return made
}

/** Opens the key of a witness. Throws `KEY_UNAVAILABLE`, and never makes another. */
export function openCosigner(directory: string): Cosigner {
  const path = join(directory, KEY)
  try {
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) throw new Error('open to others')
    const key = createPrivateKey(readFileSync(path))
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('no Ed25519 key')
    return cosigner(readFileSync(join(directory, NAME), 'utf8'), key)
  } catch {
    // Without a cause: an error of the parser must not carry the key along.
    throw new WritError('KEY_UNAVAILABLE', `${path} is missing, open to other users or no Ed25519 key.`)
  }
}

function trustRoot({ name, publicKey }: WitnessKey): TrustRoot {
  const key = {
    role: 'witness',
    keyId: sha256Hex(publicKey),
    algorithm: 'ed25519',
    publicKey: base64(publicKey),
    name,
    // Whole seconds, as cosignatures count.
    validFrom: new Date(Math.floor(Date.now() / 1000) * 1000).toISOString(),
    validUntil: null,
  } as const
  return { schema: 'writ.trust/1', keys: [key] }
}

function cosigner(name: string, secret: KeyObject): Cosigner {
  const raw = Buffer.from(createPublicKey(secret).export({ format: 'jwk' }).x ?? '', 'base64url')
  const publicKey = new Uint8Array(raw)
  return {
    name,
    publicKey,
    verifierKey: formatVerifierKey({ name, type: COSIGNATURE, publicKey }),
    sign: (bytes) => Promise.resolve(new Uint8Array(sign(null, bytes, secret))),
  }
}
