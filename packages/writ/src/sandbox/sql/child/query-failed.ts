/** Most characters of what DuckDB says. */
const MOST_CHARS = 600

/** Why a query was not answered. */
export class QueryFailed extends Error {
  readonly code: 'BAD_SQL' | 'SQL_STOPPED' | 'SQL_UNAVAILABLE'

  constructor(code: QueryFailed['code'], message: string) {
    super(message)
    this.code = code
  }

  /** What DuckDB threw, told apart by how its messages begin. */
  static of(error: unknown): QueryFailed {
    if (error instanceof QueryFailed) return error
    const said = (error instanceof Error ? error.message : String(error)).trim().slice(0, MOST_CHARS)
    if (/^Out of Memory Error/i.test(said))
      return new QueryFailed('SQL_STOPPED', 'The query needs more memory than it may have.')
    return new QueryFailed('BAD_SQL', said)
  }
}
