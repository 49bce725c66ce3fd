import { WritError } from '@writ/contract'
import type { RunSource } from '../run-source.ts'
import { readSteps } from '../steps/run-steps.ts'
import { askOfEach, gated, type Withhold } from './gated-source.ts'
import { page } from './page.ts'
import type { Proof } from './proof-section.ts'
import { summarizeRun } from './run-summary.ts'

/**
 * A run as one HTML page for people, without what `withhold` keeps back. Rejects with `EVIDENCE_UNREADABLE` when its
 * records do not begin with its opening.
 */
export async function htmlReport(
  source: RunSource,
  proof: Proof | null,
  withhold: Withhold = () => Promise.resolve(null),
): Promise<string> {
  const steps = await readSteps(source)
  if (steps === undefined)
    throw new WritError('EVIDENCE_UNREADABLE', `Run ${source.run} has no opening record to report on.`)
  const reasons = await askOfEach(steps, withhold)
  const summary = await summarizeRun(gated(source, reasons), steps, reasons)
  return page(summary, proof)
}
