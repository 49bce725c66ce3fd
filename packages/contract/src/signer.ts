export const ROLES = ['log', 'operator'] as const

/** Who signs what: `log` the checkpoint, `operator` the opening and closing statements. No key has two roles. */
export type Role = (typeof ROLES)[number]

export interface PublicKey {
  readonly role: Role
  /** SHA-256 (hex) of the raw public key. A hint for finding it, never a reason to trust it. */
  readonly keyId: string
  readonly algorithm: 'ed25519'
  /** Raw 32 bytes, base64. */
  readonly publicKey: string
  /** Name of the key in signed notes. */
  readonly name: string
}

/** Holds private keys and signs with them; the keys never leave it. */
export interface Signer {
  publicKey(role: Role): PublicKey
  /** Ed25519 signature (64 bytes). Rejects with `KEY_UNAVAILABLE`; never falls back to another key. */
  sign(role: Role, bytes: Uint8Array): Promise<Uint8Array>
}

/** The trust root: a pinned file outside any evidence file. */
export interface TrustRoot {
  readonly schema: 'writ.trust/1'
  readonly keys: readonly TrustedKey[]
}

export interface TrustedKey extends PublicKey {
  /** ISO 8601; the key is valid from then, inclusive. */
  readonly validFrom: string
  /** ISO 8601, exclusive; null while open. */
  readonly validUntil: string | null
}
