import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Role, type TrustedKey, type TrustRoot, WritError } from '@writ/contract'
import { isValidAt } from '@writ/evidence'
import type { Home } from '../home.ts'
import { FileKey, namedPath } from './key-file.ts'

/** The roles a home makes keys for by itself, and has exactly one key in charge of. */
export const OWN_ROLES = ['log', 'operator'] as const

export function isOwnRole(role: Role): role is (typeof OWN_ROLES)[number] {
  return role === 'log' || role === 'operator'
}

/**
 * The key that signs for a role: what the trust root says first, then its file. INVARIANT: never another key because
 * the file of this one is missing or wrong. Throws `KEY_UNAVAILABLE`.
 *
 * Of `log` and `operator` the valid key that lasts longest is in charge, then the one that began last. Of the other roles
 * a home may hold several keys, and others may be pinned that are held elsewhere: `chosen` says which, by name or by the
 * beginning of its identifier; with one held here it need not be said.
 */
export function keyInCharge(home: Home, root: TrustRoot, role: Role, chosen?: string): TrustedKey {
  const pinned = root.keys.filter((key) => key.role === role)
  const wanted = chosen === undefined ? pinned : pinned.filter((key) => isCalled(key, chosen))
  const valid = wanted.filter((key) => isValidAt(key, Date.now()))
  if (chosen === undefined && !isOwnRole(role)) return onlyHeld(home, role, pinned, valid)
  if (chosen !== undefined && valid.length > 1)
    throw unavailable(`'${chosen}' names ${valid.length} ${role} keys`)
  const [first] = valid.toSorted(
    (a, b) => endOf(b) - endOf(a) || Date.parse(b.validFrom) - Date.parse(a.validFrom),
  )
  return first ?? refuseWanted(home, role, wanted, chosen)
}

/** Reads the file of a trusted key. Throws `KEY_UNAVAILABLE` when it is missing, unsafe or holds another key. */
export function readKeyOf(home: Home, trusted: TrustedKey): FileKey {
  const path = keyPath(home, trusted)
  const key = FileKey.read(path)
  if (key === undefined) {
    throw unavailable(`${path} is missing, and ${home.trust} pins the ${trusted.role} key ${trusted.keyId}`)
  }
  if (key.keyId !== trusted.keyId) {
    throw unavailable(`${path} holds another key than the ${trusted.role} key ${home.trust} pins`)
  }
  return key
}

/** Where the file of a key is or would be. */
export function keyPath(home: Home, { role, keyId }: Pick<TrustedKey, 'role' | 'keyId'>): string {
  const named = namedPath(home.keys, role, keyId)
  return isOwnRole(role) && !existsSync(named) ? firstPath(home, role) : named
}

/** Where the first key of a home is for this role. */
export function firstPath(home: Home, role: (typeof OWN_ROLES)[number]): string {
  return join(home.keys, `${role}.pem`)
}

/** Whether a text names a key: its name, or at least eight digits of the beginning of its identifier. */
export function isCalled(key: Pick<TrustedKey, 'name' | 'keyId'>, text: string): boolean {
  return key.name === text || (text.length >= 8 && key.keyId.startsWith(text))
}

function onlyHeld(
  home: Home,
  role: Role,
  pinned: readonly TrustedKey[],
  valid: readonly TrustedKey[],
): TrustedKey {
  const held = valid.filter((key) => existsSync(keyPath(home, key)))
  const [first, ...others] = held
  if (first === undefined) return refuseWanted(home, role, pinned, undefined)
  if (others.length === 0) return first
  throw unavailable(
    `there are ${held.length} ${role} keys here; say which: ${held.map(({ name }) => name).join(', ')}`,
  )
}

function refuseWanted(
  home: Home,
  role: Role,
  wanted: readonly TrustedKey[],
  chosen: string | undefined,
): never {
  const what = chosen === undefined ? `${role} key` : `${role} key '${chosen}'`
  const last = wanted.at(-1)
  if (last === undefined) throw unavailable(`${home.trust} pins no ${what}`)
  throw unavailable(`the ${what} ${last.name} ${whyNot(last)} (${home.trust})`)
}

/** Why a trusted key signs nothing now. */
export function whyNot(key: TrustedKey): string {
  const now = Date.now()
  if (key.revokedAt !== undefined && Date.parse(key.revokedAt) <= now)
    return `was revoked at ${key.revokedAt}`
  if (Date.parse(key.validFrom) > now) return `is valid only from ${key.validFrom}`
  if (key.validUntil !== null && Date.parse(key.validUntil) <= now) return `ended at ${key.validUntil}`
  return 'has no file here'
}

function endOf({ validUntil }: TrustedKey): number {
  return validUntil === null ? Number.POSITIVE_INFINITY : Date.parse(validUntil)
}

function unavailable(message: string): WritError {
  return new WritError('KEY_UNAVAILABLE', message)
}
