import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { TrustRoot } from '@writ/contract'
import { WritError } from '@writ/contract'
import { openTrustRoot } from '@writ/evidence'

/**
 * Reads a trust root file (schema writ.trust/1). Rejects with `PATH_NOT_FOUND` when it cannot be read and with
 * `BAD_TRUST_ROOT` when it is not what the verifier takes for one.
 */
export async function loadTrustRoot(path: string): Promise<TrustRoot> {
  return parseTrustRoot(path, readTrustRoot(path))
}

/** SHA-256 (hex) of a raw public key. */
export function keyIdOf(publicKey: Uint8Array): string {
  return createHash('sha256').update(publicKey).digest('hex')
}

function readTrustRoot(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new WritError('PATH_NOT_FOUND', `the trust root ${path} cannot be read`, { cause })
  }
}

function parseTrustRoot(path: string, text: string): TrustRoot {
  const value = parseJson(path, text)
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
