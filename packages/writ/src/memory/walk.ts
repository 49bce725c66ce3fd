import { type Dirent, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import { GitIgnore } from './git-ignore.ts'

/** The file at the root of a directory that labels what is in it. It is not a document. */
export const MANIFEST_NAME = 'corpus.json'

/** A file found below a root; `relative` uses `/`. */
export interface FoundFile {
  readonly path: string
  readonly relative: string
}

/** What a walk found, what it could not read, and what it passed over on purpose. */
export interface WalkResult {
  readonly files: FoundFile[]
  readonly unreadable: string[]
  readonly skipped: Map<string, number>
}

/** Whether a path is a directory or lies in it. */
export function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

export function count(counts: Map<string, number>, reason: string, times = 1): void {
  counts.set(reason, (counts.get(reason) ?? 0) + times)
}

/** Walks a directory in name order. Never follows a symlink, so it cannot leave the root or loop. */
export function walk(root: string, homes: readonly string[]): WalkResult {
  const result: WalkResult = { files: [], unreadable: [], skipped: new Map() }
  const reasonFor = (entry: Dirent, path: string, ignored: GitIgnore): string | undefined => {
    if (homes.includes(path)) return 'home'
    if (entry.name === '.git') return 'git'
    if (entry.isSymbolicLink()) return 'symlink'
    if (entry.isDirectory() && entry.name === 'node_modules') return 'node_modules'
    return ignored.ignores(path, entry.isDirectory()) ? 'ignored' : undefined
  }
  const visit = (directory: string, prefix: string, outer: GitIgnore): void => {
    const entries = list(directory)
    if (entries === undefined) {
      result.unreadable.push(prefix.slice(0, -1))
      return
    }
    const ignored = outer.inside(directory)
    for (const entry of entries) {
      const path = join(directory, entry.name)
      const relative = prefix + entry.name
      const reason = reasonFor(entry, path, ignored)
      if (reason !== undefined) count(result.skipped, reason)
      else if (entry.isDirectory()) visit(path, `${relative}/`, ignored)
      else if (relative !== MANIFEST_NAME) result.files.push({ path, relative })
    }
  }
  visit(root, '', GitIgnore.around(root))
  return result
}

function list(directory: string): Dirent[] | undefined {
  try {
    const entries = readdirSync(directory, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return undefined
  }
}
