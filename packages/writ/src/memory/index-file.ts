import { DatabaseSync } from 'node:sqlite'
import { TITLE_WINDOW_BYTES } from './limits.ts'
import { mediaTypeOf } from './media-type.ts'
import { OffsetTrack } from './offset-track.ts'
import { Outliner } from './outline.ts'
import type { PackFile } from './pack-file.ts'
import type { PackedDocument } from './pack-layout.ts'
import { PassageCutter } from './passage-cutter.ts'
import { findTables, tableKind } from './tables/find-tables.ts'
import { keepTables, TABLES_SCHEMA } from './tables/kept-tables.ts'
import { parsedTables } from './tables/parsed-tables.ts'
import { nameWords, titleOf } from './title.ts'
import { boundaryBefore } from './utf8.ts'
import { xmlOutline } from './xml-outline.ts'

/** Counts up whenever what is derived from a pack changes; an older index is built again. */
const VERSION = 4

// `passages` keeps no text: it is read from the pack. Row ids follow (document, offset), so they break ties. The first
// passage of a document is found by the words of its name and title, too.
const SCHEMA = `
  PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768; PRAGMA locking_mode = EXCLUSIVE;
  CREATE TABLE docs (n INTEGER PRIMARY KEY, title TEXT NOT NULL, outline_size INTEGER NOT NULL);
  CREATE TABLE outline (doc INTEGER, n INTEGER, kind TEXT, title TEXT, depth INTEGER, start INTEGER, "end" INTEGER,
    PRIMARY KEY (doc, n)) WITHOUT ROWID;
  CREATE TABLE spans (n INTEGER PRIMARY KEY, doc INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
  CREATE VIRTUAL TABLE passages USING fts5(text, name, title, content = '', tokenize = 'porter unicode61 remove_diacritics 2');
  ${TABLES_SCHEMA}
`

/** Told of what has become searchable since it was last told. */
export type Advance = (documents: number, bytes: number) => void

/** Builds the index of a pack at `path`, complete when this returns. */
export function buildIndex(pack: PackFile, path: string, advance: Advance): void {
  const db = new DatabaseSync(path)
  try {
    db.exec(SCHEMA)
    db.exec('BEGIN')
    const insert = inserts(db)
    pack.documents.forEach((doc, n) => {
      insertDocument(insert, pack, doc, n, advance)
      insertTables(db, pack, doc, n)
      advance(1, 0)
    })
    db.exec('COMMIT')
    db.exec(`PRAGMA user_version = ${VERSION}`)
  } finally {
    db.close()
  }
}

/** Opens an index for queries, or returns undefined when there is none that this version can use. */
export function openIndex(path: string): DatabaseSync | undefined {
  let db: DatabaseSync
  try {
    db = new DatabaseSync(path, { readOnly: true })
  } catch {
    return undefined
  }
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() ?? {}
    if (version === VERSION) return db
  } catch {
    // Not a database: the same as none.
  }
  db.close()
  return undefined
}

type Inserts = ReturnType<typeof inserts>

function inserts(db: DatabaseSync) {
  return {
    doc: db.prepare('INSERT INTO docs VALUES (?, ?, ?)'),
    outline: db.prepare('INSERT INTO outline VALUES (?, ?, ?, ?, ?, ?, ?)'),
    span: db.prepare('INSERT INTO spans VALUES (?, ?, ?, ?)'),
    passage: db.prepare('INSERT INTO passages (rowid, text, name, title) VALUES (?, ?, ?, ?)'),
  }
}

function insertDocument(
  insert: Inserts,
  pack: PackFile,
  doc: PackedDocument,
  n: number,
  advance: Advance,
): void {
  const notes = pack.notes(doc)
  const outliner = notes === undefined ? new Outliner(mediaTypeOf(doc.id)) : undefined
  let title = notes?.title
  const cutter = new PassageCutter((start, bytes) => {
    const { lastInsertRowid } = insert.span.run(null, n, start, start + bytes.length)
    const names = start === 0 ? [nameWords(doc.id), title ?? ''] : ['', '']
    insert.passage.run(lastInsertRowid, bytes.toString(), ...names)
  })
  for (const piece of pack.pieces(doc)) {
    // The outline goes first: it knows the title when the first passage is cut.
    outliner?.push(piece)
    title ??= titleOf(doc.id, outliner?.firstHeading, beginningOf(piece))
    cutter.push(piece)
    advance(0, piece.length)
  }
  cutter.end()
  const outline =
    notes === undefined && mediaTypeOf(doc.id) === 'text/xml'
      ? xmlOutline(doc.bytes, () => pack.text(doc, 0, doc.bytes))
      : (outliner?.end(doc.bytes) ?? notes?.outline ?? [])
  insert.doc.run(n, title ?? doc.id, outline.length)
  outline.forEach((entry, at) => {
    insert.outline.run(n, at, entry.kind, entry.title, entry.depth, entry.start, entry.end)
  })
}

/** Keeps the tables of a document. Its text is read again only where it may hold some. */
function insertTables(db: DatabaseSync, pack: PackFile, doc: PackedDocument, n: number): void {
  let text: Buffer | undefined
  const whole = (): Buffer => {
    text ??= pack.text(doc, 0, doc.bytes)
    return text
  }
  const parsed = parsedTables(pack.tables(doc))
  const found = parsed.length > 0 ? parsed : findTables(tableKind(doc.id), doc.bytes, whole)
  if (found.length === 0) return
  const track = doc.original === undefined ? undefined : new OffsetTrack(doc.original, whole())
  keepTables(db, { n, id: doc.id }, found, (offset) => track?.fileOffset(offset) ?? offset)
}

function beginningOf(piece: Buffer): string {
  return piece.toString('utf8', 0, boundaryBefore(piece, TITLE_WINDOW_BYTES))
}
