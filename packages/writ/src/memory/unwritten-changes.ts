import { statSync } from 'node:fs'
import type { Refusal } from './refusal.ts'

/** What SQLite keeps beside a database while it is changed. */
const BESIDE = ['-wal', '-journal']

/** Says of a database whether changes to it lie beside it: what is in it alone is then not what it holds. */
export function unwrittenChanges(path: string): Refusal | undefined {
  for (const ending of BESIDE) {
    const facts = statSync(path + ending, { throwIfNoEntry: false })
    if (facts !== undefined && facts.size > 0)
      return {
        code: 'unreadable',
        reason: `changes to it lie in the file ${ending} beside it; close what writes to it, or copy it with "VACUUM INTO"`,
      }
  }
  return undefined
}
