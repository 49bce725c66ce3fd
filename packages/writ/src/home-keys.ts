import type { Role } from '@writ/contract'
import { openLedger, type RotateOptions, type Rotation, rotateKey } from './ledger/index.ts'

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
 * Gives a role of a home a new key, under which runs that are open now can still be closed. Rejects with
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
    return await rotateKey(home, role, { ...options, ...(open.length > 0 ? { openSince } : {}) })
  } finally {
    await ledger.close()
  }
}
