import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto'
import type { PublicKey, Role, Signer, TrustRoot } from '@writ/contract'
import { sha256, sha256Hex } from './crypto.ts'
import { base64, concat, fromHex, utf8 } from './encoding.ts'

// For tests only: real Ed25519 with keys made from a word.

export const OPENED_AT: number = Date.UTC(2026, 0, 2, 3, 4, 5, 6)

/** A signer whose keys follow from a word: another word is another authority. */
export class WordSigner implements Signer {
  readonly #word: string
  readonly #keys = new Map<Role, KeyObject>()

  constructor(word: string) {
    this.#word = word
  }

  publicKey(role: Role): PublicKey {
    const der = createPublicKey(this.#key(role)).export({ format: 'der', type: 'spki' })
    const raw = new Uint8Array(der.subarray(-32))
    return {
      role,
      keyId: sha256Hex(raw),
      algorithm: 'ed25519',
      publicKey: base64(raw),
      name: `writ.dev/${this.#word}-${role}`,
    }
  }

  sign(role: Role, bytes: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(sign(null, bytes, this.#key(role))))
  }

  #key(role: Role): KeyObject {
    const known = this.#keys.get(role)
    if (known !== undefined) return known
    const seed = sha256(utf8(`${this.#word}/${role}`))
    const prefix = fromHex('302e020100300506032b657004220420') ?? new Uint8Array(0)
    const der = Buffer.from(concat([prefix, seed]))
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    this.#keys.set(role, key)
    return key
  }

  trust(): TrustRoot {
    const span = { validFrom: new Date(OPENED_AT).toISOString(), validUntil: null }
    return {
      schema: 'writ.trust/1',
      keys: [
        { ...this.publicKey('log'), ...span },
        { ...this.publicKey('operator'), ...span },
      ],
    }
  }
}

export const OWNER: WordSigner = new WordSigner('owner')
