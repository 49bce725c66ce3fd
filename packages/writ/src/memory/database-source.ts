import { type DatabaseSelection, SQLITE_PREFIX, WritError } from '@writ/contract'
import { type Root, resolveRoots, rootName } from './roots.ts'
import { sha256 } from './sha256.ts'

/** Longest query, in characters. */
const MAX_QUERY_CHARS = 16_384

/** One table or one query of a database, as a path named it. */
export interface DatabaseSource {
  /** The file of the database. */
  readonly root: Root
  readonly select: DatabaseSelection
  /** Names for its document, the better ones first. */
  readonly names: readonly string[]
  /** What a citation of it says that it comes from: the whole query. */
  readonly origin: string
}

/** Reads `sqlite:<path>#<table>` or `sqlite:<path>?<query>`. Throws `BAD_SOURCE` or `PATH_NOT_FOUND`. */
export function readDatabaseSource(source: string): DatabaseSource {
  const [, path = '', sign, what = ''] =
    /^([^?#]+)([?#])(.*)$/s.exec(source.slice(SQLITE_PREFIX.length)) ?? []
  if (sign === undefined || what.trim() === '')
    throw bad(
      source,
      `it names no table and no query: ${FORMS}; the file itself is a source of all its tables`,
    )
  if (what.length > MAX_QUERY_CHARS)
    throw bad(source, `its query has more than ${MAX_QUERY_CHARS} characters`)
  if (/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(what.replaceAll(/[\n\r\t]/g, ' ')) || !what.isWellFormed())
    throw bad(source, 'it holds characters that cannot be shown')
  const [root] = resolveRoots([path])
  if (root === undefined || root.kind !== 'file') throw bad(source, 'its path is no file')
  const name = rootName(root)
  const select = sign === '#' ? { table: what } : { query: what.trim() }
  // A query is of any length and any signs: its document goes by its hash.
  const said = sign === '#' ? what.replaceAll(/\s+/g, ' ') : sha256(Buffer.from(what.trim())).slice(0, 12)
  const end = `${sign}${said}`
  return {
    root,
    select,
    names: [`${name}${end}`, `${root.given}${end}`, `${root.path}${end}`],
    origin: `${SQLITE_PREFIX}${name}${sign}${what.trim()}`,
  }
}

const FORMS = 'sqlite:<path>#<table> or sqlite:<path>?<SELECT …>'

/** Why a database is not read as it was asked for. */
export function bad(source: string, why: string): WritError {
  const shown = source.length > 200 ? `${source.slice(0, 200)}…` : source
  return new WritError('BAD_SOURCE', `${JSON.stringify(shown)}: ${why}`)
}
