import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isWritError, type TrustedKey } from '@writ/contract'
import { type ByteSource, type KeyRing, namedKeys, openTrustRoot } from '@writ/evidence'
import { DEFAULT_HOME, trustPath, withEvidence } from '../index.ts'
import { isWithin } from './expand-paths.ts'

/** The trust root a file was held against, and those of its keys that the file says it was signed with. */
export interface Trust {
  readonly path: string
  readonly keys: readonly Pick<TrustedKey, 'role' | 'keyId'>[]
}

/** The trust root to use: the one given, else that of the home a file may come from. */
export function chooseTrust(
  home: string | undefined,
  { trust }: { readonly trust?: string },
): string | undefined {
  if (trust !== undefined || home === undefined) return trust
  const path = trustPath(home)
  return existsSync(path) ? path : undefined
}

/**
 * The home a file may come from: the one given, else that of the working directory for files in its `runs` only. A trust
 * root that merely lies about where somebody verifies is not taken: it may have come with the file.
 */
export function chooseHome(file: string, flags: { readonly home?: string }): string | undefined {
  return flags.home ?? (process.env.WRIT_HOME || (isRunOf(DEFAULT_HOME, file) ? DEFAULT_HOME : undefined))
}

function isRunOf(home: string, file: string): boolean {
  try {
    return isWithin(realpathSync(join(home, 'runs')), realpathSync(file))
  } catch {
    return false
  }
}

/** What to tell of a trust root after a file was verified with it. */
export async function describeTrust(path: string, file: string): Promise<Trust> {
  const ring = openTrustRoot(JSON.parse(readFileSync(path, 'utf8')))
  const keys = await withEvidence(file, (source) => readableKeys(source, ring))
  return { path: resolve(path), keys: keys.map(({ role, keyId }) => ({ role, keyId })) }
}

/** A file that is no evidence names no keys; its verdicts say what is wrong with it. */
async function readableKeys(source: ByteSource, ring: KeyRing): Promise<readonly TrustedKey[]> {
  try {
    return await namedKeys(source, ring)
  } catch (error) {
    if (isWritError(error)) return []
    throw error
  }
}
