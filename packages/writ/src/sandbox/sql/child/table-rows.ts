import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import type { TableColumn, TableRow } from '@writ/contract'
import type { EmptyTable } from '../messages.ts'

type DuckDb = typeof import('@duckdb/node-api')

/** Rows of one chunk of DuckDB. */
const CHUNK_ROWS = 2_048
const DAY_MS = 86_400_000

/** The name of the column that tells where a row stands. */
const SPAN = '_span'

/** The statements that make an empty table, under a name for queries. Its rows are kept apart, with where they stand. */
export function createTable({ as, doc, columns }: EmptyTable, at: number, spans: boolean): readonly string[] {
  const kept = columns.map((column, n) => `c${n} ${typeName(column)}`)
  const shown = columns.map(({ name }, n) => `c${n} AS ${quoted(name)}`)
  const span = `{'doc': '${doc.replaceAll("'", "''")}', 'start': _start, 'end': _end} AS ${SPAN}`
  return [
    `CREATE TABLE kept.t${at} (${[...kept, '_start BIGINT', '_end BIGINT'].join(', ')})`,
    `CREATE VIEW ${quoted(as)} AS SELECT ${[...shown, ...(spans ? [span] : [])].join(', ')} FROM kept.t${at}`,
  ]
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

function typeName({ type, digits: [before, after] = [1, 0] }: TableColumn): string {
  switch (type) {
    case 'integer':
      return 'BIGINT'
    case 'decimal':
      return `DECIMAL(${before + after}, ${after})`
    case 'date':
      return 'DATE'
    case 'boolean':
      return 'BOOLEAN'
    case 'text':
      return 'VARCHAR'
  }
}

/** Adds rows at the end of a table. */
export async function appendRows(
  duckdb: DuckDb,
  connection: DuckDBConnection,
  at: number,
  columns: readonly TableColumn[],
  rows: readonly TableRow[],
): Promise<void> {
  const appender = await connection.createAppender(`t${at}`, 'kept')
  const { BIGINT } = duckdb
  const types = [...columns.map((column) => typeOf(duckdb, column)), BIGINT, BIGINT]
  for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
    const some = rows.slice(from, from + CHUNK_ROWS)
    const chunk = duckdb.DuckDBDataChunk.create(types)
    chunk.setColumns([
      ...columns.map((column, n) => some.map(({ cells }) => cellValue(duckdb, column, cells[n] ?? null))),
      some.map(({ start }) => BigInt(start)),
      some.map(({ end }) => BigInt(end)),
    ])
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

function typeOf(duckdb: DuckDb, { type, digits: [before, after] = [1, 0] }: TableColumn): DuckDBType {
  switch (type) {
    case 'integer':
      return duckdb.BIGINT
    case 'decimal':
      return duckdb.DECIMAL(before + after, after)
    case 'date':
      return duckdb.DATE
    case 'boolean':
      return duckdb.BOOLEAN
    case 'text':
      return duckdb.VARCHAR
  }
}

function cellValue(
  duckdb: DuckDb,
  { type, digits: [before, after] = [1, 0] }: TableColumn,
  cell: string | null,
): DuckDBValue {
  if (cell === null) return null
  switch (type) {
    case 'integer':
      return BigInt(cell)
    case 'decimal': {
      const [whole = '', part = ''] = cell.split('.')
      return new duckdb.DuckDBDecimalValue(BigInt(whole + part.padEnd(after, '0')), before + after, after)
    }
    case 'date':
      return new duckdb.DuckDBDateValue(Date.parse(`${cell}T00:00:00Z`) / DAY_MS)
    case 'boolean':
      return cell.toLowerCase() === 'true'
    case 'text':
      return cell
  }
}
