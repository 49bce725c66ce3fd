import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isNamedSource, isSqliteSource, WritError } from '@writ/contract'
import { readDatabaseSource } from './database-source.ts'
import { compileGlob } from './glob.ts'
import { resolveRoots } from './roots.ts'

// What can be known of a context before a home is made. Opening it may still fail.

/** Throws `PATH_NOT_FOUND` for a path that is not there, `BAD_SOURCE` for a database named in no form. Repositories are looked at when they are read. */
export function requirePaths(paths: readonly string[]): void {
  resolveRoots(paths.filter((path) => !isNamedSource(path)))
  for (const path of paths) if (isSqliteSource(path)) readDatabaseSource(path)
}

/** Throws `BAD_CONFIG` for a glob that is none. */
export function requireGlobs(globs: readonly string[]): void {
  for (const glob of globs) compileGlob(glob)
}

/** Throws `UNKNOWN_CORPUS` where a home keeps no corpus under the name, or is not there. */
export function requireCorpus(home: string, name: string): void {
  const usable = /^[A-Za-z0-9._-]+$/.test(name)
  if (usable && existsSync(join(resolve(home), 'corpora', 'named', `${name}.json`))) return
  throw new WritError('UNKNOWN_CORPUS', `no corpus is named ${JSON.stringify(name)}`)
}
