import {
  type QueryNames,
  type QueryResult,
  type QueryTable,
  SPAN_COLUMN,
  type TableQueries,
  WritError,
} from '@writ/contract'
import type { Child } from '../../confinement/child.ts'
import type { ChildProgram } from '../../confinement/child-program.ts'
import { DUCKDB, DUCKDB_VERSION, duckdbPaths } from './duckdb-files.ts'
import { type FromSql, type SqlOrder, sqlReply } from './messages.ts'
import { sqlProgram } from './sql-program.ts'

/** How long the child may take to come up, to take rows, and to answer a query. */
const START_MS = 20_000
const ROWS_MS = 20_000
const QUERY_MS = 10_000
const MOST_QUERY_BYTES = 64 * 1024

/** An order with its number, which its reply repeats. */
type SqlMessage = SqlOrder & { readonly id: number }

type StartProgram = (program: ChildProgram) => Child<SqlMessage>

interface Running {
  readonly child: Child<SqlMessage>
  /** Which tables it holds, by their keys; none at first. */
  holds: string | undefined
  /** Who waits for its next reply. */
  onReply: (reply: FromSql | undefined) => void
  onGone: (reason: string) => void
}

type Reply<T extends FromSql['type']> = Extract<FromSql, { type: T }>

/**
 * Queries in a confined child, one after another. The child holds the tables of one query at a time, and keeps them while the
 * next asks for the same. It is started with the first query, and again after it had to be killed. A query whose child
 * ended under it is asked once more.
 */
export class ConfinedQueries implements TableQueries {
  readonly #start: StartProgram
  readonly #find: typeof duckdbPaths
  #running: Running | undefined
  #last: Promise<unknown> = Promise.resolve()
  #nextId = 0
  #closed = false

  /** `find` gives the directories of DuckDB, or undefined where it is not installed. */
  constructor(start: StartProgram, find: typeof duckdbPaths = duckdbPaths) {
    this.#start = start
    this.#find = find
  }

  names(query: string, signal: AbortSignal): Promise<QueryNames> {
    return this.#inTurn(signal, async () => {
      checkText(query)
      const { tables, defined } = await this.#ask(
        this.#child(),
        { type: 'names', query },
        'names',
        START_MS,
        signal,
      )
      return { tables, defined }
    })
  }

  run(
    query: string,
    tables: readonly QueryTable[],
    limit: number,
    signal: AbortSignal,
  ): Promise<QueryResult> {
    return this.#inTurn(signal, async () => {
      checkText(query)
      const running = await this.#load(tables, query.toLowerCase().includes(SPAN_COLUMN), signal)
      const asked: SqlOrder = { type: 'run', query, limit }
      const { columns, rows, truncated } = await this.#ask(running, asked, 'result', QUERY_MS, signal)
      return { columns, rows, truncated }
    })
  }

  /** Ends the child at once. */
  abandon(): void {
    this.#closed = true
    this.#running?.child.kill()
    this.#running = undefined
  }

  async close(): Promise<void> {
    const child = this.#running?.child
    this.abandon()
    await child?.close()
  }

  async #inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    try {
      await before
      signal.throwIfAborted()
      return await twice(work)
    } finally {
      resolve()
    }
  }

  /** Has a child hold these tables and no others, and gives it. `spans` says whether rows have a column for where they stand. */
  async #load(tables: readonly QueryTable[], spans: boolean, signal: AbortSignal): Promise<Running> {
    const wanted = JSON.stringify([spans, tables.map(({ as, key }) => [as, key])])
    const running = this.#child()
    if (running.holds === wanted) return running
    running.holds = undefined
    const empty = tables.map(({ as, doc, columns }) => ({ as, doc, columns }))
    await this.#ask(running, { type: 'begin', tables: empty, spans }, 'done', START_MS, signal)
    for (const [table, { rows: from }] of tables.entries())
      for (let next: number | null = 0; next !== null; ) {
        const batch = await from(next)
        await this.#ask(running, { type: 'rows', table, rows: batch.rows }, 'done', ROWS_MS, signal)
        ;({ next } = batch)
      }
    running.holds = wanted
    return running
  }

  #child(): Running {
    if (this.#closed) throw new WritError('SQL_UNAVAILABLE', 'The sandbox is closed.')
    if (this.#running !== undefined && this.#running.child.gone === undefined) return this.#running
    const duckdb = this.#find()
    if (duckdb === undefined) throw notInstalled()
    const running: Running = {
      child: this.#start(sqlProgram(duckdb)),
      holds: undefined,
      onReply: nothing,
      onGone: nothing,
    }
    running.child.own({
      onMessage: (value) => running.onReply(sqlReply(value)),
      onGone: (reason) => running.onGone(reason),
    })
    this.#running = running
    return running
  }

  /** Sends one order to a child and waits for its reply. Whatever goes wrong but a refusal ends the child: the next query has another. */
  #ask<T extends 'done' | 'names' | 'result'>(
    running: Running,
    order: SqlOrder,
    expected: T,
    mostMs: number,
    signal: AbortSignal,
  ): Promise<Reply<T>> {
    if (signal.aborted) return Promise.reject(signal.reason) // while rows were fetched, say
    // A child that ended since the last order holds nothing of it: another must not be asked to go on.
    const { gone } = running.child
    if (gone !== undefined) return Promise.reject(new ChildEnded(gone))
    const id = this.#nextId++
    const { promise, resolve, reject } = Promise.withResolvers<Reply<T>>()
    const stop = (error: unknown): void => {
      running.child.kill()
      reject(error)
    }
    const stopped = (message: string): void => stop(new WritError('SQL_STOPPED', message))
    running.onReply = (reply) => {
      if (reply?.id !== id) stopped('What ran the query sent what is no reply.')
      else if (reply.type === 'failed') reject(new WritError(reply.code, reply.message))
      else if (reply.type === expected) resolve(reply as Reply<T>)
      else stopped('What ran the query sent another reply.')
    }
    running.onGone = (reason) => stop(new ChildEnded(reason))
    const late = setTimeout(
      () => stopped(`The query took more than ${mostMs / 1000} seconds and was stopped.`),
      mostMs,
    )
    const aborted = (): void => stop(signal.reason)
    signal.addEventListener('abort', aborted, { once: true })
    running.child.send({ ...order, id })
    return promise.finally(() => {
      clearTimeout(late)
      signal.removeEventListener('abort', aborted)
      running.onReply = nothing
      running.onGone = nothing
    })
  }
}

/** The child ended by itself, or by somebody else's hand. */
class ChildEnded extends WritError {
  constructor(reason: string) {
    super('SQL_STOPPED', `What ran the query has ended: ${firstLine(reason)}`)
  }
}

/** Does it once more, in another child, when the first ended: it may have ended before it was asked. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof ChildEnded)) throw error
    return await work()
  }
}

function nothing(): void {
  // Nobody waits.
}

function checkText(query: string): void {
  if (query.includes('\0')) throw new WritError('BAD_SQL', 'The query holds a NUL character.')
  const bytes = Buffer.byteLength(query)
  if (bytes > MOST_QUERY_BYTES)
    throw new WritError('BAD_SQL', `The query has ${bytes} bytes, more than ${MOST_QUERY_BYTES}.`)
}

function notInstalled(): WritError {
  return new WritError('SQL_UNAVAILABLE', `The package ${DUCKDB}, which answers queries, is not installed.`, {
    next: `Install it where Writ is installed: npm install ${DUCKDB}@${DUCKDB_VERSION}`,
  })
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200)
}
