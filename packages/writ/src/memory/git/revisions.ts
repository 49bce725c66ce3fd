import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isGitSource } from '@writ/contract'
import type { Wanted } from '../selection.ts'
import { type Revision, readRevision } from './git-source.ts'

/** What is asked for, and where files may be put meanwhile. */
interface Request {
  readonly wanted: Wanted
  readonly places: { readonly scratch: string }
}

/** Reads the revisions of repositories that a request names among its paths. They are on disk until `work` ends. */
export async function withRevisions<T>(
  { wanted, places }: Request,
  work: (wanted: Wanted, revisions: readonly Revision[]) => Promise<T>,
): Promise<T> {
  const sources = [...new Set(wanted.paths.filter(isGitSource))]
  if (sources.length === 0) return await work(wanted, [])
  const folder = mkdtempSync(join(places.scratch, 'git-'))
  try {
    const revisions = sources.map((source, at) => readRevision(source, folder, at))
    return await work({ ...wanted, paths: wanted.paths.filter((path) => !isGitSource(path)) }, revisions)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
