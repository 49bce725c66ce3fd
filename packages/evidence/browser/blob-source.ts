import { WritError } from '@writ/contract'
import type { ByteSource } from '@writ/evidence'

/** A file the user chose, read in parts. Reading rejects with `EVIDENCE_UNREADABLE`. */
export function blobSource(blob: Blob): ByteSource {
  return { size: blob.size, read: (offset, length) => readAt(blob, offset, length) }
}

async function readAt(blob: Blob, offset: number, length: number): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer())
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('EVIDENCE_UNREADABLE', `The evidence file cannot be read: ${why}`, { cause: error })
  }
}
