import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isWritError, type Ledger } from '@writ/contract'
import {
  type AnyRecord,
  type Contents,
  encodeRecord,
  failed,
  notEvaluated,
  refuse,
  type Verdict,
} from '@writ/evidence'
import { type RecordedRun, type ReplayReport, readRun } from '../kernel/index.ts'
import { openLedger } from '../ledger/index.ts'
import { recordedFile } from './recorded-file.ts'
import { replayRecorded, type Sandboxes } from './replay.ts'

/** What a Writ of the home has open already. */
export interface OpenHome {
  ledger(): Promise<Ledger>
  readonly sandboxes: Sandboxes
}

/**
 * REPLAY of a `proof` file whose run is in a home: the run is done again from there, once its records are known to be those
 * of the file. Undefined when the home does not have the run. Never throws for what file or home hold; rejects with
 * `EVIDENCE_UNREADABLE` when the file cannot be read. What `open` has is used and left open.
 */
export async function judgeReplay(
  run: string,
  records: AsyncIterable<AnyRecord> | Iterable<AnyRecord>,
  home: string,
  open?: OpenHome,
): Promise<Verdict | undefined> {
  // Looking must not make a home.
  if (!existsSync(join(home, 'ledger'))) return undefined
  await using opened = new AsyncDisposableStack()
  try {
    const ledger =
      open === undefined ? opened.adopt(await openLedger(home), (own) => own.close()) : await open.ledger()
    if (!(await ledger.runs()).some((head) => head.run === run)) return undefined
    const kept = await readRun(ledger, run)
    await checkSame(records, kept)
    return verdictOf(await replayRecorded(kept, sandboxesOf(open)))
  } catch (error) {
    const code = isWritError(error) ? error.code : undefined
    if (code === 'EVIDENCE_UNREADABLE') throw error
    // A home or a sandbox that cannot be used says nothing of the file.
    return code === 'VERIFICATION_FAILED' ? failed('REPLAY', error) : notEvaluated('REPLAY', 'NOT_DONE_AGAIN')
  }
}

/** REPLAY of a `replay` file, from the file alone. Never throws for what it holds. */
export async function judgeReplayFile(contents: Contents, open?: OpenHome): Promise<Verdict> {
  try {
    return verdictOf(await replayRecorded(await recordedFile(contents), sandboxesOf(open)))
  } catch {
    return notEvaluated('REPLAY', 'NOT_DONE_AGAIN')
  }
}

function sandboxesOf(open: OpenHome | undefined): { readonly sandboxes?: Sandboxes } {
  return open === undefined ? {} : { sandboxes: open.sandboxes }
}

/** What is done again is the run of the file, record by record. */
async function checkSame(
  records: AsyncIterable<AnyRecord> | Iterable<AnyRecord>,
  kept: RecordedRun,
): Promise<void> {
  let seq = 0
  for await (const here of records) {
    const there = kept.records[seq]
    if (there === undefined || !Buffer.from(encodeRecord(here)).equals(encodeRecord(there))) refuseOther(seq)
    seq += 1
  }
  if (seq < kept.records.length) refuseOther(seq)
}

function refuseOther(seq: number): never {
  refuse('HOME_DIFFERS', `The home keeps another record ${seq} of this run.`, `records.ndjson#/${seq}`)
}

/** The verdict of a replay: only one that ran and differed fails. */
function verdictOf({ outcome, steps, at }: ReplayReport): Verdict {
  if (outcome === 'IDENTICAL') {
    const detail = `${steps} steps were done again and every deterministic field is equal.`
    return { name: 'REPLAY', result: 'pass', code: 'OK', detail, at: null }
  }
  if (outcome !== 'DIVERGED') return notEvaluated('REPLAY', outcome)
  const where = at?.seq == null ? 'records.ndjson' : `records.ndjson#/${at.seq}${at.pointer}`
  const said = `expected ${JSON.stringify(at?.expected)}, found ${JSON.stringify(at?.found)}`
  const detail = `Lane ${at?.lane}, step ${at?.n}: ${said}.`
  return { name: 'REPLAY', result: 'fail', code: 'DIVERGED', detail, at: where }
}
