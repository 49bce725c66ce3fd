import { MAX_RECORD_BYTES } from '@writ/contract'
import { type ByteSource, chunksOf } from './byte-source.ts'
import { concat, fromUtf8 } from './encoding.ts'
import { RECORDS } from './evidence-layout.ts'
import { type AnyRecord, decodeRecord, decodeRecordText } from './record.ts'
import { refuse } from './verdict.ts'

const NEWLINE = 0x0a

/** Records that follow one another, with their bytes. */
export interface RecordBatch {
  /** The place of the first of them among all records. */
  readonly start: number
  readonly records: readonly AnyRecord[]
  /** The bytes of each: the leaves of the run tree. */
  readonly leaves: readonly Uint8Array[]
}

/**
 * The records of `records.ndjson`, in order and in batches, holding one piece of the file at a time. Refuses with
 * `NOT_CANONICAL`, `BAD_RECORD` or `WRONG_RUN`, at the first record that is not one of the run.
 */
export async function* readRecords(source: ByteSource, run: string): AsyncGenerator<RecordBatch> {
  const end = source.size === 0 ? undefined : (await source.read(source.size - 1, 1))[0]
  if (end !== NEWLINE) refuse('NOT_CANONICAL', `${RECORDS} does not end with a newline.`, RECORDS)
  let start = 0
  let rest: Uint8Array = new Uint8Array(0)
  for await (const chunk of chunksOf(source)) {
    const bytes = rest.length === 0 ? chunk : concat([rest, chunk])
    const whole = bytes.lastIndexOf(NEWLINE) + 1
    rest = bytes.subarray(whole)
    if (whole > 0) {
      const batch = readLines(bytes.subarray(0, whole), run, start)
      start += batch.records.length
      yield batch
    }
    // A line goes no further once it is too long to be a record, so what is held stays bounded.
    if (rest.length > MAX_RECORD_BYTES) decodeRecord(rest, place(start))
  }
}

function place(index: number): string {
  return `${RECORDS}#/${index}`
}

/** The records of whole lines. Decodes all of them at once, which costs far less than each by itself. */
function readLines(bytes: Uint8Array, run: string, start: number): RecordBatch {
  const text = fromUtf8(bytes)
  const records: AnyRecord[] = []
  const leaves: Uint8Array[] = []
  let textAt = 0
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at)
    const leaf = bytes.subarray(at, end)
    const named = place(start + records.length)
    let record: AnyRecord
    if (text === undefined) {
      record = decodeRecord(leaf, named) // some line is no UTF-8: found when its turn comes
    } else {
      const textEnd = text.indexOf('\n', textAt)
      record = decodeRecordText(text.slice(textAt, textEnd), leaf.length, named)
      textAt = textEnd + 1
    }
    if (record.run !== run) {
      refuse('WRONG_RUN', `${named} belongs to run ${record.run}, not ${run}.`, `${named}/run`)
    }
    records.push(record)
    leaves.push(leaf)
    at = end + 1
  }
  return { start, records, leaves }
}
