import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  defined,
  type RunEvent,
  type Sandbox,
  type Signer,
  type TransparencyLog,
  WritError,
  whyUnwritten,
} from '@writ/contract'
import { encodeRecord, hex, REPLAY_KIND, rootOf, signByOperator, verifyEvidence } from '@writ/evidence'
import { writeOnce } from '../disk/durable-file.ts'
import { contentsOf, withEvidence } from '../files/evidence-source.ts'
import {
  guestAbi,
  type RecordedRun,
  type ReplayReport,
  recordedCells,
  replayRun,
  systemClock,
} from '../kernel/index.ts'
import { loadTrustRoot } from '../ledger/index.ts'
import { createReasoner } from '../reasoning/index.ts'
import { type AskedSandbox, openFor } from '../sandbox/index.ts'
import { recordedFile } from './recorded-file.ts'

/** Who attests a replay, and where the statement goes. */
export interface Attesting {
  /** A file that is not there yet. */
  readonly path: string
  readonly signer: Signer
  readonly log: TransparencyLog
}

export interface RecordedReplayOptions {
  /** Hash of the policy bundle to hold the run against; that of its record by default. */
  readonly bundle?: string
  readonly signal?: AbortSignal
  /** Told when something has to be prepared first that takes a while. */
  readonly onEvent?: (event: RunEvent) => void
  /** Sign what the replay came to. */
  readonly attest?: Attesting
  /** What a Writ takes its sandboxes from; one is started for this replay by default. */
  readonly sandboxes?: Sandboxes
}

/** What gives a sandbox to whoever asks. */
export interface Sandboxes {
  open(asked: AskedSandbox): Promise<Sandbox>
}

/** How whoever has a home does a run again. */
export interface ReplayOptions {
  readonly signal?: AbortSignal
  /** Told when something has to be prepared first that takes a while. */
  readonly onEvent?: (event: RunEvent) => void
  /** Path of a new file for a signed statement of what the replay came to. */
  readonly attest?: string
}

/** What came of doing the run of a file again. */
export interface FileReplay {
  readonly run: string
  readonly report: ReplayReport
}

/** Does a recorded run again, in a sandbox of its own, and attests what it came to when asked. */
export async function replayRecorded(
  recorded: RecordedRun,
  options: RecordedReplayOptions = {},
): Promise<ReplayReport> {
  const { attest, sandboxes = { open: openFor }, onEvent, ...ports } = options
  if (attest !== undefined && existsSync(attest.path)) throw unwritable(attest.path, 'it is there already')
  const reasoner = createReasoner()
  const sandbox = await sandboxes.open({ ...recordedCells(recorded), ...defined({ onEvent }) })
  try {
    const report = await replayRun(whatItDid(recorded), { ...ports, clock: systemClock, reasoner, sandbox })
    const abi = guestAbi(sandbox.confinement.guestAbi, reasoner.digest)
    if (attest !== undefined) await sign(recorded, report, abi, attest)
    return report
  } finally {
    await sandbox.close()
  }
}

/** An abort comes from outside: what the run did before is done again, and there its record ends. */
function whatItDid(recorded: RecordedRun): RecordedRun {
  const { records } = recorded
  return records.at(-1)?.kind === 'run.abort' ? { ...recorded, records: records.slice(0, -1) } : recorded
}

/**
 * Does the run of a `replay` file again, from the file alone. The file has to hold; under a trust root, if one is given, it
 * has to be signed by the right keys too. Rejects with `EVIDENCE_UNREADABLE`, `VERIFICATION_FAILED`, and `USAGE` for a file
 * without payloads.
 */
export async function replayFile(
  path: string,
  { trust, ...options }: RecordedReplayOptions & { readonly trust?: string },
): Promise<FileReplay> {
  return await withEvidence(path, async (source) => {
    const root = trust === undefined ? undefined : await loadTrustRoot(trust)
    const { verdicts } = await verifyEvidence(source, { trust: root, only: [] })
    const wrong = verdicts.find(
      ({ name, result }) => result === 'fail' && (name !== 'AUTHORITY' || root !== undefined),
    )
    if (wrong !== undefined)
      throw new WritError(
        'VERIFICATION_FAILED',
        `The evidence file ${path} does not hold: ${wrong.name} ${wrong.code}, ${wrong.detail}`,
      )
    const recorded = await recordedFile(await contentsOf(path, source))
    return { run: recorded.run, report: await replayRecorded(recorded, options) }
  })
}

/** The statement is in the log before anybody has it. */
async function sign(
  { run, records }: RecordedRun,
  { outcome, steps }: ReplayReport,
  abi: string,
  { path, signer, log }: Attesting,
): Promise<void> {
  const root = hex(rootOf(records.map(encodeRecord)))
  const at = new Date().toISOString()
  const said = { run, root, outcome, steps, guestAbi: abi, at }
  const statement = await signByOperator(signer, REPLAY_KIND, said)
  await log.append(statement)
  writeNew(resolve(path), statement)
}

function writeNew(path: string, bytes: Uint8Array): void {
  let written: boolean
  try {
    written = writeOnce(path, bytes, 0o600)
  } catch (error) {
    throw unwritable(path, whyUnwritten(error))
  }
  if (!written) throw unwritable(path, 'it is there already')
}

function unwritable(path: string, why: string): WritError {
  return new WritError('EVIDENCE_UNWRITABLE', `The attestation ${path} cannot be written: ${why}`)
}
