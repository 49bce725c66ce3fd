import { abortRun } from './kernel/abort.ts'
import { readRun } from './kernel/recorded-run.ts'
import { systemClock } from './kernel/system-clock.ts'
import { type ResumeRooms, recordedSetup } from './resume-run.ts'
import { prepareEvidencePath, writeEvidence } from './write-evidence.ts'

/** Ends an open run of the home for good; gives the path of its evidence file. */
export async function abort(
  run: string,
  reason: string,
  rooms: Pick<ResumeRooms, 'ledger' | 'signer' | 'transparency' | 'policy'>,
): Promise<string> {
  const { ledger, signer, transparency } = rooms
  const log = await ledger.resume(run)
  const recorded = await readRun(ledger, run)
  const setup = await recordedSetup(recorded)
  await prepareEvidencePath(setup.evidence, true)
  const policy = await rooms.policy(setup.policy)
  try {
    const ports = { clock: systemClock, log, signer, policy, transparency }
    await writeEvidence(setup.evidence, await abortRun(recorded, reason, ports))
    return setup.evidence
  } finally {
    await policy.close()
  }
}
