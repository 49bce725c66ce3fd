import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Amounts, SourceState } from '@writ/contract'

/** What is left to read of source, by what the files of its partitions hold; none of them is opened to write. */
export function sourceState(source: Amounts, paths: readonly string[]): SourceState {
  const done = paths.map(kept)
  const files = done.reduce((sum, one) => sum + one.files, 0)
  const bytes = done.reduce((sum, one) => sum + one.bytes, 0)
  const left = { files: Math.max(0, source.files - files), bytes: Math.max(0, source.bytes - bytes) }
  return { ...source, left }
}

/** How much source has its structure in a file, by the places it stands at. */
const OF_PLACES =
  'SELECT count(*) files, coalesce(sum(places.bytes), 0) bytes FROM places JOIN facts USING (text)'

function kept(path: string): Amounts {
  if (!existsSync(path)) return { files: 0, bytes: 0 }
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(path, { readOnly: true, timeout: 1000 })
    // A run that reads all of it notes no place of a text that it had from another.
    const whole = db.prepare('SELECT files, bytes FROM whole').get()
    const row = whole ?? db.prepare(OF_PLACES).get()
    return { files: Number(row?.files), bytes: Number(row?.bytes) }
  } catch {
    // Damaged, or of an older Writ: read anew when it is needed.
    return { files: 0, bytes: 0 }
  } finally {
    db?.close()
  }
}
