import type { DatabaseSync } from 'node:sqlite'
import type { Parsed, ParsedRow, ParseRequest } from '@writ/contract'
import { MAX_DATABASE_COLUMNS, MAX_RECORDS, MAX_TABLE_CELLS } from '../limits.ts'
import { Refused } from './refused.ts'
import { type DatabaseTable, describeTable, namesOf, openCopy, quoted } from './sqlite-schema.ts'
import { oneLine, TextBuilder } from './text-builder.ts'

/** The tables of a SQLite database one after another, a line for each record with tabs between its values. */
export function parseSqlite({ bytes }: ParseRequest): Parsed {
  const db = openCopy(bytes)
  try {
    const { tables, left } = namesOf(db)
    if (tables.length === 0) throw new Refused('damaged', 'there is no table in it that can be read')
    const text = new TextBuilder('record')
    const reader = new DatabaseText(db, text)
    for (const name of tables) reader.add(describeTable(db, name))
    const shown = left.map(([name, what]) => `${oneLine(name)} (${what})`).join(', ')
    if (left.length > 0) text.warn(`not read of it: ${shown}`.slice(0, MOST_WARNING).toWellFormed())
    return { document: text.document(), members: [], left: [] }
  } finally {
    db.close()
  }
}

const MOST_WARNING = 900
const REPLACED = '\ufffd'

interface Value {
  readonly value: string | null
  readonly isText: boolean
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

  add(table: DatabaseTable): void {
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
      text.noTable(name, `it has ${columns.length} columns`)
      return
    }
    const rows: ParsedRow[] = []
    const isText = columns.map(() => false)
    let undecoded = false
    for (const { key, values } of this.#recordsOf(table)) {
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
    if (problem !== undefined) text.noTable(name, problem)
    else
      text.table({
        part: name,
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
  *#recordsOf(table: DatabaseTable): Generator<{ readonly key: string; readonly values: readonly Value[] }> {
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
    for (const row of statement.iterate() as unknown as Iterable<readonly unknown[]>) {
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
