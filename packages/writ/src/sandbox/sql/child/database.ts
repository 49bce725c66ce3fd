import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { QueryResult, TableRow } from '@writ/contract'
import type { EmptyTable } from '../messages.ts'
import { MOST_RESULT_BYTES } from '../result-size.ts'
import { QueryFailed } from './query-failed.ts'
import { readQuery } from './read-query.ts'
import { jsonOf } from './result-value.ts'
import { appendRows, createTable } from './table-rows.ts'

type DuckDb = typeof import('@duckdb/node-api')

/** What a database may do at most: no file, no network, no extension, and none of it can be changed. */
const LOCKED: Readonly<Record<string, string>> = {
  temp_directory: '', // first: there is no setting it once nothing outside can be reached
  max_temp_directory_size: '0B',
  enable_external_access: 'false',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_persistent_secrets: 'false',
  memory_limit: '512MB',
  threads: '1',
  lock_configuration: 'true',
}

/** A database in memory with the tables of one query. */
export class Database {
  readonly #duckdb: DuckDb
  /** Functions that do not give the same every time. */
  readonly #changing: ReadonlySet<string>
  #tables: readonly EmptyTable[] = []
  /** Whether it may hold anything of a query. Reading the text of one leaves nothing. */
  #used = false
  #instance: DuckDBInstance
  #connection: DuckDBConnection

  private constructor(
    duckdb: DuckDb,
    opened: readonly [DuckDBInstance, DuckDBConnection],
    changing: ReadonlySet<string>,
  ) {
    this.#duckdb = duckdb
    ;[this.#instance, this.#connection] = opened
    this.#changing = changing
  }

  /** Throws `QueryFailed` where DuckDB cannot be loaded. */
  static async open(): Promise<Database> {
    const duckdb = await load()
    const opened = await openLocked(duckdb)
    const found = await opened[1].runAndReadAll(
      "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE stability <> 'CONSISTENT'",
    )
    const names = found.getRows().map(([name]) => String(name))
    return new Database(duckdb, opened, new Set([...names, 'current_setting', 'getvariable']))
  }

  /** What a query reads, by DuckDB's own parser. */
  readonly names = async (query: string): Promise<{ tables: string[]; defined: string[] }> => {
    const quoted = query.replaceAll("'", "''")
    const found = await this.#connection.runAndReadAll(`SELECT json_serialize_sql('${quoted}')`)
    return readQuery(treeOf(String(found.getRows()[0]?.[0])), this.#changing)
  }

  /** Begins anew with empty tables. Nothing of the tables before is left. */
  readonly begin = async (tables: readonly EmptyTable[], spans: boolean): Promise<void> => {
    if (this.#used) {
      this.#connection.closeSync()
      this.#instance.closeSync()
      ;[this.#instance, this.#connection] = await openLocked(this.#duckdb)
    }
    this.#used = true
    this.#tables = tables
    await this.#connection.run('CREATE SCHEMA kept')
    for (const [at, table] of tables.entries())
      for (const statement of createTable(table, at, spans)) await this.#connection.run(statement)
  }

  readonly rows = async (table: number, rows: readonly TableRow[]): Promise<void> => {
    const { columns } = this.#tables[table] ?? { columns: [] }
    await appendRows(this.#duckdb, this.#connection, table, columns, rows)
  }

  /** The first rows of a query's result, and whether there are more. */
  readonly run = async (query: string, limit: number): Promise<QueryResult> => {
    const prepared = await this.#only(query)
    const result = await prepared.stream()
    const names = result.deduplicatedColumnNames()
    const types = result.columnTypes()
    const columns = names.map((name, at) => ({ name, type: String(types[at]) }))
    const rows: Record<string, ReturnType<typeof jsonOf>>[] = []
    let bytes = 0
    let truncated = false
    for await (const chunk of result) {
      for (const values of chunk.getRows()) {
        truncated = rows.length === limit || bytes > MOST_RESULT_BYTES
        if (truncated) break
        const row = Object.fromEntries(names.map((name, at) => [name, jsonOf(values[at] ?? null)]))
        bytes += Buffer.byteLength(JSON.stringify(row))
        if (bytes > MOST_RESULT_BYTES && rows.length === 0)
          throw new QueryFailed('SQL_STOPPED', 'One row of the result is larger than a result may be.')
        rows.push(row)
      }
      if (truncated) break
    }
    return { columns, rows, truncated }
  }

  async #only(query: string) {
    const statements = await this.#connection.extractStatements(query)
    if (statements.count !== 1) throw new QueryFailed('BAD_SQL', 'A query is one SELECT statement.')
    const prepared = await statements.prepare(0)
    if (prepared.statementType !== this.#duckdb.StatementType.SELECT)
      throw new QueryFailed('BAD_SQL', 'A query is one SELECT statement.')
    if (prepared.parameterCount > 0) throw new QueryFailed('BAD_SQL', 'A query has no parameters.')
    return prepared
  }
}

/** DuckDB writes numbers that JSON does not have. */
function treeOf(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new QueryFailed('BAD_SQL', 'The query holds a number that is too large.')
  }
}

async function load(): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new QueryFailed('SQL_UNAVAILABLE', `DuckDB cannot be loaded here: ${why.slice(0, 300)}`)
  }
}

async function openLocked({
  DuckDBInstance: Instance,
}: DuckDb): Promise<readonly [DuckDBInstance, DuckDBConnection]> {
  const instance = await Instance.create(':memory:', LOCKED)
  return [instance, await instance.connect()]
}
