import { type Signer, STATUSES, type Status, WritError } from '@writ/contract'
import { canonicalBytes, parseCanonical } from './canonical.ts'
import { sha256Hex } from './crypto.ts'
import { type Envelope, parseEnvelope, signEnvelope } from './dsse.ts'
import { hex } from './encoding.ts'
import { type AnyRecord, decodeRecord } from './record.ts'
import { runId } from './record-shape.ts'
import {
  count,
  digest,
  list,
  literal,
  object,
  oneOf,
  record,
  type Shape,
  shaped,
  text,
  time,
} from './shape.ts'
import { refuse } from './verdict.ts'

// The operator's two statements about a run: in-toto Statement v1 in DSSE. Both are derived from records, so that a
// verifier can derive them again.

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
export const RUN_OPEN_TYPE = 'https://writ.dev/run-open/v1'
export const RUN_CLOSE_TYPE = 'https://writ.dev/run-close/v1'

/** A run with an opening statement owes a closing one. */
export interface RunOpen {
  readonly run: string
  readonly bundle: string
  readonly guestAbi: string
  /** The time the first record claims. */
  readonly openedAt: string
}

export interface RunClose {
  readonly run: string
  readonly size: number
  /** Hex. */
  readonly root: string
  readonly status: Status | 'aborted'
  /** The time the last record claims. */
  readonly closedAt: string
  /** SHA-256 (hex) of every file of the evidence file but this one and the manifest. */
  readonly files: Readonly<Record<string, string>>
}

export interface Statement<T> {
  readonly _type: typeof STATEMENT_TYPE
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[]
  readonly predicateType: string
  readonly predicate: T
}

const openShape = object<RunOpen>({ run: runId, bundle: digest, guestAbi: text, openedAt: time })
const closeShape = object<RunClose>({
  run: runId,
  size: count,
  root: digest,
  status: oneOf([...STATUSES, 'aborted']),
  closedAt: time,
  files: record(digest),
})

/** The opening statement of a run; its subject is the first record. Undefined when that is no `run.open`. */
export function runOpenStatement(first: Uint8Array, opened: AnyRecord): Statement<RunOpen> | undefined {
  if (opened.kind !== 'run.open') return undefined
  const { run, det, obs } = opened
  const openedAt = timeText(obs.at)
  if (openedAt === undefined) return undefined
  const predicate = { run, bundle: det.bundle, guestAbi: det.guestAbi, openedAt }
  return statement(RUN_OPEN_TYPE, run, sha256Hex(first), predicate)
}

/** The closing statement of a run; its subject is the tree's root. Undefined when the last record ends nothing. */
export function runCloseStatement(
  closed: AnyRecord,
  size: number,
  root: Uint8Array,
  files: Readonly<Record<string, string>>,
): Statement<RunClose> | undefined {
  const status = statusOf(closed)
  const closedAt = timeText(closed.obs.at)
  if (status === undefined || closedAt === undefined) return undefined
  const predicate = { run: closed.run, size, root: hex(root), status, closedAt, files }
  return statement(RUN_CLOSE_TYPE, closed.run, hex(root), predicate)
}

function statusOf(closed: AnyRecord): RunClose['status'] | undefined {
  if (closed.kind === 'run.close') return closed.det.status
  return closed.kind === 'run.abort' ? 'aborted' : undefined
}

function timeText(at: number): string | undefined {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

function statement<T>(predicateType: string, run: string, sha256: string, predicate: T): Statement<T> {
  return {
    _type: STATEMENT_TYPE,
    subject: [{ name: `run:${run}`, digest: { sha256 } }],
    predicateType,
    predicate,
  }
}

/** Signs the opening statement (`run-open.dsse`) with the `operator` key, from the bytes of the `run.open` record. */
export function signRunOpen(signer: Signer, firstRecord: Uint8Array): Promise<Uint8Array> {
  const opening = runOpenStatement(firstRecord, decodeRecord(firstRecord))
  if (opening === undefined) throw new WritError('INTERNAL', 'The first record is no run.open.')
  return signEnvelope(signer, 'operator', PAYLOAD_TYPE, canonicalBytes(opening))
}

/** What a closing statement is made from. `files` are those of the evidence file, from `evidenceFiles`. */
export interface Closing {
  /** Bytes of the `run.close` or `run.abort` record. */
  readonly lastRecord: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Signs the closing statement (`run-close.dsse`) with the `operator` key. */
export function signRunClose(signer: Signer, closing: Closing): Promise<Uint8Array> {
  const { lastRecord, size, root, files } = closing
  const ending = runCloseStatement(decodeRecord(lastRecord), size, root, fileDigests(files))
  if (ending === undefined) throw new WritError('INTERNAL', 'The last record ends no run.')
  return signEnvelope(signer, 'operator', PAYLOAD_TYPE, canonicalBytes(ending))
}

export function fileDigests(files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].map(([name, bytes]) => [name, sha256Hex(bytes)]))
}

export interface SignedStatement<T> {
  readonly envelope: Envelope
  readonly statement: Statement<T>
}

export function parseRunOpen(bytes: Uint8Array, at: string): SignedStatement<RunOpen> {
  return parseStatement(bytes, at, RUN_OPEN_TYPE, openShape)
}

export function parseRunClose(bytes: Uint8Array, at: string): SignedStatement<RunClose> {
  return parseStatement(bytes, at, RUN_CLOSE_TYPE, closeShape)
}

function parseStatement<T>(
  bytes: Uint8Array,
  at: string,
  predicateType: string,
  predicate: Shape<T>,
): SignedStatement<T> {
  const envelope = parseEnvelope(bytes, at)
  if (envelope.payloadType !== PAYLOAD_TYPE) {
    refuse('BAD_SHAPE', `${at} has the payload type '${envelope.payloadType}'.`, `${at}#/payloadType`)
  }
  const shape = object<Statement<T>>({
    _type: literal(STATEMENT_TYPE),
    subject: list(
      object<Statement<T>['subject'][number]>({
        name: text,
        digest: object<{ readonly sha256: string }>({ sha256: digest }),
      }),
    ),
    predicateType: literal(predicateType),
    predicate,
  })
  const statement = shaped(shape, parseCanonical(envelope.payload, at), (misfit) =>
    refuse('BAD_SHAPE', `${at} needs ${misfit.expected} at ${misfit.at} of its statement.`, at),
  )
  return { envelope, statement }
}
