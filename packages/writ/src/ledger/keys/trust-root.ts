import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { TrustRoot } from '@writ/contract'
import { WritError } from '@writ/contract'
import { openTrustRoot } from '@writ/evidence'
import { replaceFile } from '../../disk/durable-file.ts'

/**
 * Reads a trust root file (schema writ.trust/1). Rejects with `PATH_NOT_FOUND` when it cannot be read and with
 * `BAD_TRUST_ROOT` when it is not what the verifier takes for one.
 */
export async function loadTrustRoot(path: string): Promise<TrustRoot> {
  return readTrustRoot(path)
}

/** The same at once. */
export function readTrustRoot(path: string): TrustRoot {
  return checked(parseJson(path, readText(path)), path)
}

/** Replaces a trust root file. Throws `BAD_TRUST_ROOT` before anything is written when it would be none. */
export function writeTrustRoot(path: string, root: TrustRoot): void {
  replaceFile(path, formatTrustRoot(checked(root, path)), 0o644)
}

export function formatTrustRoot(root: TrustRoot): string {
  return `${JSON.stringify(root, null, 2)}\n`
}

/** SHA-256 (hex) of a raw public key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex')
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new WritError('PATH_NOT_FOUND', `the trust root ${path} cannot be read`, { cause })
  }
}

function checked(value: unknown, path: string): TrustRoot {
  try {
    return openTrustRoot(value).root
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new WritError('BAD_TRUST_ROOT', `${path} is no trust root: ${why}`, { cause })
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new WritError('BAD_TRUST_ROOT', `${path} is not JSON`, { cause })
  }
}
