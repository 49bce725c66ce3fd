import { runId } from './record-parts.ts'
import { count, digest, object, oneOf, text, time } from './shape.ts'
import { runSubject, type StatementKind } from './statement.ts'

export const REPLAY_OUTCOMES = ['IDENTICAL', 'DIVERGED', 'CODE_MISMATCH', 'INCOMPLETE'] as const

/** What came of doing a run again. */
export interface ReplayAttestation {
  readonly run: string
  /** Root of the run's tree, hex. */
  readonly root: string
  readonly outcome: (typeof REPLAY_OUTCOMES)[number]
  /** Records compared before it ended. */
  readonly steps: number
  /** The guest ABI it was done again under. */
  readonly guestAbi: string
  readonly at: string
}

export const REPLAY_KIND: StatementKind<ReplayAttestation> = {
  predicateType: 'https://writ.dev/replay/v1',
  predicate: object<ReplayAttestation>({
    run: runId,
    root: digest,
    outcome: oneOf(REPLAY_OUTCOMES),
    steps: count,
    guestAbi: text,
    at: time,
  }),
  subject: runSubject,
  signers: 'one',
}
