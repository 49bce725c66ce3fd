import { openingPath, WritError } from '@writ/contract'
import { disclose, encodeRecord } from '@writ/evidence'
import type { KernelPorts } from '../basis/ports.ts'
import { LiveJournal } from '../journal/live-journal.ts'
import type { RecordedRun } from '../journal/recorded-run.ts'
import { OPENING } from './run-records.ts'
import { sealRun } from './seal.ts'

/**
 * Ends a run whose process is gone for good: an abort is recorded, then the run is sealed like any other. Nothing is done
 * again. Commands without a result stay in doubt in its evidence. Rejects with `RUN_NOT_OPENED`, and with `RUN_ENDED` for
 * a run that has a close.
 */
export async function abortRun(
  recorded: RecordedRun,
  reason: string,
  ports: Pick<KernelPorts, 'clock' | 'log' | 'signer' | 'policy' | 'transparency'>,
): Promise<AsyncIterable<Uint8Array>> {
  const { run, records } = recorded
  const last = records.at(-1)
  if (last === undefined) throw new WritError('RUN_NOT_OPENED', `The run ${run} has no records.`, { run })
  if (last.kind === 'run.close') throw new WritError('RUN_ENDED', `The run ${run} has closed.`, { run })
  const journal = new LiveJournal(ports.log, ports.clock, () => undefined)
  journal.continue(records.map((record) => ({ lane: record.lane, bytes: encodeRecord(record) })))
  if (last.kind !== 'run.abort') {
    const taken = records.filter(({ lane }) => lane === '0').map(({ n }) => n)
    const id = { lane: '0', n: taken.reduce((most, n) => Math.max(most, n), -1) + 1 }
    const obs = { at: journal.now(), message: reason }
    await journal.write({ kind: 'run.abort', id, det: { code: 'ABORTED' }, obs, durability: 'flush' }).durable
  }
  const question = await recorded.payload(openingPath('question'))
  const opened = [
    disclose(
      ports.log.key,
      OPENING.lane,
      OPENING.n,
      'run.open/question',
      Buffer.from(question ?? []).toString(),
    ),
  ]
  const { evidence } = await sealRun({ run, journal, ports }, question === undefined ? [] : opened)
  await ports.log.finish('aborted')
  return evidence
}
