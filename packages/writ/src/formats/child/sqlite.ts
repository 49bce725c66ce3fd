import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Parsed, ParsedRow, ParseRequest } from '@writ/contract'
import { MAX_DATABASE_COLUMNS, MAX_RECORDS, MAX_TABLE_CELLS } from '../limits.ts'
import { Refused } from './refused.ts'
import { prepareQuery } from './sqlite-query.ts'
import {
  type DatabaseNames,
  type DatabaseTable,
  describeTable,
  namesOf,
  openCopy,
  quoted,
  type ReadableNames,
  readableBy,
  VIEW,
} from './sqlite-schema.ts'
import { oneLine, TextBuilder } from './text-builder.ts'

/** The tables of a SQLite database one after another, or what is asked for of it, a line for each record with tabs between its values. */
export function parseSqlite({ bytes, select }: ParseRequest): Parsed {
  const db = openCopy(bytes)
  try {
    const { tables, left } = namesOf(db)
    if (tables.length === 0) throw new Refused('damaged', 'there is no table in it that can be read')
    const text = new TextBuilder('record')
    const reader = new DatabaseText(db, text)
    const described = tables.map((name) => describeTable(db, name))
    if (select !== undefined) {
      if ('query' in select) reader.addQuery(select.query, readableBy(db, { tables, left }))
      else reader.add(tableOf(described, select.table, left), '')
      return { document: text.document(), members: [], left: [] }
    }
    for (const table of described) reader.add(table, table.name)
    const shown = left.map(([name, what]) => `${oneLine(name)} (${what})`).join(', ')
    if (left.length > 0) text.warn(`not read of it: ${shown}`.slice(0, MOST_WARNING).toWellFormed())
    return { document: text.document(), members: [], left: [] }
  } finally {
    db.close()
  }
}

/** The table of a name. Throws `Refused` for what is none, or is not read. */
function tableOf(
  tables: readonly DatabaseTable[],
  asked: string,
  left: DatabaseNames['left'],
): DatabaseTable {
  const same = (name: string): boolean => name.toLowerCase() === asked.toLowerCase()
  const table = tables.find(({ name }) => name === asked) ?? tables.find(({ name }) => same(name))
  if (table !== undefined) return table
  const [, what] = left.find(([name]) => same(name)) ?? []
  if (what === VIEW) throw new Refused('damaged', `its ${oneLine(asked)} is a view: ask for it by a query`)
  if (what !== undefined) throw new Refused('damaged', `its ${oneLine(asked)} is ${what}, which is not read`)
  const names = tables.map(({ name }) => oneLine(name)).join(', ')
  throw new Refused(
    'damaged',
    `it has no table ${oneLine(asked)}; it has ${names}`.slice(0, MOST_WARNING).toWellFormed(),
  )
}

const MOST_WARNING = 900
const REPLACED = '\ufffd'

interface Value {
  readonly value: string | null
  readonly isText: boolean
}

interface KeyedRecord {
  readonly key: string
  readonly values: readonly Value[]
}

class DatabaseText {
  readonly #db: DatabaseSync
  readonly #text: TextBuilder<'record'>
  #cells = 0
  #records = 0

  constructor(db: DatabaseSync, text: TextBuilder<'record'>) {
    this.#db = db
    this.#text = text
  }

  /** `part` tells the table from others of the document. */
  add(table: DatabaseTable, part: string): void {
    const { name, columns, computed } = table
    const text = this.#text
    if (text.bytes > 0) text.add('\n')
    text.heading('section', name, 1)
    const named = text.name(name)
    const nothing = text.name('')
    text.mark(named, nothing)
    text.add(`Table ${oneLine(name)}\n${columns.map(oneLine).join('\t')}\n`)
    if (computed.length > 0)
      text.warn(`table ${oneLine(name)}: computed columns are not read: ${oneLine(computed.join(', '))}`)
    if (columns.length > MAX_DATABASE_COLUMNS) {
      text.warn(`table ${oneLine(name)}: it has ${columns.length} columns, and is not read`)
      text.noTable(part, `it has ${columns.length} columns`)
      return
    }
    this.#write(named, { part, columns }, this.#recordsOf(table))
  }

  /** The rows of one query, in its order. */
  addQuery(query: string, names: ReadableNames): void {
    const text = this.#text
    const statement = prepareQuery(this.#db, query, names)
    const columns = statement.columns().map(({ name }) => name)
    if (columns.length > MAX_DATABASE_COLUMNS)
      throw new Refused(
        'limits',
        `its query has ${columns.length} columns; at most ${MAX_DATABASE_COLUMNS} are read`,
      )
    text.heading('section', query, 1)
    const named = text.name('query')
    text.mark(named, text.name(''))
    text.add(`Query ${query.replaceAll(/\s+/g, ' ').trim()}\n${columns.map(oneLine).join('\t')}\n`)
    statement.setReturnArrays(true)
    this.#write(named, { part: '', columns }, numbered(rowsOf(statement)))
  }

  /** Writes records, a line each, and keeps them as a table. */
  #write(
    named: number,
    { part, columns }: { readonly part: string; readonly columns: readonly string[] },
    records: Iterable<KeyedRecord>,
  ): void {
    const text = this.#text
    const rows: ParsedRow[] = []
    const isText = columns.map(() => false)
    let undecoded = false
    for (const { key, values } of records) {
      this.#cells += values.length
      this.#records += 1
      if (this.#records > MAX_RECORDS) throw new Refused('limits', `it has more than ${MAX_RECORDS} records`)
      text.mark(named, text.name(key))
      const start = text.bytes
      text.add(values.map(({ value }) => (value ?? '').replaceAll(/\s+/g, ' ')).join('\t'))
      values.forEach((value, at) => {
        isText[at] ||= value.isText
        undecoded ||= value.isText && value.value?.includes(REPLACED) === true
      })
      if (this.#cells <= MAX_TABLE_CELLS)
        rows.push({ start, end: text.bytes, cells: values.map(({ value }) => (value === '' ? null : value)) })
      text.add('\n')
    }
    const problem =
      this.#cells > MAX_TABLE_CELLS
        ? `it is past the first ${MAX_TABLE_CELLS} values of its database`
        : undecoded
          ? 'it holds text that is not in the encoding of its database'
          : undefined
    if (problem !== undefined) text.noTable(part, problem)
    else
      text.table({
        part,
        columns: columns.map((column, at) => ({
          name: column,
          isText: isText[at] === true,
          mayGroup: false,
        })),
        rows,
        marked: true,
      })
  }

  /** The records of a table in the order of its key, each with what tells it from the others. */
  *#recordsOf(table: DatabaseTable): Generator<KeyedRecord> {
    const { name, columns, key } = table
    const rowid = this.#rowid(table)
    const read = columns.flatMap((column) => {
      const it = quoted(column)
      // Of a blob only its length is read: it may be of any size.
      return [`typeof(${it})`, `CASE WHEN typeof(${it}) = 'blob' THEN length(${it}) ELSE ${it} END`]
    })
    const order = rowid ?? key.map(quoted).join(', ')
    const query = `SELECT ${[rowid ?? 'NULL', ...read].join(', ')} FROM main.${quoted(name)}${rowid === undefined ? '' : ' NOT INDEXED'}${order === '' ? '' : ` ORDER BY ${order}`}`
    const statement = this.#db.prepare(query)
    statement.setReturnArrays(true)
    for (const row of rowsOf(statement)) {
      const values = columns.map((_, at) => readValue(String(row[2 * at + 1]), row[2 * at + 2]))
      const keys = key.map((column) => `${column} = ${values[columns.indexOf(column)]?.value ?? 'NULL'}`)
      yield { key: keys.length === 0 ? `rowid = ${String(row[0])}` : keys.join(', '), values }
    }
  }

  /** A name for the number of a record that no column has; undefined where records have none. */
  #rowid({ name, columns }: DatabaseTable): string | undefined {
    const taken = new Set(columns.map((column) => column.toLowerCase()))
    const free = ['rowid', '_rowid_', 'oid'].find((one) => !taken.has(one))
    if (free === undefined) return undefined
    try {
      this.#db.prepare(`SELECT ${free} FROM main.${quoted(name)} LIMIT 0`)
      return free
    } catch {
      return undefined
    }
  }
}

/** Rows of a query, which have nothing but their number to tell them apart. */
function* numbered(rows: Iterable<readonly unknown[]>): Generator<KeyedRecord> {
  let n = 0
  for (const row of rows) {
    n += 1
    yield { key: `row = ${n}`, values: row.map(resultValue) }
  }
}

function resultValue(value: unknown): Value {
  if (value === null) return readValue('null', value)
  if (value instanceof Uint8Array) return readValue('blob', value.length)
  return readValue(typeof value === 'string' ? 'text' : 'number', value)
}

function readValue(type: string, value: unknown): Value {
  switch (type) {
    case 'null':
      return { value: null, isText: false }
    case 'blob':
      return { value: `(${String(value)} bytes)`, isText: true }
    case 'text':
      return { value: String(value), isText: true }
    default:
      return { value: String(value), isText: false }
  }
}

/** The rows of a statement. Deno's own iteration ends at an error as if there were no more, so there they are read at once. */
function rowsOf(statement: StatementSync): Iterable<readonly unknown[]> {
  const rows: unknown = 'Deno' in globalThis ? statement.all() : statement.iterate()
  return rows as Iterable<readonly unknown[]>
}
