import { createHash } from 'node:crypto'
import type { HostCall } from '@writ/contract'

/** Digest of the calls of a cell, in their order; null when it made none. */
export function callsDigest(calls: readonly Pick<HostCall, 'name' | 'argsJson'>[]): string | null {
  if (calls.length === 0) return null
  const hash = createHash('sha256')
  for (const { name, argsJson } of calls) hash.update(JSON.stringify([name, argsJson]))
  return hash.digest('base64')
}
