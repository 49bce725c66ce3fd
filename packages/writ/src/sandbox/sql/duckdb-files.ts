import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The package that answers queries, with the version that Writ is tested with. */
export const DUCKDB = '@duckdb/node-api'
export const DUCKDB_VERSION = '1.5.5-r.5'

/** Directories of DuckDB's packages for this machine, as they are found and where they are; undefined when it is not installed. */
export function duckdbPaths(): readonly string[] | undefined {
  const paths: string[] = []
  let from = import.meta.url
  for (const name of [
    DUCKDB,
    '@duckdb/node-bindings',
    `@duckdb/node-bindings-${process.platform}-${process.arch}`,
  ]) {
    const path = packagePath(from, name)
    if (path === undefined) return undefined
    paths.push(path, realpathSync(path))
    from = join(path, 'package.json')
  }
  // It tells which C library the machine has; DuckDB goes on without it.
  const libc = packagePath(join(paths[2] ?? '', 'package.json'), 'detect-libc')
  return [...new Set([...paths, ...(libc === undefined ? [] : [libc, realpathSync(libc)])])]
}

/** The directory of a package as a file finds it. */
function packagePath(from: string, name: string): string | undefined {
  const places = createRequire(from).resolve.paths(name) ?? []
  return places.map((place) => join(place, name)).find((path) => existsSync(join(path, 'package.json')))
}
