import type { ChildProgram } from '../child-command.ts'
import { duckdbPaths } from './duckdb-files.ts'
import { MOST_REPLY } from './result-size.ts'

/** The child that answers queries: DuckDB is no code that Node can hold back, so the wall around the process has to. */
export const SQL_PROGRAM: ChildProgram = Object.freeze({
  entry: 'sql/child/main',
  flags: ['--allow-addons'],
  packages: () => duckdbPaths() ?? [],
  most: MOST_REPLY,
})
