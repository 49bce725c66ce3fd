import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/** Counts up whenever what is derived from a pack changes; an older index is built again. */
export const INDEX_VERSION = 6

/** Bytes of an index that are read where they lie; one of an ordinary pack has about 35 MB. */
const MAPPED_BYTES: number = 256 * 1024 * 1024

/** Opens the tables of an index, or returns undefined when there is none that this version can use. */
export function openTables(path: string): DatabaseSync | undefined {
  let db: DatabaseSync
  try {
    // An index never changes, so nothing has to be locked or looked at again for each question.
    const file = pathToFileURL(path)
    file.search = 'immutable=1'
    db = new DatabaseSync(file, { readOnly: true })
  } catch {
    return undefined
  }
  try {
    // Nor need its pages be copied: lists of frequent words have hundreds.
    db.exec(`PRAGMA mmap_size = ${MAPPED_BYTES}`)
    if (db.prepare('PRAGMA user_version').get()?.user_version === INDEX_VERSION) return db
  } catch {
    // Not a database: the same as none.
  }
  db.close()
  return undefined
}
