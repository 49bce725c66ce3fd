import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { TrustRoot } from '@writ/contract'
import { ROLES, WritError } from '@writ/contract'
import { z } from 'zod'

const KEY_BYTES = 32

const trustedKey = z
  .strictObject({
    role: z.enum(ROLES),
    keyId: z.string().regex(/^[0-9a-f]{64}$/),
    algorithm: z.literal('ed25519'),
    publicKey: z.base64(),
    name: z.string().regex(/^[^\s+]+$/), // what a signed note can carry
    validFrom: z.iso.datetime(),
    validUntil: z.iso.datetime().nullable(),
  })
  .refine((key) => Buffer.from(key.publicKey, 'base64').length === KEY_BYTES, {
    message: `must be ${KEY_BYTES} bytes`,
    path: ['publicKey'],
  })
  .refine((key) => key.keyId === keyIdOf(Buffer.from(key.publicKey, 'base64')), {
    message: 'must be the SHA-256 of publicKey',
    path: ['keyId'],
  })
  .refine((key) => key.validUntil === null || Date.parse(key.validFrom) < Date.parse(key.validUntil), {
    message: 'must be later than validFrom',
    path: ['validUntil'],
  })

const trustRoot = z.strictObject({
  schema: z.literal('writ.trust/1'),
  // No key has two roles, and none is listed twice.
  keys: z.array(trustedKey).refine((keys) => new Set(keys.map((key) => key.keyId)).size === keys.length, {
    message: 'must not list a key twice',
  }),
})

/**
 * Reads a trust root file (schema writ.trust/1). Rejects with `PATH_NOT_FOUND` when it cannot be read and with
 * `BAD_TRUST_ROOT` when it is not what it should be.
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
  const parsed = trustRoot.safeParse(parseJson(path, text))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'file'}: ${issue.message}`)
  throw new WritError('BAD_TRUST_ROOT', `${path} is no trust root: ${faults.join('; ')}`)
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new WritError('BAD_TRUST_ROOT', `${path} is not JSON`, { cause })
  }
}
