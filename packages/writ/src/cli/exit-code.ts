import type { Status } from '@writ/contract'

const EXIT_CODES: Readonly<Record<Status, number>> = {
  complete: 0,
  failed: 1,
  denied: 3,
  incomplete: 4,
  pending: 5,
}

/** How the process ends for a run of this status. */
export function exitCodeOf(status: Status): number {
  return EXIT_CODES[status]
}
