import { type FileHandle, open } from 'node:fs/promises'
import { WritError } from '@writ/contract'
import { type ByteSource, bytesSource, type Contents, readEvidence } from '@writ/evidence'

/** An evidence file that is open for reading. */
export interface OpenFile {
  readonly source: ByteSource
  readonly close: () => Promise<void>
}

/** Opens an evidence file. Rejects with `EVIDENCE_UNREADABLE`, and so does reading from it. */
export async function openEvidenceFile(path: string): Promise<OpenFile> {
  const file = await reading(path, () => open(path, 'r'))
  try {
    return { source: await reading(path, () => sourceOf(path, file)), close: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Uses an evidence file while it is open. Rejects with `EVIDENCE_UNREADABLE` when it cannot be read. */
export async function withEvidence<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const { source, close } = await openEvidenceFile(path)
  try {
    return await use(source)
  } finally {
    await close()
  }
}

/** Takes an evidence file apart. Rejects with `EVIDENCE_UNREADABLE`. */
export async function contentsOf(path: string, source: ByteSource): Promise<Contents> {
  return await reading(path, () => readEvidence(source))
}

async function sourceOf(path: string, file: FileHandle): Promise<ByteSource> {
  const stats = await file.stat()
  // What cannot be read at a place of its own, such as a pipe, is held whole.
  if (!stats.isFile()) return bytesSource(await file.readFile())
  return { size: stats.size, read: (offset, length) => reading(path, () => readAt(file, offset, length)) }
}

async function readAt(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let read = 0; read < length; ) {
    const { bytesRead } = await file.read(bytes, read, length - read, offset + read)
    if (bytesRead === 0) throw new Error(`it ends at byte ${offset + read}, earlier than before`)
    read += bytesRead
  }
  return bytes
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new WritError('EVIDENCE_UNREADABLE', `The evidence file ${path} cannot be read: ${why}`, {
      cause: error,
    })
  }
}
