import { QueryFailed } from './query-failed.ts'

/** Functions that make rows and reach nothing. */
const ROW_FUNCTIONS: ReadonlySet<string> = new Set([
  'unnest',
  'range',
  'generate_series',
  'json_each',
  'json_tree',
])

/** Clocks, which are written like columns. */
const CLOCKS: ReadonlySet<string> = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'localtime',
  'localtimestamp',
  'current_localtime',
  'current_localtimestamp',
])

/** What a query reads. */
export interface ReadQuery {
  readonly tables: string[]
  readonly defined: string[]
}

/**
 * Reads the syntax tree that DuckDB makes of a query. Throws `QueryFailed` for anything but one `SELECT`, and for whatever
 * would look beside the tables it names or not give the same every time. `changing` are functions of that kind.
 */
export function readQuery(tree: unknown, changing: ReadonlySet<string>): ReadQuery {
  const { error, error_type: type, error_message: message, statements } = tree as Tree
  if (error === true && type !== 'not implemented')
    throw new QueryFailed('BAD_SQL', message ?? 'It cannot be parsed.')
  if (statements?.length !== 1) throw new QueryFailed('BAD_SQL', 'A query is one SELECT statement.')
  const tables = new Set<string>()
  const defined = new Set<string>()
  const open: unknown[] = [statements[0]]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Array.isArray(node)) {
      open.push(...node.filter((part) => part !== null))
      continue
    }
    if (typeof node !== 'object' || node === null) continue
    look(node as Node, changing, tables, defined)
    open.push(...Object.values(node).filter((part) => typeof part === 'object' && part !== null))
  }
  return { tables: [...tables].sort(), defined: [...defined].sort() }
}

interface Tree {
  readonly error?: boolean
  readonly error_type?: string
  readonly error_message?: string
  readonly statements?: readonly unknown[]
}

/** The fields of a node that are looked at, whatever it is. */
interface Node {
  readonly type?: unknown
  readonly class?: unknown
  readonly table_name?: unknown
  readonly schema_name?: unknown
  readonly catalog_name?: unknown
  readonly function_name?: unknown
  readonly function?: { readonly function_name?: unknown } | null
  readonly column_names?: unknown
  readonly cte_map?: { readonly map?: readonly { readonly key?: unknown }[] }
  readonly sample?: unknown
}

function look(node: Node, changing: ReadonlySet<string>, tables: Set<string>, defined: Set<string>): void {
  if (node.type === 'BASE_TABLE') tables.add(plainName(node))
  if (node.type === 'TABLE_FUNCTION') {
    const name = String(node.function?.function_name).toLowerCase()
    if (!ROW_FUNCTIONS.has(name))
      throw refused(`The function ${name} is not there: a query reads tables by their names.`)
  }
  if (node.type === 'SHOW_REF') throw refused('Use tables() to see which tables and columns there are.')
  if (typeof node.function_name === 'string' && changing.has(node.function_name.toLowerCase()))
    throw refused(`The function ${node.function_name} is not there: it does not give the same every time.`)
  if (node.class === 'COLUMN_REF' && Array.isArray(node.column_names) && node.column_names.length === 1) {
    const [name] = node.column_names as readonly unknown[]
    if (CLOCKS.has(String(name).toLowerCase())) throw refused('A query has no clock.')
  }
  if (node.sample !== undefined && node.sample !== null)
    throw refused('A sample does not give the same every time.')
  for (const { key } of node.cte_map?.map ?? []) defined.add(String(key))
}

function plainName({ table_name: name, schema_name: schema, catalog_name: catalog }: Node): string {
  if (schema === '' && catalog === '') return String(name)
  const whole = [catalog, schema, name].filter((part) => part !== '').join('.')
  throw refused(`There is no schema here; put the name of a table in double quotes: "${whole}".`)
}

function refused(message: string): QueryFailed {
  return new QueryFailed('BAD_SQL', message)
}
