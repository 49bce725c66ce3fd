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
import { doAgain } from './do-again.ts'
import { type RecordedRun, readRun } from './kernel/recorded-run.ts'
import type { ReplayReport } from './kernel/replay.ts'
import { openLedger } from './ledger/index.ts'
import { recordedFile } from './recorded-file.ts'

/**
 * REPLAY of a `proof` file whose run is in a home: the run is done again from there, once its records are known to be those
 * of the file. Undefined when the home does not have the run. Never throws for what file or home hold.
 */
export async function judgeReplay(
  run: string,
  records: readonly AnyRecord[],
  home: string,
): Promise<Verdict | undefined> {
  // Looking must not make a home.
  if (!existsSync(join(home, 'ledger'))) return undefined
  let ledger: Ledger | undefined
  try {
    ledger = await openLedger(home)
    if (!(await ledger.runs()).some((head) => head.run === run)) return undefined
    const kept = await readRun(ledger, run)
    checkSame(records, kept)
    return verdictOf(await doAgain(kept))
  } catch (error) {
    // A home or a sandbox that cannot be used says nothing of the file.
    const differs = isWritError(error) && error.code === 'VERIFICATION_FAILED'
    return differs ? failed('REPLAY', error) : notEvaluated('REPLAY', 'NOT_DONE_AGAIN')
  } finally {
    await ledger?.close()
  }
}

/** REPLAY of a `replay` file, from the file alone. Never throws for what it holds. */
export async function judgeReplayFile(contents: Contents): Promise<Verdict> {
  try {
    return verdictOf(await doAgain(await recordedFile(contents)))
  } catch {
    return notEvaluated('REPLAY', 'NOT_DONE_AGAIN')
  }
}

/** What is done again is the run of the file, record by record. */
function checkSame(records: readonly AnyRecord[], kept: RecordedRun): void {
  const most = Math.max(records.length, kept.records.length)
  for (let seq = 0; seq < most; seq += 1) {
    const [here, there] = [records[seq], kept.records[seq]]
    if (here !== undefined && there !== undefined) {
      if (Buffer.from(encodeRecord(here)).equals(encodeRecord(there))) continue
    }
    refuse('HOME_DIFFERS', `The home keeps another record ${seq} of this run.`, `records.ndjson#/${seq}`)
  }
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
