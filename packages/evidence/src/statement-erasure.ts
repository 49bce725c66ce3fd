import { runId } from './record-parts.ts'
import { digest, list, object, optional, text, time } from './shape.ts'
import { runSubject, type StatementKind } from './statement.ts'

/** That the content of a run was made unreadable, and what of it that does not reach. */
export interface Erasure {
  readonly run: string
  /** Root of the run's tree, hex. */
  readonly root: string
  readonly reason: string
  readonly at: string
  readonly reached: readonly string[]
  readonly notReached: readonly string[]
  /** SHA-256 (hex) of the empty `disclosures.json` of the evidence file that was emptied; absent when there was none. */
  readonly disclosures?: string | undefined
}

export const ERASURE_KIND: StatementKind<Erasure> = {
  predicateType: 'https://writ.dev/erasure/v1',
  predicate: object<Erasure>({
    run: runId,
    root: digest,
    reason: text,
    at: time,
    reached: list(text),
    notReached: list(text),
    disclosures: optional(digest),
  }),
  subject: runSubject,
  signers: 'one',
}
