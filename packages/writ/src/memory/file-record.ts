import { lstatSync } from 'node:fs'
import type { Omitted } from '@writ/contract'
import type { Candidate } from './selection.ts'

/** What ingestion knew of a file, so that it need not be read again while it stays as it was. */
export interface FileRecord {
  /** The id of the file, or of a text that was given. */
  readonly id: string
  readonly path: string | null
  readonly partition: string
  /** What was decided about secrets in it before it was read. */
  readonly how: string
  /** What the file system said of it; null where that proves nothing, and its content has to be looked at. */
  readonly seen: string | null
  readonly bytes: number
  /** The documents it came to, and what became of others. */
  readonly docs: readonly string[]
  readonly omitted: readonly Omitted[]
}

/**
 * Counts up whenever the same file would become another text: decoding, masking or a parser changed. Files are looked
 * at again then.
 */
export const READING = 2

/**
 * A file written so short a time ago may be written again without its times showing it. File systems keep them in steps of
 * up to two seconds.
 */
const STEP_MS = 2000

/** What can be said of a candidate without reading it. */
export interface Sight {
  readonly how: string
  readonly path: string | null
  readonly seen: string | null
  readonly bytes: number
}

/** Looks at a candidate. Its times of writing and of change, its size and its inode all have to be as they were. */
export function sightOf({ file, asked }: Candidate): Sight {
  const how = file === undefined ? 'text' : `${file.verdict} ${asked !== undefined}`
  if (file === undefined) return { how, path: null, seen: null, bytes: 0 }
  const { path, source } = file
  try {
    const now = Date.now()
    const facts = lstatSync(path, { bigint: true })
    // What was taken out of something else is where that is, and its hash is known.
    if (source !== undefined)
      return { how, path: source.file, seen: source.sha256, bytes: Number(facts.size) }
    const { size, mtimeNs, ctimeNs, ino } = facts
    const last = Number((mtimeNs > ctimeNs ? mtimeNs : ctimeNs) / 1_000_000n)
    const settled = facts.isFile() && last < now - STEP_MS
    return { how, path, seen: settled ? `${size} ${mtimeNs} ${ctimeNs} ${ino}` : null, bytes: Number(size) }
  } catch {
    return { how, path, seen: null, bytes: 0 }
  }
}

type Row = [
  string,
  string | null,
  string,
  string,
  string | null,
  number,
  readonly string[],
  readonly Omitted[],
]

/** One line of JSON. */
export function recordRow({ id, path, partition, how, seen, bytes, docs, omitted }: FileRecord): string {
  const row: Row = [id, path, partition, how, seen, bytes, docs, omitted]
  return JSON.stringify(row)
}

export function recordOf(row: string): FileRecord {
  const [id, path, partition, how, seen, bytes, docs, omitted] = JSON.parse(row) as Row
  return { id, path, partition, how, seen, bytes, docs, omitted }
}
