import { bytesSource } from './byte-source.ts'
import { concat } from './encoding.ts'
import { packEvidence } from './evidence-file.ts'
import type { FileContent } from './file-content.ts'
import { readTar, writeTar } from './tar.ts'

// Archives as bytes: tests alter them whole. For tests only.

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return concat(parts)
}

/** The files with their bytes. */
export async function held(
  files: ReadonlyMap<string, FileContent>,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const all = new Map<string, Uint8Array>()
  for (const [name, content] of files) {
    all.set(name, content instanceof Uint8Array ? content : await bytesOf(content.chunks()))
  }
  return all
}

export function archiveOf(files: ReadonlyMap<string, FileContent>): Promise<Uint8Array> {
  return bytesOf(writeTar(files))
}

export function packed(files: ReadonlyMap<string, FileContent>, runClose: Uint8Array): Promise<Uint8Array> {
  return bytesOf(packEvidence(files, runClose))
}

export async function filesOf(archive: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = await readTar(bytesSource(archive))
  return new Map(
    [...entries].map(([name, { offset, size }]) => [name, archive.subarray(offset, offset + size)]),
  )
}

/** `records.ndjson` of these records. */
export function joinRecords(records: readonly Uint8Array[]): Uint8Array {
  return concat(records.flatMap((record) => [record, Uint8Array.of(0x0a)]))
}
