import { readFileSync } from 'node:fs'
import { join } from 'node:path'

// The journal of an unfinished ingestion: its header, and a line for each pack that was finished.

export function journalPath(work: string): string {
  return join(work, 'journal')
}

/** The lines of a journal; none where there is none. */
export function journalOf(work: string): string[] {
  try {
    return readFileSync(journalPath(work), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** Whether something was done there that can be gone on with. */
export function isWorthKeeping(work: string): boolean {
  return journalOf(work).filter((line) => line !== '').length > 1
}
