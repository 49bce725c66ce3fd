export const ROLES = ['log', 'operator', 'governance', 'approver', 'witness'] as const

/**
 * Who signs what: `log` checkpoints, `operator` the statements about runs, `governance` policy bundles (m of n),
 * `approver` approvals of steps, `witness` cosignatures. No key has two roles.
 */
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

/** Holds private keys, at most one a role, and signs with them; the keys never leave it, nor does an error tell of them. */
export interface Signer {
  /** Throws `KEY_UNAVAILABLE` for a role it has no key of. */
  publicKey(role: Role): PublicKey
  /** Ed25519 signature (64 bytes). Rejects with `KEY_UNAVAILABLE`; never falls back to another key. */
  sign(role: Role, bytes: Uint8Array): Promise<Uint8Array>
}

/** The trust root: a pinned file outside any evidence file. */
export interface TrustRoot {
  readonly schema: 'writ.trust/1'
  readonly keys: readonly TrustedKey[]
  readonly thresholds?: Thresholds
}

/** How many distinct keys of a role have to sign. Integers from 1; absent, nothing is asked of that role. */
export interface Thresholds {
  /** For a policy bundle. */
  readonly governance?: number
  /** For the checkpoint over any run that `witnessFrom` says nothing of. */
  readonly witness?: number
  /** For the checkpoints over runs opened from a time on: the last entry not after the run counts. Times rise. */
  readonly witnessFrom?: readonly WitnessThreshold[]
}

/** How many witnesses have to cosign for runs opened from a time on. */
export interface WitnessThreshold {
  /** ISO 8601, inclusive. */
  readonly from: string
  /** 0 asks for none. */
  readonly count: number
}

export interface TrustedKey extends PublicKey {
  /** ISO 8601; the key is valid from then, inclusive. */
  readonly validFrom: string
  /** ISO 8601, exclusive; null while open. */
  readonly validUntil: string | null
  /** ISO 8601: signatures for times from then on, inclusive, count for nothing. */
  readonly revokedAt?: string
  /** Only beside `revokedAt`. */
  readonly revocationReason?: string
}
