import {
  type Det,
  MAX_RECORD_BYTES,
  type Obs,
  RECORD_KINDS,
  type RecordKind,
  type RunRecord,
  WritError,
} from '@writ/contract'
import { canonicalBytes, parseCanonical, recordFault } from './canonical.ts'
import { concat } from './encoding.ts'
import { recordShapes } from './record-shape.ts'
import { refuse } from './verdict.ts'

/** A record of any kind; its `kind` tells what `det` and `obs` hold. */
export type AnyRecord = { [K in RecordKind]: RunRecord<K> & { det: Det[K]; obs: Obs[K] } }[RecordKind]

/**
 * The bytes of a record: canonical JSON, the leaf of the run tree. Throws `INTERNAL` when it is not what its kind has
 * to be, holds a number that is no exact integer, is too deep, or exceeds `MAX_RECORD_BYTES`.
 */
export function encodeRecord(record: RunRecord): Uint8Array {
  const fault = faultOf(record)
  if (fault !== null) throw new WritError('INTERNAL', `Record ${record.seq} cannot be written: ${fault}.`)
  const bytes = canonicalBytes(record)
  if (bytes.length > MAX_RECORD_BYTES) {
    throw new WritError(
      'INTERNAL',
      `Record ${record.seq} (${record.kind}) has ${bytes.length} bytes; ${MAX_RECORD_BYTES} are allowed.`,
    )
  }
  return bytes
}

/** The record of exactly these bytes; refuses with `NOT_CANONICAL` or `BAD_RECORD`, naming `at`. */
export function decodeRecord(bytes: Uint8Array, at = 'record'): AnyRecord {
  if (bytes.length > MAX_RECORD_BYTES) {
    refuse('BAD_RECORD', `${at} has ${bytes.length} bytes; ${MAX_RECORD_BYTES} are allowed.`, at)
  }
  const value = parseCanonical(bytes, at)
  const fault = faultOf(value)
  if (fault !== null) refuse('BAD_RECORD', `${at}: ${fault}.`, at)
  return value as AnyRecord
}

function faultOf(value: unknown): string | null {
  const fault = recordFault(value)
  if (fault !== null) return `it holds ${fault}`
  const kind = kindOf(value)
  if (kind === undefined) return 'it has no known kind'
  const misfit = recordShapes[kind].misfit(value, '')
  return misfit === null ? null : `${kind} needs ${misfit.expected} at ${misfit.at}`
}

function kindOf(value: unknown): RecordKind | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  return RECORD_KINDS.find((kind) => kind === value.kind)
}

const NEWLINE = 0x0a

/** `records.ndjson`: each record and a newline. Canonical JSON has no newline of its own. */
export function joinRecords(records: Iterable<Uint8Array>): Uint8Array {
  const newline = Uint8Array.of(NEWLINE)
  const parts: Uint8Array[] = []
  for (const record of records) parts.push(record, newline)
  return concat(parts)
}

/** The records' bytes, without copying. Refuses bytes that do not end with a newline. */
export function splitRecords(bytes: Uint8Array, at: string): readonly Uint8Array[] {
  if (bytes.at(-1) !== NEWLINE) refuse('NOT_CANONICAL', `${at} does not end with a newline.`, at)
  const records: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start)
    records.push(bytes.subarray(start, end))
    start = end + 1
  }
  return records
}
