import { constants, DatabaseSync } from 'node:sqlite'
import { MAX_DATABASE_MEMORY } from '../limits.ts'
import { Refused } from './refused.ts'

/** A table as its file declares it. */
export interface DatabaseTable {
  readonly name: string
  readonly columns: readonly string[]
  /** Columns that are computed when they are read: they are not. */
  readonly computed: readonly string[]
  /** The columns of its primary key, in the order of it. */
  readonly key: readonly string[]
}

/** Names of tables, and of what is not read, with what it is. */
export interface DatabaseNames {
  readonly tables: readonly string[]
  readonly left: readonly (readonly [string, string])[]
}

const { SQLITE_OK, SQLITE_DENY, SQLITE_SELECT, SQLITE_READ, SQLITE_FUNCTION, SQLITE_PRAGMA } = constants
const FUNCTIONS = new Set(['typeof', 'length', 'coalesce'])
const PRAGMAS = new Set([
  'quick_check',
  'table_xinfo',
  'trusted_schema',
  'cell_size_check',
  'temp_store',
  'hard_heap_limit',
])

/** Bytes 18 and 19 of a file say how it is written: 2 is with a log beside it, which a copy in memory has none of. */
const WRITTEN = [18, 19]

/**
 * Opens a copy of a database in memory that nothing but plain reading is done with: nothing in it is run, and a file that is damaged
 * anywhere is refused. Throws `Refused`.
 */
export function openCopy(bytes: Uint8Array): DatabaseSync {
  const copy = Buffer.from(bytes)
  for (const at of WRITTEN) if (copy[at] === 2) copy[at] = 1
  const db = new DatabaseSync(':memory:', { readBigInts: true, allowExtension: false })
  try {
    db.deserialize(copy)
    db.enableDefensive(true)
    db.setAuthorizer((action, first, second) => {
      if (action === SQLITE_SELECT || action === SQLITE_READ) return SQLITE_OK
      if (action === SQLITE_FUNCTION) return FUNCTIONS.has(second ?? '') ? SQLITE_OK : SQLITE_DENY
      if (action === SQLITE_PRAGMA) return PRAGMAS.has(first ?? '') ? SQLITE_OK : SQLITE_DENY
      return SQLITE_DENY
    })
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
    // What is sorted stays in memory, within a bound: its process can write no file.
    db.exec(`PRAGMA temp_store = MEMORY; PRAGMA hard_heap_limit = ${MAX_DATABASE_MEMORY}`)
    db.prepare('SELECT name FROM sqlite_schema LIMIT 1').get()
    return db
  } catch (error) {
    db.close()
    throw new Refused('damaged', `it is no database that can be read: ${messageOf(error)}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : 'unknown'
}

/** Ends of the names of tables that full-text and spatial indexes keep: what is in them is theirs. */
const SHADOWS = 'data idx content docsize config segments segdir stat node rowid parent'.split(' ')

/** What a query may read: tables and views, and nothing that is a program. Other names that are taken are no query's own. */
export function readableBy(db: DatabaseSync, { tables, left }: DatabaseNames): ReadableNames {
  const views = left.flatMap(([name, what]) => (what === VIEW ? [name] : []))
  const all = db.prepare('SELECT name FROM sqlite_schema').all()
  return { readable: folded([...tables, ...views]), taken: folded(all.map(({ name }) => String(name))) }
}

export interface ReadableNames {
  readonly readable: ReadonlySet<string>
  readonly taken: ReadonlySet<string>
}

function folded(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()))
}

/** What a view is called where it is left out. */
export const VIEW = 'a view'

/** SQLite tells names apart by more than their case. */
function isNamed(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase()
}

/** What a database holds, by the list of it. Tables that are programs, and those that such tables keep, are not read. */
export function namesOf(db: DatabaseSync): DatabaseNames {
  const listed = db
    .prepare("SELECT name, rootpage, type FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid")
    .all()
    .map(({ name, rootpage, type }) => ({
      name: String(name),
      isView: type === 'view',
      isKept: rootpage !== 0n,
    }))
  const virtual = listed.filter(({ isView, isKept }) => !isView && !isKept).map(({ name }) => name)
  const tables: string[] = []
  const left: [string, string][] = []
  for (const { name, isView } of listed) {
    const isShadow = virtual.some((one) => SHADOWS.some((what) => isNamed(name, `${one}_${what}`)))
    if (/^sqlite_/i.test(name)) continue
    if (isView) left.push([name, VIEW])
    else if (virtual.includes(name)) left.push([name, 'a virtual table, with what it keeps'])
    else if (!isShadow) tables.push(name)
  }
  return { tables, left }
}

/** What a table is, once nothing of it is found damaged. Throws `Refused`. */
export function describeTable(db: DatabaseSync, name: string): DatabaseTable {
  // Of one table: a check of all of them would run the virtual ones.
  const { quick_check: found } = db.prepare(`PRAGMA quick_check(${quoted(name)})`).get() ?? {}
  if (found !== 'ok') throw new Refused('damaged', `it is a damaged database: ${String(found).slice(0, 200)}`)
  const rows = db
    .prepare(`PRAGMA table_xinfo(${quoted(name)})`)
    .all()
    .map(({ name: column, hidden, pk }) => ({ name: String(column), hidden, key: Number(pk) }))
  return {
    name,
    // 2 is a column that is computed on reading; 3 is one whose values are stored.
    columns: rows.filter(({ hidden }) => hidden === 0n || hidden === 3n).map((row) => row.name),
    computed: rows.filter(({ hidden }) => hidden === 2n).map((row) => row.name),
    key: rows
      .filter(({ key }) => key > 0)
      .sort((a, b) => a.key - b.key)
      .map((row) => row.name),
  }
}

/** A name as a query takes any. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
