import { type ChildProgram, programOf } from '../../confinement/child-program.ts'
import { roomPath } from '../engine-files.ts'
import { MOST_REPLY } from './result-size.ts'

/** Kilobytes of memory the child may compute with: DuckDB has a limit of its own below it. */
const CHILD_DATA_KB = 2 * 1024 * 1024

/**
 * The program of the child that answers queries, with the directories of DuckDB. DuckDB is no code that Node can hold
 * back, so the wall around the process has to.
 */
export function sqlProgram(duckdb: readonly string[]): ChildProgram {
  return programOf({
    room: roomPath,
    main: 'sql/child/main',
    packages: duckdb,
    flags: ['--allow-addons'],
    filtersItself: true,
    mostMessage: MOST_REPLY,
    mostDataKb: CHILD_DATA_KB,
  })
}
