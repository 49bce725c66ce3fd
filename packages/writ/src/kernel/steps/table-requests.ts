import {
  type ContextStore,
  goesOn,
  type Json,
  type Partition,
  type QueryTable,
  type RowSpan,
  type SqlResult,
  type Steps,
  shortName,
  type TableInfo,
  type TableListing,
  WritError,
} from '@writ/contract'
import type { FrameState } from '../state/frame-state.ts'
import type { RunState } from '../state/run-state.ts'
import { mayHave } from './admission.ts'
import type { ContextStep } from './context-step.ts'

/** Rows a query gives when no limit is asked for, and the most it may be asked for. */
const DEFAULT_ROWS = 1_000
const MOST_ROWS = 100_000

/** Tables of the frame's scope, by name. */
export function tablesStep(
  store: ContextStore,
  lane: FrameState,
  request: Steps['context.tables']['request'],
): ContextStep<readonly TableListing[]> {
  const words = (request.match ?? '').toLowerCase().split(/\s+/)
  return {
    kind: 'context.search',
    op: 'tables',
    input: request,
    needs: () => lane.scope.partitions,
    effect: (allowed) => {
      const all = allowed.flatMap(({ id }) => inScope(store, lane, id))
      return Promise.resolve(listed(all).filter(({ name, doc }) => holds(`${name}\n${doc}`, words)))
    },
    given: (list) => {
      if (request.match === undefined) lane.tables = list
    },
  }
}

/**
 * The rows of one query. Which tables it reads is told by its text, before anything of them is read; a table that the frame
 * may not read is none. Rows that the result names by their places may be cited.
 */
export function sqlStep(
  state: RunState,
  lane: FrameState,
  request: Steps['context.sql']['request'],
): ContextStep<SqlResult> {
  const { store, sandbox } = state.ports
  const { query } = request
  const limit = Math.min(request.limit ?? DEFAULT_ROWS, MOST_ROWS)
  let found: readonly NamedTable[] = []
  return {
    kind: 'context.read',
    op: 'sql',
    input: request,
    wanted: 'not every table named',
    needs: async (signal) => {
      const { tables, defined } = await sandbox.sql.names(query, signal)
      const own = new Set(defined.map(folded))
      const asked = tables.filter((name) => !own.has(folded(name)))
      found = await Promise.all(asked.map((as) => resolve(state, lane, as)))
      const ids = new Set(found.flatMap(({ candidates }) => candidates.map(({ partition }) => partition)))
      return lane.scope.partitions.filter(({ id }) => ids.has(id))
    },
    effect: async (_, signal) => {
      const infos = found.map(onlyOne)
      const tables = infos.map((info, at) => queryTable(store, lane, info, found[at]?.as ?? ''))
      const result = await sandbox.sql.run(query, tables, limit, signal)
      const docs = [...new Set(infos.map(({ doc }) => doc))].sort()
      return { ...result, docs, spans: await rowSpans(store, infos, result.rows) }
    },
    searches: true,
    covers: ({ docs }) => docs,
    handed: ({ spans }) => spans,
    exact: () => lane.parent === null && query === exactQuery(state, lane),
  }
}

/** The query that answers the root's question exactly, by what its model's plan makes of the tables it was told of. */
function exactQuery({ models }: RunState, { goal, tables, conversation }: FrameState): string | null {
  return tables === null ? null : (models.root.exactQuery?.(goal, tables, goesOn(conversation)) ?? null)
}

/** A name of a query, and the tables it may mean. */
interface NamedTable {
  readonly as: string
  readonly candidates: readonly TableInfo[]
}

/**
 * The tables that a name may mean: one by its whole name, else those of that short name. What the frame may not read makes no
 * name ambiguous. Throws `UNKNOWN_TABLE`.
 */
async function resolve(state: RunState, lane: FrameState, as: string): Promise<NamedTable> {
  const all = lane.scope.partitions.flatMap(({ id }) => inScope(state.ports.store, lane, id))
  const whole = all.find(({ name }) => name === as) ?? all.find(({ name }) => folded(name) === folded(as))
  if (whole !== undefined) return { as, candidates: [whole] }
  const short = all.filter(({ name }) => shortName(name) === folded(as))
  const [first] = short
  if (first === undefined)
    throw new WritError('UNKNOWN_TABLE', `There is no table ${JSON.stringify(as)} in this frame's corpus.`)
  if (short.length === 1) return { as, candidates: short }
  const readable: TableInfo[] = []
  for (const table of short) {
    const partition = lane.scope.partitions.filter(({ id }) => id === table.partition)
    if (await mayHave(state, lane, 'context::read', partition)) readable.push(table)
  }
  return { as, candidates: readable.length === 0 ? [first] : readable }
}

function onlyOne({ as, candidates: [table, another] }: NamedTable): TableInfo {
  if (table === undefined) throw new WritError('INTERNAL', `The table ${as} is not there any more.`)
  if (another !== undefined)
    throw new WritError(
      'BAD_SQL',
      `Several tables are called ${as}: give one of their whole names, such as "${table.name}" or "${another.name}".`,
    )
  if (table.problem !== null)
    throw new WritError('BAD_SQL', `${table.name} is kept as a text and not as a table: ${table.problem}.`)
  return table
}

function queryTable(store: ContextStore, lane: FrameState, table: TableInfo, as: string): QueryTable {
  const { doc, columns, name } = table
  const pack = lane.scope.partitions.find(({ id }) => id === table.partition)?.packSha256 ?? ''
  return { as, doc, columns, key: `${pack} ${name}`, rows: (from) => store.tableRows(table, from) }
}

/** The places in a result that are rows of its tables. Others the query has made up: they are no rows and let nothing be cited. */
async function rowSpans(
  store: ContextStore,
  tables: readonly TableInfo[],
  rows: readonly Readonly<Record<string, Json>>[],
): Promise<RowSpan[]> {
  const places = new Map<string, RowSpan>()
  for (const row of rows) for (const value of Object.values(row)) gather(value, places)
  const named = [...places.values()]
  const spans: RowSpan[] = []
  for (const table of tables) {
    const own = named.filter(({ doc }) => doc === table.doc)
    if (own.length === 0) continue
    const are = await store.rowsAt(table, own)
    spans.push(...own.filter((_, at) => are[at] === true))
  }
  return spans
}

function gather(value: Json, places: Map<string, RowSpan>): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) {
    const { doc, start, end } = value as { readonly [key: string]: Json }
    if (typeof doc === 'string' && typeof start === 'number' && typeof end === 'number')
      places.set(JSON.stringify([doc, start, end]), { doc, start, end })
  }
  for (const part of Object.values(value)) gather(part as Json, places)
}

/** Tables of a partition, in documents that the frame's scope has. */
function inScope(store: ContextStore, lane: FrameState, partition: Partition['id']): readonly TableInfo[] {
  const { docs } = lane.scope
  const tables = store.tables(partition)
  return docs === null ? tables : tables.filter(({ doc }) => docs.has(doc))
}

/** Tables under names that tell them apart: the short one where only one has it. */
function listed(tables: readonly TableInfo[]): TableListing[] {
  const shorts = new Map<string, number>()
  for (const { name } of tables) {
    shorts.set(shortName(name), (shorts.get(shortName(name)) ?? 0) + 1)
    shorts.set(folded(name), (shorts.get(folded(name)) ?? 0) + 1)
  }
  const sorted = tables.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return sorted.map(({ name, doc, columns, rows, notes, problem }) => {
    const short = shortName(name)
    return {
      name: shorts.get(short) === 1 ? short : name,
      doc,
      columns: columns.map(({ name: column, type }) => ({ name: column, type })),
      rows,
      notes,
      problem,
    }
  })
}

function holds(text: string, words: readonly string[]): boolean {
  const low = text.toLowerCase()
  return words.every((word) => low.includes(word))
}

/** DuckDB does not tell names apart by their case. */
function folded(name: string): string {
  return name.toLowerCase()
}
