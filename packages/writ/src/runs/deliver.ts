import { type Answer, type RunEvent, WritError } from '@writ/contract'
import { writeEvidence } from '../files/write-evidence.ts'
import type { RunResult } from '../kernel/index.ts'

/**
 * Hands an answer out once its evidence is on disk. Rejects with why it has to wait when witnesses keep it back, and with
 * `EVIDENCE_UNWRITABLE`.
 */
export async function deliver(
  { answer, evidence, governance, pending }: RunResult,
  path: string,
  onEvent: (event: RunEvent) => void,
): Promise<Answer> {
  await writeEvidence(path, evidence)
  const { run } = answer
  if (pending !== null) {
    const kept = `The answer of run ${run} is kept back; its evidence is ${path}.`
    throw new WritError(pending.code, `${pending.message} ${kept}`, { run })
  }
  const whole = { ...answer, evidence: path }
  onEvent({ type: 'answer', answer: whole, governance })
  return whole
}
