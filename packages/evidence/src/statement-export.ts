import type { RecordedDecision } from '@writ/contract'
import { decision, runId } from './record-parts.ts'
import { digest, nullable, object, oneOf, record, time } from './shape.ts'
import { runSubject, type StatementKind } from './statement.ts'

export const EXPORT_PROFILES = ['proof', 'replay'] as const

/** That a copy of a run's evidence was made, with what in it. It vouches for every file of the copy but itself and the manifest. */
export interface Export {
  readonly run: string
  /** Root of the run's tree, hex. */
  readonly root: string
  readonly profile: (typeof EXPORT_PROFILES)[number]
  readonly at: string
  /** The decision that let it leave; null where nothing more leaves than the evidence file had. */
  readonly decision: RecordedDecision | null
  /** SHA-256 (hex) by file name. */
  readonly files: Readonly<Record<string, string>>
}

export const EXPORT_KIND: StatementKind<Export> = {
  predicateType: 'https://writ.dev/export/v1',
  predicate: object<Export>({
    run: runId,
    root: digest,
    profile: oneOf(EXPORT_PROFILES),
    at: time,
    decision: nullable(decision),
    files: record(digest),
  }),
  subject: runSubject,
  signers: 'one',
}
