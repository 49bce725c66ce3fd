import type { TransparencyLog } from '@writ/contract'
import { formatTlogProof, parseLogCheckpoint, signRunOpen } from '@writ/evidence'
import type { RunState } from './run-state.ts'

/**
 * Puts the opening statement of a run into the log, before anything is spent: from then on the log shows that a close or an
 * abort is owed. Done again for a run that goes on, it changes nothing.
 */
export async function logOpening({ ports, journal }: RunState): Promise<void> {
  await ports.transparency?.append(await signRunOpen(ports.signer, journal.firstRecord))
}

/** Puts a statement into the log and gives the proof that it is there, under the newest checkpoint. */
export async function logged(log: TransparencyLog, statement: Uint8Array): Promise<Uint8Array> {
  const index = await log.append(statement)
  const checkpoint = parseLogCheckpoint(log.checkpoint() ?? new Uint8Array(0), 'checkpoint of the log')
  return formatTlogProof({ index, hashes: log.inclusion(index, checkpoint.size), checkpoint })
}
