import { WritError } from '@writ/contract'
import { concat } from './encoding.ts'
import { type MadeFile, streamDigest } from './file-content.ts'

/** Bytes gathered before they are handed on. */
const PIECE_BYTES: number = 256 * 1024
const NEWLINE: Uint8Array = Uint8Array.of(0x0a)

/** `records.ndjson`, made from where the records are kept. */
export interface RecordsFile extends MadeFile {
  /** Bytes of the first and of the last record. */
  readonly first: Uint8Array
  readonly last: Uint8Array
}

/**
 * `records.ndjson` from the bytes of every record in order; reads them once now, and once each time it is written.
 * Rejects with `INTERNAL` when there are none.
 */
export async function recordsFile(
  records: () => AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<RecordsFile> {
  let first: Uint8Array | undefined
  let last: Uint8Array | undefined
  async function* seen(): AsyncGenerator<Uint8Array> {
    for await (const record of records()) {
      first ??= record
      last = record
      yield record
    }
  }
  const digest = await streamDigest(lines(seen()))
  if (first === undefined || last === undefined) throw new WritError('INTERNAL', 'The run has no records.')
  return { ...digest, first, last, chunks: () => lines(records()) }
}

/** Each record and a newline, in larger pieces. Canonical JSON has no newline of its own. */
async function* lines(records: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const record of records) {
    parts.push(record, NEWLINE)
    size += record.length + 1
    if (size < PIECE_BYTES) continue
    yield concat(parts)
    parts = []
    size = 0
  }
  if (size > 0) yield concat(parts)
}
