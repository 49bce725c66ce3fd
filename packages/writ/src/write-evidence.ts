import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { WritError } from '@writ/contract'

/** Makes sure an evidence file can be written there, before anything is spent. Rejects with `EVIDENCE_UNWRITABLE`. */
export async function prepareEvidencePath(path: string, make: boolean): Promise<void> {
  const directory = dirname(path)
  try {
    if (make) await mkdir(directory, { recursive: true, mode: 0o700 })
    await access(directory, constants.W_OK)
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Writes the file whole or not at all, and onto the disk before it resolves. */
export async function writeEvidence(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw unwritable(path, error)
  }
}

function unwritable(path: string, error: unknown): WritError {
  const why = error instanceof Error ? error.message : String(error)
  return new WritError('EVIDENCE_UNWRITABLE', `The evidence file ${path} cannot be written: ${why}`, {
    cause: error,
  })
}
