import { isWritError, type Ledger, openingPath } from '@writ/contract'
import type { Contents } from '@writ/evidence'
import { erasureOf } from '../files/erasures.ts'
import { evidencePath } from '../files/evidence-path.ts'
import { contentsOf, withEvidence } from '../files/evidence-source.ts'
import type { HomeServices } from '../home/home-services.ts'
import { ledgerSource, type RunSource } from './index.ts'

/** A run of a home, with its evidence file where that is at hand. */
export interface HomeRun {
  readonly source: RunSource
  /** Path of the evidence file; undefined where it is elsewhere, was deleted or is no evidence. */
  readonly evidence: string | undefined
}

/** Opens a run of a home for reading. Rejects with `UNKNOWN_RUN`. */
export async function homeRun(services: HomeServices, run: string): Promise<HomeRun> {
  const { home } = services
  const ledger = await services.ledger()
  const written = evidencePath(home, run)
  for (const path of [written, await placedElsewhere(ledger, run)]) {
    const contents = path === undefined ? undefined : await presentContents(path)
    if (contents?.run !== run) continue
    const kept = await ledgerSource(ledger, run, contents.disclosures.items)
    const erasure = contents.erasure?.statement.predicate ?? erasureOf(home, run)
    return { source: { ...kept, erasure }, evidence: path }
  }
  const kept = await ledgerSource(ledger, run, [])
  return { source: { ...kept, erasure: erasureOf(home, run) }, evidence: undefined }
}

/** Where the run wrote its evidence file, when it was told to write it somewhere. */
async function placedElsewhere(ledger: Ledger, run: string): Promise<string | undefined> {
  try {
    const bytes = await ledger.payload(run, openingPath('setup'))
    const { evidence } =
      bytes === undefined ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as { evidence?: string })
    return evidence
  } catch (error) {
    if (isWritError(error) && error.code === 'KEY_UNAVAILABLE') return undefined
    throw error
  }
}

async function presentContents(path: string): Promise<Contents | undefined> {
  try {
    return await withEvidence(path, (source) => contentsOf(path, source))
  } catch (error) {
    if (isWritError(error) && error.code === 'EVIDENCE_UNREADABLE') return undefined
    throw error
  }
}
