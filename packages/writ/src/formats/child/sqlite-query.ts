import { constants, DatabaseSync, type StatementSync } from 'node:sqlite'
import { MAX_TEXT_BYTES } from '../limits.ts'
import { Refused } from './refused.ts'
import { quoted, type ReadableNames } from './sqlite-schema.ts'

/** Functions that give the same for the same arguments, reach nothing, and make nothing much larger than it was. */
const FUNCTIONS = new Set(
  `abs avg char coalesce count cume_dist dense_rank first_value glob group_concat hex ifnull iif instr json_array_length json_extract
  json_type lag last_value lead length like lower ltrim max min nth_value ntile nullif octet_length percent_rank quote rank replace
  round row_number rtrim sign string_agg substr substring sum total trim typeof unicode upper -> ->>`.split(
    /\s+/,
  ),
)

const { SQLITE_OK, SQLITE_DENY, SQLITE_SELECT, SQLITE_READ, SQLITE_FUNCTION } = constants

/** What statements do that are refused, in words. */
const DOES: Readonly<Record<number, string>> = {
  [constants.SQLITE_ATTACH]: 'opens another file (ATTACH)',
  [constants.SQLITE_DETACH]: 'closes a file (DETACH)',
  [constants.SQLITE_PRAGMA]: 'sets or asks for a setting (PRAGMA)',
  [constants.SQLITE_RECURSIVE]: 'goes on from its own rows (WITH RECURSIVE)',
  [constants.SQLITE_INSERT]: 'writes (INSERT)',
  [constants.SQLITE_UPDATE]: 'writes (UPDATE)',
  [constants.SQLITE_DELETE]: 'writes (DELETE, or a change of the tables)',
  [constants.SQLITE_TRANSACTION]: 'begins or ends a transaction',
}

/**
 * Prepares the one SELECT that a source names, over tables and views of its file alone. It is asked after nothing but the authorizer
 * of SQLite: what that denies is not compiled. Throws `Refused`.
 */
export function prepareQuery(db: DatabaseSync, query: string, names: ReadableNames): StatementSync {
  let denied: string | undefined
  db.setAuthorizer((action, first, second) => {
    const why = refusalOf(action, first, second, names)
    denied ??= why
    return why === undefined ? SQLITE_OK : SQLITE_DENY
  })
  // An earlier Node has no such limits: its process has those of its memory.
  Object.assign(db.limits ?? {}, {
    length: MAX_TEXT_BYTES,
    likePatternLength: 1_000,
    attach: 0,
    compoundSelect: 50,
  })
  // EXPLAIN and VACUUM INTO ask the authorizer for little or nothing.
  const first = /\S{1,20}/.exec(query)?.[0] ?? ''
  if (!/^(?:select|with)\b/i.test(first)) throw refused(`begins with ${first} and is no SELECT`)
  let statement: StatementSync
  try {
    statement = db.prepare(query)
  } catch (error) {
    const message = error instanceof Error ? error.message : 'it cannot be compiled'
    throw denied === undefined
      ? new Refused('damaged', `its query cannot be read: ${message.slice(0, 200)}`)
      : refused(denied)
  }
  if (query.slice(statement.sourceSQL.length).trim() !== '') throw refused('is more than one statement')
  if (statement.expandedSQL !== statement.sourceSQL)
    throw refused('has a parameter, which nothing gives a value')
  return statement
}

function refusalOf(
  action: number,
  first: string | null,
  second: string | null,
  names: ReadableNames,
): string | undefined {
  if (action === SQLITE_SELECT) return undefined
  if (action === SQLITE_READ)
    return mayRead((first ?? '').toLowerCase(), second ?? '', names)
      ? undefined
      : `reads ${shown(first)}, which is no table and no view that may be read`
  if (action === SQLITE_FUNCTION)
    return FUNCTIONS.has((second ?? '').toLowerCase())
      ? undefined
      : `calls ${shown(second)}(), which is none of the functions that may be called`
  return DOES[action] ?? `does what no SELECT does (${action})`
}

/**
 * A name of which no column is read may be one that the query defines itself (`WITH`): then nothing else is called so. What SQLite
 * itself has is found in `temp`, also where a table of the file is called like it.
 */
function mayRead(name: string, column: string, { readable, taken }: ReadableNames): boolean {
  return (readable.has(name) || (column === '' && !taken.has(name))) && !isBuiltIn(name)
}

/** Names that were looked up, and whether SQLite itself has a table of each. */
const builtIn = new Map<string, boolean>()

/** Whether SQLite itself has a table of that name: a database without any has it, too. */
function isBuiltIn(name: string): boolean {
  const known = builtIn.get(name) ?? isInEmpty(name)
  builtIn.set(name, known)
  return known
}

function isInEmpty(name: string): boolean {
  const empty = new DatabaseSync(':memory:')
  try {
    empty.prepare(`SELECT 1 FROM ${quoted(name)}`)
    return true
  } catch {
    return false
  } finally {
    empty.close()
  }
}

function shown(name: string | null): string {
  return (name ?? '').slice(0, 60)
}

function refused(what: string): Refused {
  return new Refused('damaged', `its query ${what}; one SELECT over its tables and views is run`)
}
