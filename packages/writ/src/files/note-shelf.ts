import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { hasCode, replaceFile } from '../disk/durable-file.ts'

// Which runs of a home left notes for later runs of a corpus. The notes themselves stay in the ledger, under the key of their
// run: here is only where to look.

/** Where the notes of a run are found, and which of them are forgotten. */
export interface ShelfMark {
  /** The step of the root that closed the run. */
  readonly closing: number
  /** Numbers of the notes that are not given any more. */
  readonly forgotten: readonly number[]
}

const count = z.number().int().min(0)
const markFile = z.strictObject({
  schema: z.literal('writ.note-mark/1'),
  closing: count,
  forgotten: z.array(count),
})
const MARK = /^([0-9A-Za-z][0-9A-Za-z-]{0,63})\.json$/

/** What the notes of a kept corpus, or of files and directories, are kept under; null for what has no place of its own. */
export function shelfOf(source: unknown): string | null {
  if (typeof source !== 'object' || source === null) return null
  if ('corpus' in source && typeof source.corpus === 'string') return digest(['corpus', source.corpus])
  if (!('paths' in source) || !Array.isArray(source.paths)) return null
  const matched = 'matched' in source && Array.isArray(source.matched) ? source.matched : []
  const paths = [...source.paths, ...matched].map((path) => placeOf(String(path)))
  return digest(['paths', ...[...new Set(paths)].sort()])
}

/** Notes that a run leaves notes. Done again it changes nothing. */
async function markRun(home: string, shelf: string, run: string, closing: number): Promise<void> {
  await mkdir(join(home, 'notes', shelf), { recursive: true, mode: 0o700 })
  if (markedRuns(home, shelf).includes(run)) return
  writeMark(home, shelf, run, { closing, forgotten: [] })
}

/** What a run says where it leaves notes, as it is told before they are there; nothing of a run that leaves none. */
export function keepsNotes(
  home: string,
  shelf: string | null | undefined,
  run: string,
): { readonly keepNotes?: (closing: number) => Promise<void> } {
  // Runs of before there were notes say nothing of them.
  if (shelf === null || shelf === undefined) return {}
  return { keepNotes: (closing) => markRun(home, shelf, run, closing) }
}

/** The runs that left notes of a corpus, in the order in which they began. */
export function markedRuns(home: string, shelf: string): readonly string[] {
  return names(join(home, 'notes', shelf))
    .flatMap((name) => MARK.exec(name)?.[1] ?? [])
    .sort()
}

/** Where the notes of a run are found. Throws for a file that is damaged. */
export function readMark(home: string, shelf: string, run: string): ShelfMark {
  return markFile.parse(JSON.parse(readFileSync(markPath(home, shelf, run), 'utf8')))
}

/** Gives notes of a run no more: those named, or all. */
export function forgetNotes(home: string, shelf: string, run: string, forgotten?: readonly number[]): void {
  if (forgotten === undefined) {
    rmSync(markPath(home, shelf, run), { force: true })
    return
  }
  const mark = readMark(home, shelf, run)
  const all = [...new Set([...mark.forgotten, ...forgotten])].sort((a, b) => a - b)
  writeMark(home, shelf, run, { ...mark, forgotten: all })
}

/** Gives notes of a run no more, whatever corpus they are of. */
export function forgetRun(home: string, run: string): void {
  for (const shelf of names(join(home, 'notes'))) forgetNotes(home, shelf, run)
}

function writeMark(home: string, shelf: string, run: string, mark: ShelfMark): void {
  replaceFile(
    markPath(home, shelf, run),
    `${JSON.stringify({ schema: 'writ.note-mark/1', ...mark })}\n`,
    0o600,
  )
}

function markPath(home: string, shelf: string, run: string): string {
  return join(home, 'notes', shelf, `${run}.json`)
}

function names(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return []
    throw error
  }
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** A path in one form, whatever links lead there. */
function placeOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
