import { readFile } from 'node:fs/promises'
import type { Role } from '@writ/contract'
import { openLedger, openSigner, type RotateOptions, type Rotation, rotateKey } from './ledger/index.ts'
import { openTransparencyLog } from './transparency/index.ts'

export {
  createKey,
  type ListedKey,
  listKeys,
  type RevokeOptions,
  type Rotation,
  revokeKey,
  setThreshold,
  trustKeys,
} from './ledger/index.ts'

/**
 * Gives a role of a home a new key, under which runs that are open now can still be closed, and logs the statement of
 * both keys that says so. Rejects with
 * `KEY_UNAVAILABLE` when there is no key to replace.
 */
export async function replaceKey(
  home: string,
  role: Role,
  options: Pick<RotateOptions, 'reason' | 'key'>,
): Promise<Rotation> {
  const ledger = await openLedger(home)
  try {
    const open = (await ledger.runs()).filter(({ status }) => status === 'open')
    const openSince = Math.min(...open.map(({ startedAt }) => startedAt))
    const rotation = await rotateKey(home, role, { ...options, ...(open.length > 0 ? { openSince } : {}) })
    await logStatement(home, rotation.statement)
    return rotation
  } finally {
    await ledger.close()
  }
}

async function logStatement(home: string, path: string): Promise<void> {
  const log = await openTransparencyLog(home, await openSigner(home))
  try {
    await log.append(await readFile(path))
  } finally {
    await log.close()
  }
}
