import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { z } from 'zod'

/** Names a backup may have, relative to the home. Signing keys are never among them. */
const NAME =
  /^(trust\.json|log\/(checkpoint|log\.db)|ledger\/shard-\d{4}\.db|heads\/shard-\d{4}\.head|keys\/runs\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.key|(holds|retention)\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.json|erasures\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}\.dsse)$/

/** What a backup holds: every file by its name in the home, with its size in bytes and SHA-256 (hex). */
export interface BackupManifest {
  readonly schema: 'writ.backup/1'
  readonly madeAt: string
  readonly files: readonly { readonly name: string; readonly size: number; readonly sha256: string }[]
}

/** Checks a manifest that was read. */
export const backupManifest: z.ZodType<BackupManifest> = z.strictObject({
  schema: z.literal('writ.backup/1'),
  madeAt: z.iso.datetime(),
  files: z.array(
    z.strictObject({
      name: z.string().regex(NAME),
      size: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
})

const PIECE_BYTES = 1 << 20

/** Size in bytes and SHA-256 (hex) of a file, a piece at a time: a log has no bound, and a shard only where new runs begin. */
export function digest(path: string): { readonly size: number; readonly sha256: string } {
  const hash = createHash('sha256')
  const piece = new Uint8Array(PIECE_BYTES)
  const file = openSync(path, 'r')
  try {
    let size = 0
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read))
      size += read
    }
    return { size, sha256: hash.digest('hex') }
  } finally {
    closeSync(file)
  }
}
