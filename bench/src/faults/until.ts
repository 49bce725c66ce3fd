import { setTimeout as pause } from 'node:timers/promises'
import type { JournalEntry } from '@writ/simulator'

const POLL_MS = 2
/** A request that is not closed by then is not waited for any longer. */
const PATIENCE_MS = 30_000

/** Waits until something holds, or for as long as it is waited for anything. */
export async function until(holds: () => boolean): Promise<void> {
  const started = performance.now()
  while (!holds() && performance.now() - started < PATIENCE_MS) await pause(POLL_MS)
}

/** Requests that the server has not seen the end of. */
export function open(journal: readonly JournalEntry[]): readonly JournalEntry[] {
  return journal.filter(({ doneMs }) => doneMs === null)
}
