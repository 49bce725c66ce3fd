import type { Answer, Status } from '@writ/contract'

const EXIT_CODES: Readonly<Record<Status, number>> = {
  complete: 0,
  failed: 1,
  denied: 3,
  incomplete: 4,
  pending: 5,
}

/** An answer that is whole and did not pass the checks that were asked for. */
const UNCHECKED = 6

/** How the process ends for an answer. */
export function exitCodeOf({ status, checks = [] }: Pick<Answer, 'status' | 'checks'>): number {
  if (status === 'complete' && checks.some(({ outcome }) => outcome !== 'passed')) return UNCHECKED
  return EXIT_CODES[status]
}
