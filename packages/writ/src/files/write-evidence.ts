import { randomUUID } from 'node:crypto'
import { access, constants, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { WritError, whyUnwritten } from '@writ/contract'

const FIRST_ENTRY = 'manifest.json'

/** Makes sure an evidence file can be written there, before anything is spent. Rejects with `EVIDENCE_UNWRITABLE`. */
export async function prepareEvidencePath(path: string, make: boolean): Promise<void> {
  const directory = dirname(path)
  try {
    if (make) await mkdir(directory, { recursive: true, mode: 0o700 })
    await access(directory, constants.W_OK)
    if (!(await isReplaceable(path))) throw new Error('something that is no evidence file is there already')
  } catch (error) {
    throw unwritable(path, error)
  }
}

/** Only an evidence file is written over: its archive begins with the manifest. */
async function isReplaceable(path: string): Promise<boolean> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true
    throw error
  }
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(FIRST_ENTRY.length), 0, FIRST_ENTRY.length, 0)
    return bytesRead === FIRST_ENTRY.length && buffer.toString() === FIRST_ENTRY
  } finally {
    await file.close()
  }
}

/** Writes the file whole or not at all, and onto the disk before it resolves. */
export async function writeEvidence(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(chunks)
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
  const why = whyUnwritten(error)
  return new WritError('EVIDENCE_UNWRITABLE', `The evidence file ${path} cannot be written: ${why}`, {
    cause: error,
  })
}
