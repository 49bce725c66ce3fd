import {
  ROLES,
  type Thresholds,
  type TrustedKey,
  type TrustRoot,
  type WitnessThreshold,
} from '@writ/contract'
import { sha256Hex } from './crypto.ts'
import { fromBase64 } from './encoding.ts'
import { isKeyName, noteKeyHash } from './note.ts'
import {
  count,
  digest,
  list,
  literal,
  nullable,
  object,
  oneOf,
  optional,
  type Shape,
  shaped,
  text,
  where,
} from './shape.ts'
import { refuse } from './verdict.ts'

const AT = 'trust root'

/** ISO 8601 in UTC, with seconds and any fraction: people write trust roots too. */
const instant: Shape<string> = where('a UTC time (ISO 8601)', (value) => {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value)) return false
  const date = new Date(value)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 19) === value.slice(0, 19)
})

const keyShape = object<TrustedKey>({
  role: oneOf(ROLES),
  keyId: digest,
  algorithm: literal('ed25519'),
  publicKey: where('32 bytes in Base64', (value) => typeof value === 'string' && isRawKey(value)),
  name: where('a name without spaces or +', (value) => typeof value === 'string' && isKeyName(value)),
  validFrom: instant,
  validUntil: nullable(instant),
  revokedAt: optional(instant),
  revocationReason: optional(text),
})

const threshold = where(
  'an integer from 1',
  (value) => Number.isSafeInteger(value) && Number(value) >= 1,
) as Shape<number>

const thresholdsShape = object<Thresholds>({
  governance: optional(threshold),
  witness: optional(threshold),
  witnessFrom: optional(list(object<WitnessThreshold>({ from: instant, count }))),
})

const trustRootShape: Shape<TrustRoot> = object<TrustRoot>({
  schema: literal('writ.trust/1'),
  keys: list(keyShape),
  thresholds: optional(thresholdsShape),
})

function isRawKey(value: string): boolean {
  return fromBase64(value)?.length === 32
}

/** The keys of a trust root, found by what signatures say of them. */
export interface KeyRing {
  /** As it was given. */
  readonly root: TrustRoot
  readonly byId: ReadonlyMap<string, TrustedKey>
  /** By `name+keyHash` of signed notes. */
  readonly byNote: ReadonlyMap<string, TrustedKey>
}

/**
 * Checks a trust root and gives its keys. Refuses with `NO_TRUST_ROOT`, `BAD_TRUST_ROOT` or `KEY_IN_TWO_ROLES`:
 * a matching identifier does not make a key valid, so algorithm, length and identifier are checked here, once.
 */
export function openTrustRoot(trust: unknown): KeyRing {
  if (trust === undefined) refuse('NO_TRUST_ROOT', 'No trust root was given, so no key can be trusted.', null)
  const root = shaped(trustRootShape, trust, (misfit) =>
    refuse(
      'BAD_TRUST_ROOT',
      `The trust root needs ${misfit.expected} at ${misfit.at}.`,
      `${AT}#${misfit.at}`,
    ),
  )
  refuseUnordered(root.thresholds?.witnessFrom ?? [])
  const byId = new Map<string, TrustedKey>()
  const byNote = new Map<string, TrustedKey>()
  for (const [i, key] of root.keys.entries()) {
    const raw = fromBase64(key.publicKey) ?? new Uint8Array(0)
    refuseKey(key, raw, byId.get(key.keyId), `${AT}#/keys/${i}`)
    byId.set(key.keyId, key)
    byNote.set(`${key.name}+${noteKeyHash(key.name, raw)}`, key)
  }
  return { root, byId, byNote }
}

/** How many witnesses have to cosign for a run opened then; 0 when none is asked for. */
export function witnessThreshold({ thresholds = {} }: TrustRoot, openedAtMs: number): number {
  const { witness = 0, witnessFrom = [] } = thresholds
  return witnessFrom.findLast(({ from }) => Date.parse(from) <= openedAtMs)?.count ?? witness
}

/** Whether signatures of a key count for a time: within its validity and before it was revoked. */
export function isValidAt({ validFrom, validUntil, revokedAt }: TrustedKey, atMs: number): boolean {
  return (
    Date.parse(validFrom) <= atMs &&
    (validUntil === null || atMs < Date.parse(validUntil)) &&
    (revokedAt === undefined || atMs < Date.parse(revokedAt))
  )
}

function refuseUnordered(entries: readonly WitnessThreshold[]): void {
  for (const [i, { from }] of entries.entries()) {
    const before = entries[i - 1]
    if (before === undefined || Date.parse(before.from) < Date.parse(from)) continue
    refuse(
      'BAD_TRUST_ROOT',
      `The witness threshold from ${from} does not follow the one before it.`,
      `${AT}#/thresholds/witnessFrom/${i}`,
    )
  }
}

function refuseKey(key: TrustedKey, raw: Uint8Array, other: TrustedKey | undefined, at: string): void {
  if (sha256Hex(raw) !== key.keyId) {
    refuse('BAD_TRUST_ROOT', `The identifier ${key.keyId} is not that of its key.`, `${at}/keyId`)
  }
  if (key.validUntil !== null && Date.parse(key.validUntil) <= Date.parse(key.validFrom)) {
    refuse('BAD_TRUST_ROOT', `The key ${key.keyId} is never valid.`, `${at}/validUntil`)
  }
  if (key.revocationReason !== undefined && key.revokedAt === undefined) {
    refuse(
      'BAD_TRUST_ROOT',
      `The key ${key.keyId} has a reason to be revoked and no time.`,
      `${at}/revokedAt`,
    )
  }
  if (other === undefined) return
  if (other.role === key.role) refuse('BAD_TRUST_ROOT', `The key ${key.keyId} occurs twice.`, at)
  refuse('KEY_IN_TWO_ROLES', `The key ${key.keyId} is ${other.role} and ${key.role}.`, at)
}
