import type { Answer, WritError } from '@writ/contract'
import {
  canonicalJson,
  type Disclosure,
  disclose,
  evidenceFiles,
  packEvidence,
  recordsFile,
  signCheckpoint,
  signRunClose,
  signRunOpen,
} from '@writ/evidence'
import type { StepId } from '../basis/step-id.ts'
import type { RunState } from '../state/run-state.ts'
import { problemsJson, type Released } from '../steps/release.ts'
import { PER_DOCUMENT } from './answer.ts'
import { logClosing, type Sealing } from './logged.ts'
import { EARLIER, OPENING } from './run-records.ts'
import type { RunRequest } from './run-request.ts'

/** A run that is sealed: its evidence, and why its answer may not be handed out yet. */
export interface SealedRun {
  readonly evidence: AsyncIterable<Uint8Array>
  readonly pending: WritError | null
}

/**
 * Seals a closed run; gives its evidence file, made while it is read, from records in the ledger. Order: the root is
 * persisted, then signed; the closing statement vouches for every other file but the proofs that it and the opening one
 * are logged. INVARIANT: a root that was signed is the only one this run will ever have.
 */
export async function sealRun(sealing: Sealing, disclosures: readonly Disclosure[]): Promise<SealedRun> {
  const { ports, journal, run } = sealing
  const { signer, log, policy } = ports
  const { size, root } = journal
  await log.seal(size, root)
  const records = await recordsFile(() => log.records())
  const runOpen = await signRunOpen(signer, journal.firstRecord)
  const files = evidenceFiles({
    records,
    runOpen,
    checkpoint: await signCheckpoint(signer, run, size, root),
    policy: policy.bundle.files,
    approval: policy.bundle.approval,
    disclosures,
    keys: [signer.publicKey('log'), signer.publicKey('operator')],
  })
  const lastRecord = records.last
  const runClose = await signRunClose(signer, { lastRecord, size, root, files })
  const { proofs, pending } = await logClosing(sealing, { runOpen, runClose, lastRecord })
  return { evidence: packEvidence(files, runClose, proofs), pending }
}

/**
 * What the evidence opens by default: question, what was said before an answer, answer, citations, what did not pass a check, what
 * was refused, what was left out, and how much was looked at of each document.
 */
export function defaultDisclosures(
  state: RunState,
  { question, conversation }: Pick<RunRequest, 'question' | 'conversation'>,
  answer: Answer,
  released: Released | undefined,
  closing: StepId,
): Disclosure[] {
  const { ports } = state
  const { key } = ports.log
  const opened = [
    disclose(key, OPENING.lane, OPENING.n, 'run.open/question', question),
    disclose(key, OPENING.lane, OPENING.n, 'run.open/omitted', state.omitted),
  ]
  if (released?.id) {
    // What was said before is labelled no higher than what was released.
    if (conversation !== undefined) {
      const { messages } = conversation
      opened.push(disclose(key, OPENING.lane, OPENING.n, `run.open/${EARLIER}`, canonicalJson(messages)))
    }
    const { lane, n } = released.id
    opened.push(disclose(key, lane, n, 'output.release/value', canonicalJson(answer.value)))
    opened.push(disclose(key, lane, n, 'output.release/citations', canonicalJson(answer.citations)))
    if (released.checks.length > 0)
      opened.push(disclose(key, lane, n, 'output.release/problems', problemsJson(released.checks)))
  }
  opened.push(disclose(key, closing.lane, closing.n, 'run.close/denials', canonicalJson(answer.denials)))
  const { perDocument } = answer.coverage
  if (perDocument !== undefined)
    opened.push(
      disclose(key, closing.lane, closing.n, `run.close/${PER_DOCUMENT}`, canonicalJson(perDocument)),
    )
  return opened
}
