import { existsSync } from 'node:fs'
import { type Role, type Thresholds, type TrustedKey, type TrustRoot, WritError } from '@writ/contract'
import { isKeyName, isValidAt, witnessThreshold } from '@writ/evidence'
import { z } from 'zod'
import { type Home, prepareHome } from '../home.ts'
import { FileKey } from './key-file.ts'
import { isCalled, isOwnRole, keyInCharge, keyPath, whyNot } from './key-in-charge.ts'
import { withKeysLock } from './keys-lock.ts'
import { makeFirstKeys } from './signer.ts'
import { loadTrustRoot, readTrustRoot, writeTrustRoot } from './trust-root.ts'

/** A key of the trust root, and what it is good for here and now. */
export interface ListedKey extends TrustedKey {
  readonly state: 'in charge' | 'valid' | 'ended' | 'revoked' | 'not yet valid'
  /** The private key's file; null when it is not in this home. */
  readonly file: string | null
}

/** Every key of the trust root, in its order. */
export async function listKeys(home: string): Promise<readonly ListedKey[]> {
  const places = prepareHome(home)
  makeFirstKeys(places)
  const root = readTrustRoot(places.trust)
  return root.keys.map((key) => ({
    ...key,
    state: stateOf(places, root, key),
    file: fileOf(places, root, key),
  }))
}

/** Makes a key of a role that a home has none of by itself, and pins it. Rejects with `USAGE`. */
export function createKey(home: string, role: Role, name?: string): Promise<TrustedKey> {
  if (isOwnRole(role)) {
    throw new WritError(
      'USAGE',
      `A home makes its ${role} key by itself; replace it with: writ keys rotate ${role}`,
    )
  }
  if (name !== undefined && !isKeyName(name)) {
    throw new WritError('USAGE', `'${name}' cannot name a key: no spaces, no +, no control characters.`)
  }
  return change(home, (root, places) => {
    if (root.keys.some((key) => key.name === name))
      throw new WritError('USAGE', `A key is named ${name} already.`)
    const made = FileKey.makeNamed(places.keys, role).shown(role, name)
    const trusted: TrustedKey = { ...made, validFrom: new Date().toISOString(), validUntil: null }
    return { root: { ...root, keys: [...root.keys, trusted] }, value: trusted }
  })
}

const ISO_TIME = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

/** Nothing but ISO 8601: 05/11/2026 is two days, and a revocation is never moved to the later one. */
function timeOf(text: string): Date | undefined {
  return ISO_TIME.safeParse(text).success ? new Date(text) : undefined
}

export interface RevokeOptions {
  readonly reason: string
  /** ISO 8601, not later than now, which it is by default. */
  readonly at?: string
}

/** Revokes a key from a time on. A revocation stays; it can only be moved to an earlier time. Rejects with `USAGE`. */
export function revokeKey(home: string, called: string, options: RevokeOptions): Promise<TrustedKey> {
  const at = options.at === undefined ? new Date() : timeOf(options.at)
  if (at === undefined || at.getTime() > Date.now()) {
    throw new WritError(
      'USAGE',
      `'${options.at}' is no time up to now (ISO 8601: 2026-11-25, or 2026-11-25T14:20:00Z).`,
    )
  }
  return change(home, (root) => {
    const [key, ...others] = root.keys.filter((one) => isCalled(one, called))
    if (key === undefined || others.length > 0) {
      throw new WritError(
        'USAGE',
        `'${called}' names ${others.length + (key ? 1 : 0)} keys; see: writ keys ls`,
      )
    }
    if (key.revokedAt !== undefined && Date.parse(key.revokedAt) <= at.getTime()) {
      throw new WritError('USAGE', `The key ${key.keyId} was revoked at ${key.revokedAt}.`)
    }
    const revoked = { ...key, revokedAt: at.toISOString(), revocationReason: options.reason }
    return { root: { ...root, keys: root.keys.map((one) => (one === key ? revoked : one)) }, value: revoked }
  })
}

/**
 * Sets how many keys of a role have to sign; 0 asks for none. For witnesses it holds for runs opened from now on: those of
 * before are verified as they were. Rejects with `USAGE`.
 */
export function setThreshold(home: string, role: keyof typeof ASKED, count: number): Promise<Thresholds> {
  return change(home, (root) => {
    const now = Date.now()
    const keys = root.keys.filter((key) => key.role === role && isValidAt(key, now)).length
    if (count > keys) {
      throw new WritError(
        'USAGE',
        `${count} ${role} keys cannot sign: the trust root has ${keys} that are valid.`,
      )
    }
    const thresholds = ASKED[role](root, count, now)
    return { root: { ...root, thresholds }, value: thresholds }
  })
}

const ASKED = {
  governance: ({ thresholds = {} }: TrustRoot, count: number): Thresholds => {
    const { governance: _, ...others } = thresholds
    return count === 0 ? others : { ...others, governance: count }
  },
  witness: (root: TrustRoot, count: number, now: number): Thresholds => {
    const { thresholds = {} } = root
    if (witnessThreshold(root, Number.POSITIVE_INFINITY) === count) return thresholds
    const earlier = thresholds.witnessFrom ?? []
    const last = earlier.at(-1)
    if (last !== undefined && Date.parse(last.from) >= now) {
      throw new WritError(
        'USAGE',
        `The witness threshold was set for runs from ${last.from} on, and the clock here says ${new Date(now).toISOString()}.`,
      )
    }
    return { ...thresholds, witnessFrom: [...earlier, { from: new Date(now).toISOString(), count }] }
  },
}

/**
 * Pins keys that are held elsewhere: those of a trust root file, of the roles governance, approver and witness. Keys that
 * are pinned already stay as they are. Rejects with `USAGE` when there is none to pin, `BAD_TRUST_ROOT` for a key that has
 * another role here.
 */
export async function trustKeys(home: string, path: string): Promise<readonly TrustedKey[]> {
  const given = await loadTrustRoot(path)
  return await change(home, (root) => {
    const known = new Map(root.keys.map((key) => [key.keyId, key.role]))
    const fresh = given.keys.filter((key) => !isOwnRole(key.role) && known.get(key.keyId) !== key.role)
    if (fresh.length === 0)
      throw new WritError(
        'USAGE',
        `${path} has no governance, approver or witness key that is not pinned here already.`,
      )
    return { root: { ...root, keys: [...root.keys, ...fresh] }, value: fresh }
  })
}

async function change<T>(
  home: string,
  make: (root: TrustRoot, places: Home) => { readonly root: TrustRoot; readonly value: T },
): Promise<T> {
  const places = prepareHome(home)
  makeFirstKeys(places)
  return await withKeysLock(places, async () => {
    const { root, value } = make(readTrustRoot(places.trust), places)
    writeTrustRoot(places.trust, root)
    return value
  })
}

function stateOf(home: Home, root: TrustRoot, key: TrustedKey): ListedKey['state'] {
  const now = Date.now()
  if (!isValidAt(key, now)) {
    if (whyNot(key).startsWith('was revoked')) return 'revoked'
    return Date.parse(key.validFrom) > now ? 'not yet valid' : 'ended'
  }
  return isOwnRole(key.role) && keyInCharge(home, root, key.role) === key ? 'in charge' : 'valid'
}

/** A first key's file may since hold none, or the key of another. */
function fileOf(home: Home, root: TrustRoot, key: TrustedKey): string | null {
  const path = keyPath(home, key)
  if (!existsSync(path)) return null
  const sharing = root.keys.filter((one) => one.role === key.role && keyPath(home, one) === path)
  return sharing[0] === key ? path : null
}
