import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedPackage } from '../../confinement/installed-package.ts'

/** The package that answers queries, with the version that Writ is tested with. */
export const DUCKDB = '@duckdb/node-api'
export const DUCKDB_VERSION = '1.5.5-r.5'

/** Directories of DuckDB's packages for this machine, as they are found and where they are; undefined when it is not installed. */
export function duckdbPaths(): readonly string[] | undefined {
  const paths: string[] = []
  let from = fileURLToPath(import.meta.url)
  for (const name of [
    DUCKDB,
    '@duckdb/node-bindings',
    `@duckdb/node-bindings-${process.platform}-${process.arch}`,
  ]) {
    const path = installedPackage(name, from)
    if (path === undefined) return undefined
    paths.push(path, realpathSync(path))
    from = join(realpathSync(path), 'package.json')
  }
  // It tells which C library the machine has; DuckDB goes on without it.
  const libc = installedPackage('detect-libc', join(paths[3] ?? '', 'package.json'))
  return [...new Set([...paths, ...(libc === undefined ? [] : [libc, realpathSync(libc)])])]
}
