import { requireNotErased } from '../files/erasures.ts'
import { prepareEvidencePath, writeEvidence } from '../files/write-evidence.ts'
import type { HomeServices } from '../home/home-services.ts'
import { abortRun, readRun, systemClock } from '../kernel/index.ts'
import { requireUnclosed } from './require-unclosed.ts'
import { placeOfEvidence, recordedSetup } from './resume.ts'

/** Ends an open run of the home for good; gives the path of its evidence file. */
export async function abort(services: HomeServices, run: string, reason: string): Promise<string> {
  const { home } = services
  requireNotErased(home, run)
  const ledger = await services.ledger()
  await using opened = new AsyncDisposableStack()
  const log = opened.adopt(await ledger.resume(run), () => ledger.leave(run))
  const recorded = await readRun(ledger, run)
  await requireUnclosed(services, recorded)
  const setup = await recordedSetup(recorded)
  const path = placeOfEvidence(home, run, setup)
  await prepareEvidencePath(path, true)
  const policy = opened.adopt(await services.openPolicy(setup.policy), (service) => service.close())
  const [signer, transparency] = await Promise.all([services.signer(), services.log()])
  const ports = { clock: systemClock, log, signer, policy, transparency }
  await writeEvidence(path, await abortRun(recorded, reason, ports))
  return path
}
