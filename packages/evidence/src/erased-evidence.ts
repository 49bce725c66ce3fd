import { canonicalBytes } from './canonical.ts'
import type { DisclosuresFile } from './disclosures.ts'
import { hex } from './encoding.ts'
import type { Contents } from './evidence-contents.ts'
import { packEvidence } from './evidence-file.ts'
import { DISCLOSURES, ERASURE, RUN_CLOSE } from './evidence-layout.ts'
import { originalFiles } from './export-file.ts'
import type { RecordPass } from './record-pass.ts'
import { refuse, type Verdict } from './verdict.ts'

// An evidence file whose content was erased: the same records, statements and policy, nothing disclosed, and the
// operator's erasure statement, which names the `disclosures.json` that took the place of the one the run was closed with.

/** `disclosures.json` that opens nothing. */
export function emptyDisclosures(run: string): Uint8Array {
  const file: DisclosuresFile = { schema: 'writ.disclosures/1', run, items: [] }
  return canonicalBytes(file)
}

/**
 * The emptied file, piece by piece, while the old one is open. `erasure` is the envelope of an erasure statement. INVARIANT: of a
 * copy, what it added is gone too: the key of the run, its payloads, and the statement that vouches for them.
 */
export function emptiedEvidence(contents: Contents, erasure: Uint8Array): AsyncIterable<Uint8Array> {
  const files = originalFiles(contents)
  files.delete(RUN_CLOSE)
  files.set(DISCLOSURES, emptyDisclosures(contents.run))
  files.set(ERASURE, erasure)
  return packEvidence(files, contents.file(RUN_CLOSE) ?? new Uint8Array(0))
}

/** Whether an erasure statement is about this run and this file, and nothing is disclosed any more. */
export function checkErasure({ run, erasure, digests, disclosures }: Contents, { root }: RecordPass): void {
  if (erasure === undefined) return
  const { predicate } = erasure.statement
  if (predicate.run !== run)
    refuse('WRONG_RUN', `${ERASURE} is about run ${predicate.run}, not ${run}.`, ERASURE)
  if (predicate.root !== hex(root)) {
    refuse('ROOT_MISMATCH', `${ERASURE} is about other records than those of the file.`, ERASURE)
  }
  if (disclosures.items.length > 0) {
    const { length } = disclosures.items
    refuse(
      'NOT_ERASED',
      `${length} fields are disclosed beside a statement that they were erased.`,
      DISCLOSURES,
    )
  }
  if (predicate.disclosures !== digests.get(DISCLOSURES)?.sha256) {
    refuse('NOT_ERASED', `${DISCLOSURES} is not the one that ${ERASURE} names.`, DISCLOSURES)
  }
}

/**
 * DISCLOSURE of an emptied file: what is gone, since when and why. Undefined for any other file, and when an answer
 * is to be tied to the file: then the usual rules refuse it, for nothing proves it any more.
 */
export function erasedDisclosure({ erasure, disclosures }: Contents, answer: unknown): Verdict | undefined {
  if (erasure === undefined || disclosures.items.length > 0 || answer !== undefined) return undefined
  const { at, reason, reached } = erasure.statement.predicate
  const detail = `Erased at ${at} (as the operator claims): ${reached.join('; ')}. Reason: ${reason}.`
  return { name: 'DISCLOSURE', result: 'not-evaluated', code: 'ERASED', detail, at: null }
}
