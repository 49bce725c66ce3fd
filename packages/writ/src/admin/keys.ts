import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isWritError, type Role } from '@writ/contract'
import { KEY_ROTATION_KIND, parseStatement } from '@writ/evidence'
import { requireReason } from '../files/reason.ts'
import {
  loadTrustRoot,
  openLedger,
  openSigner,
  type RotateOptions,
  type Rotation,
  rotateKey,
} from '../ledger/index.ts'
import { openTransparencyLog } from '../transparency/index.ts'

export {
  createKey,
  type ListedKey,
  listKeys,
  type RevokeOptions,
  type Rotation,
  revokeKey,
  setThreshold,
  trustKeys,
} from '../ledger/index.ts'

/** A rotation, and whether its statement is in the log already. */
export interface LoggedRotation extends Rotation {
  /** False while another key of the home signs nothing: the next rotation logs it too. */
  readonly logged: boolean
}

/**
 * Gives a role of a home a new key, under which runs that are open now can still be closed, and logs the statement of
 * both keys that says so, with those of earlier rotations that are not in the log yet. Rejects with `KEY_UNAVAILABLE` when there
 * is no key to replace, `USAGE` for a reason that is too long.
 */
export async function replaceKey(
  home: string,
  role: Role,
  options: Pick<RotateOptions, 'reason' | 'key'>,
): Promise<LoggedRotation> {
  requireReason(options.reason)
  const ledger = await openLedger(home)
  try {
    const open = (await ledger.runs()).filter(({ status }) => status === 'open')
    const openSince = Math.min(...open.map(({ startedAt }) => startedAt))
    const rotation = await rotateKey(home, role, { ...options, ...(open.length > 0 ? { openSince } : {}) })
    return { ...rotation, logged: await logRotations(home, rotation.statement) }
  } finally {
    await ledger.close()
  }
}

/** Says whether it could: a home with another key lost or revoked has none to sign the log with until that is replaced. */
async function logRotations(home: string, last: string): Promise<boolean> {
  const signer = await openSigner(home).catch((error: unknown) => {
    if (isWritError(error) && error.code === 'KEY_UNAVAILABLE') return undefined
    throw error
  })
  if (signer === undefined) return false
  const statements = await keptRotations(home, dirname(last))
  const log = await openTransparencyLog(home, signer)
  try {
    for (const statement of statements) await log.append(statement)
  } finally {
    await log.close()
  }
  return true
}

/** Statements of rotations that happened: the trust root has the new key. In the order they were made. */
async function keptRotations(home: string, directory: string): Promise<readonly Uint8Array[]> {
  const pinned = new Set((await loadTrustRoot(join(home, 'trust.json'))).keys.map(({ keyId }) => keyId))
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
