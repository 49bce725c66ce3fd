import type { Ledger } from '@writ/contract'
import { type AnyRecord, decodeRecord } from '@writ/evidence'

/** A run as the ledger keeps it: its records in order, its key, and what lies beside them. */
export interface RecordedRun {
  readonly run: string
  /** Undefined once it was destroyed, and with it what is stored beside the records. */
  readonly key: Uint8Array | undefined
  readonly records: readonly AnyRecord[]
  /** Undefined when there is none. */
  payload(path: string): Promise<Uint8Array | undefined>
}

/** A run as its home keeps it, with what is needed to do it again. Rejects with `UNKNOWN_RUN`. */
export async function readRun(ledger: Ledger, run: string): Promise<RecordedRun> {
  const records: AnyRecord[] = []
  for await (const bytes of ledger.records(run)) records.push(decodeRecord(bytes))
  return { run, key: await ledger.key(run), records, payload: (path) => ledger.payload(run, path) }
}
