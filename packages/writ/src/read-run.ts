import { type Ledger, WritError } from '@writ/contract'
import { type AnyRecord, decodeRecord } from '@writ/evidence'
import type { RecordedRun } from './kernel/past.ts'

/** A run as its home keeps it, with what is needed to do it again. Rejects with `UNKNOWN_RUN`, `KEY_UNAVAILABLE`. */
export async function readRun(ledger: Ledger, run: string): Promise<RecordedRun> {
  const records: AnyRecord[] = []
  for await (const bytes of ledger.records(run)) records.push(decodeRecord(bytes))
  const key = await ledger.key(run)
  if (key === undefined)
    throw new WritError('KEY_UNAVAILABLE', `The key of run ${run} is gone, and with it what was recorded beside its records.`, { run })
  return { run, key, records, payload: (path) => ledger.payload(run, path) }
}
