import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Role, type TrustedKey, type TrustRoot, WritError } from '@writ/contract'
import { isValidAt, KEY_ROTATION_KIND, type RotatedKey, type Signatory, signStatement } from '@writ/evidence'
import { syncDirectory, writeOnce } from '../../disk/durable-file.ts'
import { destroyFile } from '../destroy-file.ts'
import { type Home, prepareHome } from '../home.ts'
import { FileKey } from './key-file.ts'
import { isCalled, keyInCharge, keyPath, readKeyOf } from './key-in-charge.ts'
import { withKeysLock } from './keys-lock.ts'
import { makeFirstKeys } from './signer.ts'
import { readTrustRoot, writeTrustRoot } from './trust-root.ts'

/**
 * How long the old key stays valid after a rotation: other processes may be between seeing the old trust root and
 * signing under it.
 */
export const OVERLAP_MS = 10_000

/** The steps of a rotation, in order; a process may die after any of them. */
export type RotationStep = 'key made' | 'statement kept' | 'trust root replaced' | 'old key destroyed'

export interface RotateOptions {
  /** Kept for ever in the statement: name no person. */
  readonly reason: string
  /** Which key, where the home holds several of the role. */
  readonly key?: string
  /** When the oldest run that is still open began (ms): the new key has to close it. */
  readonly openSince?: number
  /** Told after each step. */
  readonly onStep?: (step: RotationStep) => void
}

export interface Rotation {
  readonly role: Role
  readonly from: string
  readonly to: string
  readonly at: string
  /** The signed statement. */
  readonly statement: string
}

/**
 * Gives a role a new key: made, named in a `key-rotation` statement signed by the old and the new one, pinned; the old
 * one's private half is destroyed. The trust root is the one point at which it happens: before it is replaced the old key
 * signs as ever, after it the new one does. A role whose key was revoked or ended gets a new one too; then the new key
 * signs alone, since nothing the old one signs counts. Rejects with `KEY_UNAVAILABLE`, also while the clock is before the
 * time from which the key is valid; then nothing was made or destroyed.
 */
export async function rotateKey(home: string, role: Role, options: RotateOptions): Promise<Rotation> {
  const places = prepareHome(home)
  makeFirstKeys(places)
  return await withKeysLock(places, async () => {
    const { reason, key: chosen, openSince, onStep = () => {} } = options
    const root = readTrustRoot(places.trust)
    const now = Date.now()
    const { trusted, secret } = leavingKey(places, root, role, chosen, now)
    const next = FileKey.makeNamed(places.keys, role)
    onStep('key made')
    const at = new Date(now).toISOString()
    const signatories = (secret === undefined ? [next] : [secret, next]).map(signatoryOfFile)
    const shown = next.shown(role)
    const predicate = { role, from: rotated(trusted), to: rotated(shown), at, reason }
    const statement = keepStatement(
      places,
      next,
      await signStatement(KEY_ROTATION_KIND, predicate, signatories),
    )
    onStep('statement kept')
    const validFrom = new Date(Math.min(now, openSince ?? now)).toISOString()
    const ended =
      secret === undefined ? trusted : { ...trusted, validUntil: endOf(trusted, now + OVERLAP_MS) }
    const keys = root.keys.map((one) => (one === trusted ? ended : one))
    writeTrustRoot(places.trust, { ...root, keys: [...keys, { ...shown, validFrom, validUntil: null }] })
    onStep('trust root replaced')
    destroyFile(keyPath(places, trusted))
    onStep('old key destroyed')
    return { role, from: trusted.keyId, to: next.keyId, at, statement }
  })
}

interface LeavingKey {
  readonly trusted: TrustedKey
  /** Absent when nothing it signs counts any more. */
  readonly secret: FileKey | undefined
}

function leavingKey(
  home: Home,
  root: TrustRoot,
  role: Role,
  chosen: string | undefined,
  now: number,
): LeavingKey {
  const pinned = root.keys.filter(
    (key) => key.role === role && (chosen === undefined || isCalled(key, chosen)),
  )
  const last = pinned.at(-1)
  if (last !== undefined && pinned.every((key) => !isValidAt(key, now))) {
    const early = pinned.find((key) => !isOver(key, now))
    if (early !== undefined) throw tooEarly(early, now)
    return { trusted: last, secret: undefined }
  }
  const trusted = keyInCharge(home, root, role, chosen)
  try {
    return { trusted, secret: readKeyOf(home, trusted) }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const advice = `a key that is lost is revoked first: writ keys revoke ${trusted.keyId.slice(0, 16)} --reason lost`
    throw new WritError('KEY_UNAVAILABLE', `${why}; ${advice}`)
  }
}

/** Whether a key will never sign again. One that is not valid yet will: a clock that is behind must not cost it. */
function isOver({ revokedAt, validUntil }: TrustedKey, now: number): boolean {
  return [revokedAt, validUntil].some((end) => typeof end === 'string' && Date.parse(end) <= now)
}

function tooEarly({ role, name, validFrom }: TrustedKey, now: number): WritError {
  return new WritError(
    'KEY_UNAVAILABLE',
    `the ${role} key ${name} is valid only from ${validFrom}, and the clock here says ${new Date(now).toISOString()}: set the clock, then rotate`,
  )
}

/** Kept beside the keys. One whose new key the trust root does not have belongs to a rotation that was cut short. */
function keepStatement(home: Home, next: FileKey, statement: Uint8Array): string {
  const directory = join(home.keys, 'rotations')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  syncDirectory(home.keys)
  const path = join(directory, `${next.keyId.slice(0, 16)}.dsse`)
  writeOnce(path, statement, 0o600)
  return path
}

function signatoryOfFile(key: FileKey): Signatory {
  return { keyId: key.keyId, sign: (bytes) => Promise.resolve(key.sign(bytes)) }
}

function rotated({ keyId, algorithm, publicKey, name }: RotatedKey): RotatedKey {
  return { keyId, algorithm, publicKey, name }
}

function endOf({ validUntil }: TrustedKey, end: number): string {
  const known = validUntil === null ? Number.POSITIVE_INFINITY : Date.parse(validUntil)
  return new Date(Math.min(end, known)).toISOString()
}
