import type { ParsedTables } from '../extract.ts'
import { MAX_TABLE_COLUMNS, TABLE_SAMPLE_ROWS } from '../limits.ts'
import { type FoundTable, type NoTable, noTable } from './found-table.ts'
import { headerProblem } from './header-problem.ts'
import { isSureHeader } from './sure-header.ts'

/** The tables that the parser of a document found in it. */
export function parsedTables(tables: ParsedTables): readonly (FoundTable | NoTable)[] {
  return tables.map(({ part: said, columns, rows, marked, apart, problem }) => {
    const part = said === '' ? null : said
    if (problem !== undefined) return noTable(problem, part)
    if (columns.length > MAX_TABLE_COLUMNS) return noTable(`it has ${columns.length} columns`, part)
    const names = columns.map(({ name }) => name)
    const sample = rows.slice(0, TABLE_SAMPLE_ROWS).map(({ cells }) => cells)
    const doubt = marked ? undefined : headerProblem(names, sample)
    if (doubt !== undefined) return noTable(doubt, part)
    const guessed = !marked && !isSureHeader(names, sample)
    return {
      part,
      columns,
      rows,
      ragged: false,
      apart: apart === true,
      laidOut: apart !== undefined,
      guessed,
    }
  })
}
