/** Bytes that are read in parts: a file, a Blob, an array. They must not change while they are judged. */
export interface ByteSource {
  readonly size: number
  /**
   * Exactly `length` bytes from `offset`, all of them within the size. Rejects with `EVIDENCE_UNREADABLE` when they
   * cannot be read. The array is the caller's until the source is closed.
   */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Bytes read at once: large enough that reading costs nothing beside hashing. */
const CHUNK_BYTES: number = 1024 * 1024

export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  }
}

/** A part of a source as a source of its own. */
export function section(source: ByteSource, start: number, size: number): ByteSource {
  return { size, read: (offset, length) => source.read(start + offset, length) }
}

/** All bytes of a source, in order, in pieces. */
export async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += CHUNK_BYTES) {
    yield await source.read(offset, Math.min(CHUNK_BYTES, source.size - offset))
  }
}
