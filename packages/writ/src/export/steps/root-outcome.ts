import { type Outcome, outcomeOfCode, type Status } from '@writ/contract'
import type { RecordOf } from '@writ/evidence'

const BY_STATUS: Readonly<Record<Status, Outcome>> = {
  complete: 'ok',
  incomplete: 'limit',
  denied: 'denied',
  failed: 'error',
  pending: 'in-doubt',
}

/** How the root of a run ended that released nothing: as the run's reason says, else as its status. */
export function rootOutcome({ status, reason }: RecordOf<'run.close'>['det']): Outcome {
  // What cut a child short says nothing of the root.
  if (status !== 'incomplete' || reason === null || reason.code === 'CHILD_CUT') return BY_STATUS[status]
  return outcomeOfCode(reason.code)
}
