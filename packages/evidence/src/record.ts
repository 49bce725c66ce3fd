import {
  type Det,
  MAX_RECORD_BYTES,
  type Obs,
  RECORD_KINDS,
  RECORD_VERSION,
  type RecordKind,
  type RunRecord,
  WritError,
} from '@writ/contract'
import { parseCanonical, parseCanonicalText } from './canonical.ts'
import { utf8 } from './encoding.ts'
import { recordShapes } from './record-shape.ts'
import { recordFault, recordText } from './record-text.ts'
import { refuse } from './verdict.ts'

/** A record of any kind; its `kind` tells what `det` and `obs` hold. */
export type AnyRecord = { [K in RecordKind]: RunRecord<K> & { det: Det[K]; obs: Obs[K] } }[RecordKind]

/**
 * The bytes of a record: canonical JSON, the leaf of the run tree. Throws `INTERNAL` when it is not what its kind has
 * to be, holds a number that is no exact integer, is too deep, or exceeds `MAX_RECORD_BYTES`.
 */
export function encodeRecord(record: RunRecord): Uint8Array {
  const text = recordText(record)
  if (text === undefined || !recordShapes[record.kind]?.accepts(record))
    throw new WritError('INTERNAL', `Record ${record.seq} cannot be written: ${faultOf(record)}.`)
  const bytes = utf8(text)
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
  refuseLong(bytes.length, at)
  return recordOf(parseCanonical(bytes, at), at)
}

/** The same when the text of the bytes is known already. */
export function decodeRecordText(text: string, byteLength: number, at: string): AnyRecord {
  refuseLong(byteLength, at)
  return recordOf(parseCanonicalText(text, at), at)
}

function refuseLong(byteLength: number, at: string): void {
  if (byteLength <= MAX_RECORD_BYTES) return
  refuse('BAD_RECORD', `${at} has ${byteLength} bytes; ${MAX_RECORD_BYTES} are allowed.`, at)
}

function recordOf(value: unknown, at: string): AnyRecord {
  refuseVersion(value, at)
  // INVARIANT: no shape accepts what `recordFault` finds in parsed JSON, so a value of the shape needs no second look.
  const kind = kindOf(value)
  if (kind === undefined || !recordShapes[kind].accepts(value)) {
    refuse('BAD_RECORD', `${at}: ${faultOf(value) ?? 'it has not the shape of its kind'}.`, at)
  }
  return value as AnyRecord
}

/** A record of another version is not judged by what this one knows, whatever else it holds. */
function refuseVersion(value: unknown, at: string): void {
  if (typeof value !== 'object' || value === null || !('v' in value)) return
  const { v } = value
  if (!Number.isSafeInteger(v) || v === RECORD_VERSION) return
  if (Number(v) > RECORD_VERSION)
    refuse('VERSION_NEWER', `${at} is of record version ${Number(v)}; this Writ knows ${RECORD_VERSION}.`, at)
  if (v === 1)
    refuse(
      'VERSION_OLDER',
      `${at} was made by a version before ${RECORD_VERSION}, which this Writ does not read.`,
      at,
    )
}

function faultOf(value: unknown): string | null {
  const fault = recordFault(value)
  if (fault !== null) return `it holds ${fault}`
  const kind = kindOf(value)
  if (kind === undefined) return 'it has no known kind'
  const shape = recordShapes[kind]
  const misfit = shape.accepts(value) ? null : shape.misfit(value, '')
  return misfit === null ? null : `${kind} needs ${misfit.expected} at ${misfit.at}`
}

function kindOf(value: unknown): RecordKind | undefined {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined
  return isKind(value.kind) ? value.kind : undefined
}

const KINDS: ReadonlySet<unknown> = new Set(RECORD_KINDS)

function isKind(kind: unknown): kind is RecordKind {
  return KINDS.has(kind)
}
