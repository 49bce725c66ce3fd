import { type TransparencyLog, WritError } from '@writ/contract'
import { encodeRecord, parseAnyStatement, signRunOpen } from '@writ/evidence'
import type { HomeServices } from '../home/home-services.ts'
import type { RecordedRun } from '../kernel/index.ts'

/**
 * Refuses a run whose close the log knows and whose record has none: the ledger lost its end, and another end would be a
 * second history. Rejects with `RUN_ENDED`, before anything is sent or signed.
 */
export async function requireUnclosed(
  services: Pick<HomeServices, 'signer' | 'log'>,
  { run, records }: RecordedRun,
): Promise<void> {
  const [first] = records
  const last = records.at(-1)
  if (first === undefined || last?.kind === 'run.close' || last?.kind === 'run.abort') return
  const [signer, log] = await Promise.all([services.signer(), services.log()])
  // Signing gives the same bytes again, unless the key is another by now.
  const opened = log.indexOf(await signRunOpen(signer, encodeRecord(first))) ?? 0
  const closed = closeOf(run, log, opened)
  if (closed === undefined) return
  const message = `The run ${run} has ended, as statement ${closed} of the log says: the end of its record is lost, and its evidence file is what there is of it.`
  throw new WritError('RUN_ENDED', message, { run })
}

/** Index of the first closing statement of a run, from an index on. */
function closeOf(run: string, log: TransparencyLog, from: number): number | undefined {
  for (let index = from; ; ) {
    const entries = log.entries(index)
    if (entries.length === 0) return undefined
    for (const bytes of entries) {
      const { kind, statement } = parseAnyStatement(bytes, `${index}`)
      if (kind === 'run-close' && statement.predicate.run === run) return index
      index += 1
    }
  }
}
