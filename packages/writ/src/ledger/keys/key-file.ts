import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { PublicKey, Role } from '@writ/contract'
import { WritError } from '@writ/contract'
import { writeOnce } from '../../disk/durable-file.ts'
import { readSecret } from '../secret-file.ts'
import { keyIdOf } from './trust-root.ts'

/** A private key read from its file. It signs and shows its public half, and gives nothing else away. */
export class FileKey {
  readonly path: string
  readonly keyId: string
  readonly #secret: KeyObject
  readonly #raw: Buffer

  private constructor(path: string, secret: KeyObject) {
    this.path = path
    this.#secret = secret
    this.#raw = Buffer.from(createPublicKey(secret).export({ format: 'jwk' }).x ?? '', 'base64url')
    this.keyId = keyIdOf(this.#raw)
  }

  /** Undefined when there is no file. Throws `KEY_UNAVAILABLE` when it is unsafe or holds no key of ours. */
  static read(path: string): FileKey | undefined {
    const pem = readSecret(path)
    return pem === undefined ? undefined : new FileKey(path, parse(path, pem))
  }

  /** Makes a key, on disk when this returns, unless another process was first; either way the file says which it is. */
  static make(path: string): FileKey {
    const { privateKey } = generateKeyPairSync('ed25519')
    writeOnce(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600)
    const key = FileKey.read(path)
    if (key === undefined) throw new WritError('KEY_UNAVAILABLE', `${path} vanished while it was made`)
    return key
  }

  /** Makes a key in a file named after it: `<role>-<first 16 digits of its identifier>.pem`. */
  static makeNamed(directory: string, role: Role): FileKey {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    const path = namedPath(directory, role, keyIdOf(raw))
    writeOnce(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600)
    return new FileKey(path, privateKey)
  }

  shown(role: Role, name: string = `writ-${role}-${this.keyId.slice(0, 8)}`): PublicKey {
    return Object.freeze({
      role,
      keyId: this.keyId,
      algorithm: 'ed25519',
      publicKey: this.#raw.toString('base64'),
      name,
    })
  }

  sign(bytes: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, bytes, this.#secret))
  }
}

/** Where a key of a role has its file, except for the first ones of a home (`log.pem`, `operator.pem`). */
export function namedPath(directory: string, role: Role, keyId: string): string {
  return `${directory}/${role}-${keyId.slice(0, 16)}.pem`
}

/** Without a cause: an error of the parser must not carry the key along. */
function parse(path: string, pem: Buffer): KeyObject {
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
