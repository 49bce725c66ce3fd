import { type Signer, STATUSES, type Status, WritError } from '@writ/contract'
import { sha256Hex } from './crypto.ts'
import { signatoryOf } from './dsse.ts'
import { hex } from './encoding.ts'
import { contentDigest, type FileContent } from './file-content.ts'
import { type AnyRecord, decodeRecord } from './record.ts'
import { runId } from './record-parts.ts'
import { count, digest, object, oneOf, record, text, time } from './shape.ts'
import {
  parseStatement,
  runSubject,
  type SignedStatement,
  type Statement,
  type StatementKind,
  signWhole,
  statementOf,
  subject,
} from './statement.ts'

// The operator's statements about a run under way. Opening and closing follow from the records, so that a verifier can
// derive them again.

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
  /** SHA-256 (hex) of every file of the evidence file but those listed as exempt by the layout. */
  readonly files: Readonly<Record<string, string>>
}

/** Where the tree of a closed run stands: what a quorum of witnesses has to see before the answer is handed out. */
export interface RunHead {
  readonly run: string
  readonly size: number
  /** Hex. */
  readonly root: string
  readonly at: string
}

/** Its subject is the first record. */
export const RUN_OPEN_KIND: StatementKind<RunOpen> = {
  predicateType: 'https://writ.dev/run-open/v1',
  predicate: object<RunOpen>({ run: runId, bundle: digest, guestAbi: text, openedAt: time }),
  signers: 'one',
}

/** Its subject is the root of the run's tree. */
export const RUN_CLOSE_KIND: StatementKind<RunClose> = {
  predicateType: 'https://writ.dev/run-close/v1',
  predicate: object<RunClose>({
    run: runId,
    size: count,
    root: digest,
    status: oneOf([...STATUSES, 'aborted']),
    closedAt: time,
    files: record(digest),
  }),
  signers: 'one',
}

export const RUN_HEAD_KIND: StatementKind<RunHead> = {
  predicateType: 'https://writ.dev/run-head/v1',
  predicate: object<RunHead>({ run: runId, size: count, root: digest, at: time }),
  subject: runSubject,
  signers: 'one',
}

/** The opening statement of a run; its subject is the first record. Undefined when that is no `run.open`. */
export function runOpenStatement(first: Uint8Array, opened: AnyRecord): Statement<RunOpen> | undefined {
  if (opened.kind !== 'run.open') return undefined
  const { run, det, obs } = opened
  const openedAt = timeText(obs.at)
  if (openedAt === undefined) return undefined
  const predicate = { run, bundle: det.bundle, guestAbi: det.guestAbi, openedAt }
  return statementOf(RUN_OPEN_KIND, subject(`run:${run}`, sha256Hex(first)), predicate)
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
  return statementOf(RUN_CLOSE_KIND, runSubject(predicate), predicate)
}

function statusOf(closed: AnyRecord): RunClose['status'] | undefined {
  if (closed.kind === 'run.close') return closed.det.status
  return closed.kind === 'run.abort' ? 'aborted' : undefined
}

function timeText(at: number): string | undefined {
  const date = new Date(at)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Signs the opening statement (`run-open.dsse`) with the `operator` key, from the bytes of the `run.open` record. */
export function signRunOpen(signer: Signer, firstRecord: Uint8Array): Promise<Uint8Array> {
  const opening = runOpenStatement(firstRecord, decodeRecord(firstRecord))
  if (opening === undefined) throw new WritError('INTERNAL', 'The first record is no run.open.')
  return signWhole(RUN_OPEN_KIND, opening, [signatoryOf(signer, 'operator')])
}

/** What a closing statement is made from. `files` are those of the evidence file, from `evidenceFiles`. */
export interface Closing {
  /** Bytes of the `run.close` or `run.abort` record. */
  readonly lastRecord: Uint8Array
  readonly size: number
  readonly root: Uint8Array
  readonly files: ReadonlyMap<string, FileContent>
}

/** Signs the closing statement (`run-close.dsse`) with the `operator` key. */
export function signRunClose(signer: Signer, closing: Closing): Promise<Uint8Array> {
  const { lastRecord, size, root, files } = closing
  const ending = runCloseStatement(decodeRecord(lastRecord), size, root, fileDigests(files))
  if (ending === undefined) throw new WritError('INTERNAL', 'The last record ends no run.')
  return signWhole(RUN_CLOSE_KIND, ending, [signatoryOf(signer, 'operator')])
}

export function fileDigests(files: ReadonlyMap<string, FileContent>): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].map(([name, content]) => [name, contentDigest(content).sha256]))
}

export function parseRunOpen(bytes: Uint8Array, at: string): SignedStatement<RunOpen> {
  return parseStatement(bytes, at, RUN_OPEN_KIND)
}

export function parseRunClose(bytes: Uint8Array, at: string): SignedStatement<RunClose> {
  return parseStatement(bytes, at, RUN_CLOSE_KIND)
}
