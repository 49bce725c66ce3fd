import { prepareEvidencePath, writeEvidence } from '../files/write-evidence.ts'
import { abortRun, readRun, systemClock } from '../kernel/index.ts'
import { requireUnclosed } from './require-unclosed.ts'
import { placeOfEvidence, type ResumeServices, recordedSetup } from './resume.ts'

/** Ends an open run of the home for good; gives the path of its evidence file. */
export async function abort(
  run: string,
  reason: string,
  services: Pick<ResumeServices, 'home' | 'ledger' | 'signer' | 'transparency' | 'policy'>,
): Promise<string> {
  const { ledger, signer, transparency } = services
  await using opened = new AsyncDisposableStack()
  const log = opened.adopt(await ledger.resume(run), () => ledger.leave(run))
  const recorded = await readRun(ledger, run)
  await requireUnclosed(recorded, transparency, signer)
  const setup = await recordedSetup(recorded)
  const path = placeOfEvidence(services.home, run, setup)
  await prepareEvidencePath(path, true)
  const policy = opened.adopt(await services.policy(setup.policy), (service) => service.close())
  const ports = { clock: systemClock, log, signer, policy, transparency }
  await writeEvidence(path, await abortRun(recorded, reason, ports))
  return path
}
