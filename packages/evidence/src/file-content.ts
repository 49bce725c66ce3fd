import { type ByteSource, chunksOf } from './byte-source.ts'
import { sha256Hex, startSha256 } from './crypto.ts'

/** A file that is made while it is written: what it will be is known before. */
export interface MadeFile {
  readonly size: number
  /** Hex. */
  readonly sha256: string
  /** The bytes, the same at every call. */
  chunks(): AsyncIterable<Uint8Array>
}

/** What goes into an evidence file: bytes, or what makes them. */
export type FileContent = Uint8Array | MadeFile

export interface FileDigest {
  readonly size: number
  /** Hex. */
  readonly sha256: string
}

/** Size and SHA-256 of what an evidence file is made from. */
export function contentDigest(content: FileContent): FileDigest {
  return content instanceof Uint8Array
    ? { size: content.length, sha256: sha256Hex(content) }
    : { size: content.size, sha256: content.sha256 }
}

/** Size and SHA-256 of a source, read once. */
export async function sourceDigest(source: ByteSource): Promise<FileDigest> {
  return await streamDigest(chunksOf(source))
}

/** Size and SHA-256 of bytes that come in pieces. */
export async function streamDigest(chunks: AsyncIterable<Uint8Array>): Promise<FileDigest> {
  const hash = startSha256()
  let size = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    size += chunk.length
  }
  return { size, sha256: hash.hex() }
}
