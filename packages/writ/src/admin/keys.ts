import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isWritError, type Role, type TrustedKey, type TrustRoot } from '@writ/contract'
import { KEY_ROTATION_KIND, parseStatement } from '@writ/evidence'
import { requireReason } from '../files/reason.ts'
import type { HomeServices } from '../home/home-services.ts'
import {
  createKey,
  type ListedKey,
  listKeys,
  loadTrustRoot,
  openSigner,
  type RevokeOptions,
  type RotateOptions,
  type Rotation,
  revokeKey,
  rotateKey,
  setThreshold,
  trustKeys,
  trustPath,
} from '../ledger/index.ts'

/** The keys of a home, and whose signatures count. */
export interface Keys {
  list(): Promise<readonly ListedKey[]>
  /** Makes a governance, approver or witness key. */
  create(role: Role, name?: string): Promise<TrustedKey>
  /**
   * Gives a role a new key, under which runs that are open now can still be closed, and logs the statement of both keys that
   * says so, with those of earlier rotations that are not in the log yet. Rejects with `KEY_UNAVAILABLE` when there is no key to
   * replace, `USAGE` for a reason that is too long.
   */
  rotate(role: Role, options: Pick<RotateOptions, 'reason' | 'key'>): Promise<LoggedRotation>
  /** Revokes a key, named by its name or the beginning of its identifier. Rejects with `USAGE`. */
  revoke(key: string, options: RevokeOptions): Promise<TrustedKey>
  /** Sets how many keys of a role have to sign; 0 asks for none. Rejects with `USAGE`. */
  setThreshold(role: 'governance' | 'witness', count: number): Promise<NonNullable<TrustRoot['thresholds']>>
  /** Pins the keys of another trust root file that are held elsewhere. Rejects with `USAGE`, `BAD_TRUST_ROOT`. */
  trust(path: string): Promise<readonly TrustedKey[]>
}

export function keysOf(services: HomeServices): Keys {
  const { home } = services
  return {
    list: () => listKeys(home),
    create: (role, name) => createKey(home, role, name),
    rotate: (role, options) => rotate(services, role, options),
    revoke: (key, options) => revokeKey(home, key, options),
    setThreshold: (role, count) => setThreshold(home, role, count),
    trust: (path) => trustKeys(home, path),
  }
}

/** A rotation, and whether its statement is in the log already. */
export interface LoggedRotation extends Rotation {
  /** False while another key of the home signs nothing: the next rotation logs it too. */
  readonly logged: boolean
}

async function rotate(
  services: HomeServices,
  role: Role,
  options: Pick<RotateOptions, 'reason' | 'key'>,
): Promise<LoggedRotation> {
  requireReason(options.reason)
  const open = (await (await services.ledger()).runs()).filter(({ status }) => status === 'open')
  const openSince = Math.min(...open.map(({ startedAt }) => startedAt))
  const rotation = await rotateKey(services.home, role, {
    ...options,
    ...(open.length > 0 ? { openSince } : {}),
  })
  return { ...rotation, logged: await logRotations(services, rotation.statement) }
}

/** Says whether it could: a home with another key lost or revoked has none to sign the log with until that is replaced. */
async function logRotations(services: HomeServices, last: string): Promise<boolean> {
  // Opened anew: one that was opened before a key was lost would only find out while it signs.
  const whole = await openSigner(services.home).catch((error: unknown) => {
    if (isWritError(error) && error.code === 'KEY_UNAVAILABLE') return undefined
    throw error
  })
  if (whole === undefined) return false
  const statements = await keptRotations(services.home, dirname(last))
  const log = await services.log()
  for (const statement of statements) await log.append(statement)
  return true
}

/** Statements of rotations that happened: the trust root has the new key. In the order they were made. */
async function keptRotations(home: string, directory: string): Promise<readonly Uint8Array[]> {
  const pinned = new Set((await loadTrustRoot(trustPath(home))).keys.map(({ keyId }) => keyId))
  const names = (await readdir(directory)).filter((name) => name.endsWith('.dsse'))
  const kept = await Promise.all(
    names.map(async (name) => {
      const bytes = new Uint8Array(await readFile(join(directory, name)))
      const { at, to } = parseStatement(bytes, name, KEY_ROTATION_KIND).statement.predicate
      return { bytes, at, to: to.keyId }
    }),
  )
  return kept
    .filter(({ to }) => pinned.has(to))
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ bytes }) => bytes)
}
